"""The owner of the model's process: one start for all, a clear end, and a new start after it."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from helpers.loopback import Loopback
from helpers.model_child import model_child, starts
from helpers.replies import SILENCE, json_reply
from understudy.errors import ErrorKind, ProviderError
from understudy.events import ModelLoading
from understudy.local_model.memory import Fit
from understudy.local_model.reports import Order
from understudy.local_model.server import Endpoint, ModelServer, Preparation, Run
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from helpers.loopback import RecordedRequest
    from helpers.replies import Reply

pytestmark = pytest.mark.anyio

FIT = Fit(4096, 512, 9_300_000_000, 4_100_000_000)
SOON = 20.0
"""Seconds that a slow machine may take for what takes milliseconds."""


def healthy(_request: RecordedRequest) -> Reply:
    return json_reply({"status": "ok"})


class Stage:
    """A server whose children act as told, and the files in which they note their starts."""

    def __init__(self, folder: Path, transport: HttpTransport, url: str) -> None:
        self.folder = folder
        self.url = url
        self.prepared = 0
        self.within = SOON
        self._transport = transport
        self._servers: list[ModelServer] = []

    def server(self, *act: str, **options: Any) -> ModelServer:
        command = options.pop("command", model_child(self.folder, *(act or ("ready", self.url))))
        prepare = options.pop("prepare", self.prepare)
        server = ModelServer("Tiny", prepare, self._transport, command, **options)
        self._servers.append(server)
        return server

    async def prepare(self) -> Preparation:
        self.prepared += 1
        key = f"key-{self.prepared}"
        order = Order("/tiny.gguf", 4096, 512, False, key, within=self.within)
        return Preparation(order, "tiny.gguf", FIT)

    async def aclose(self) -> None:
        for server in self._servers:
            await server.aclose()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage, None]:
    transport = HttpTransport()
    async with Loopback(healthy) as loopback:
        stage = Stage(tmp_path, transport, loopback.url)
        yield stage
        await stage.aclose()
    await transport.aclose()


async def stages(run: Run) -> list[ModelLoading]:
    async with aclosing(run.stages()) as found:
        return [stage async for stage in found]


async def use(server: ModelServer) -> Endpoint:
    """Use the model once: wait until it is ready."""
    async with server.in_use() as run:
        await stages(run)
        assert run.endpoint is not None
        return run.endpoint


async def failure(server: ModelServer) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await use(server)
    return caught.value


async def until(condition: Any) -> None:
    """Wait until something has come true; a test's own time is the limit."""
    async with asyncio.timeout(SOON):
        while not condition():  # noqa: ASYNC110 - it is no event of this process
            await asyncio.sleep(0.01)


async def test_that_the_first_user_has_the_model_started(stage: Stage) -> None:
    server = stage.server()
    async with server.in_use() as run:
        told = await stages(run)
    assert [each.stage for each in told if each.stage != "loading"] == [
        "checking",
        "starting",
        "ready",
    ]
    assert run.endpoint == Endpoint(stage.url, "key-1")
    assert server.is_loaded


async def test_that_it_is_told_how_far_the_loading_has_come(stage: Stage) -> None:
    async with stage.server("hang").in_use() as run, aclosing(run.stages()) as found:
        async for each in found:
            if each.stage == "loading":
                assert each.fraction == 0.25
                break


async def test_that_all_who_come_meanwhile_share_one_start(stage: Stage) -> None:
    server = stage.server()
    endpoints = await asyncio.gather(*(use(server) for _ in range(5)))
    assert len(set(endpoints)) == 1
    assert len(starts(stage.folder)) == stage.prepared == 1


async def test_that_a_loaded_model_is_used_again_without_a_word(stage: Stage) -> None:
    server = stage.server()
    await use(server)
    async with server.in_use() as run:
        assert await stages(run) == []
    assert len(starts(stage.folder)) == 1


async def test_that_a_user_who_goes_away_stops_nobody_elses_start(stage: Stage) -> None:
    server = stage.server()
    async with server.in_use() as run, aclosing(run.stages()) as found:
        await anext(found)
        impatient = asyncio.create_task(use(server))
        await asyncio.sleep(0)
        impatient.cancel()
        with pytest.raises(asyncio.CancelledError):
            await impatient
        async for _ in found:
            pass
        assert run.endpoint is not None


async def test_that_nobody_need_wait_for_a_start_to_be_finished(stage: Stage) -> None:
    server = stage.server()
    async with server.in_use():
        pass
    await until(lambda: server.is_loaded)


async def test_that_it_is_unloaded_when_nobody_uses_it(stage: Stage) -> None:
    server = stage.server(idle_after=0.05)
    async with server.in_use() as run:
        await stages(run)
        [pid] = starts(stage.folder)
        await asyncio.sleep(0.2)
        assert psutil.pid_exists(pid), "unloaded while in use"
    await run.over.wait()
    assert not psutil.pid_exists(pid)
    assert not server.is_loaded


async def test_that_after_an_unloading_it_is_started_again(stage: Stage) -> None:
    server = stage.server()
    first = await use(server)
    server.unload()
    second = await use(server)
    assert first != second
    assert len(starts(stage.folder)) == 2


async def test_that_the_next_start_waits_until_the_memory_is_free(stage: Stage) -> None:
    server = stage.server()
    await use(server)
    [pid] = starts(stage.folder)
    server.unload()
    async with server.in_use() as run, aclosing(run.stages()) as found:
        async for each in found:
            if each.stage == "starting":
                assert not psutil.pid_exists(pid)


async def test_that_a_process_that_was_killed_is_started_anew(stage: Stage) -> None:
    server = stage.server()
    async with server.in_use() as run:
        await stages(run)
        os.kill(starts(stage.folder)[0], signal.SIGKILL)
        why = await run.broke(SOON)
    assert isinstance(why, ProviderError)
    assert (why.kind, why.code, why.detail) == (ErrorKind.TRANSIENT, "killed", "SIGKILL")
    await use(server)
    assert len(starts(stage.folder)) == 2


async def test_that_a_process_that_lives_did_not_break(stage: Stage) -> None:
    server = stage.server()
    async with server.in_use() as run:
        await stages(run)
        assert await run.broke(0.01) is None


@pytest.mark.parametrize(
    ("act", "kind", "code"),
    [
        (("crash", "3"), ErrorKind.TRANSIENT, "crashed"),
        (("crash", "-9"), ErrorKind.TRANSIENT, "killed"),
        (("crash", "-6", "std::bad_alloc"), ErrorKind.TRANSIENT, "no_memory"),
        (("give_up", "no_memory"), ErrorKind.TRANSIENT, "no_memory"),
        (("give_up", "not_installed"), ErrorKind.MODEL_GONE, "not_installed"),
        (("give_up", "not_loaded", "1 E x"), ErrorKind.MODEL_GONE, "not_loaded"),
    ],
)
async def test_that_a_child_that_does_not_get_ready_is_told_apart(
    stage: Stage, act: tuple[str, ...], kind: ErrorKind, code: str
) -> None:
    error = await failure(stage.server(*act))
    assert (error.kind, error.code) == (kind, code)


async def test_that_a_child_that_hangs_while_loading_is_given_up(stage: Stage) -> None:
    stage.within = 1.0
    server = stage.server("hang")
    error = await failure(server)
    assert (error.kind, error.code) == (ErrorKind.FIRST_TOKEN_TIMEOUT, "load_timeout")
    assert error.happened == "Tiny was not loaded within 1 s."
    [pid] = starts(stage.folder)
    await until(lambda: not psutil.pid_exists(pid))


async def test_that_all_who_wait_are_told_when_it_fails(stage: Stage) -> None:
    server = stage.server("crash", "3")
    found = await asyncio.gather(*(failure(server) for _ in range(3)))
    assert {error.code for error in found} == {"crashed"}
    assert len(starts(stage.folder)) == 1


async def test_that_after_a_failure_it_is_tried_again(stage: Stage) -> None:
    server = stage.server("crash", "3")
    await failure(server)
    await failure(server)
    assert len(starts(stage.folder)) == 2


async def test_that_a_program_that_is_not_there_is_told(stage: Stage) -> None:
    error = await failure(stage.server(command=("/nowhere/python",)))
    assert (error.kind, error.code) == (ErrorKind.TRANSIENT, "not_started")


async def test_that_what_the_preparation_finds_is_told(stage: Stage) -> None:
    async def refuse() -> Preparation:
        raise ProviderError(ErrorKind.MODEL_GONE, "There is no file.", code="no_file")

    assert (await failure(stage.server(prepare=refuse))).code == "no_file"
    assert starts(stage.folder) == []


async def test_that_a_front_door_that_stays_shut_means_a_new_start(
    tmp_path: Path,
) -> None:
    transport = HttpTransport()
    async with Loopback(SILENCE, healthy) as loopback:
        stage = Stage(tmp_path, transport, loopback.url)
        server = stage.server(probe_within=0.2)
        await use(server)
        await use(server)
        assert len(starts(tmp_path)) == 2
        assert {request.path for request in loopback.requests} == {"/health"}
        await stage.aclose()
    await transport.aclose()


@asynccontextmanager
async def with_engine(folder: Path, reply: Reply) -> AsyncGenerator[tuple[Loopback, Stage]]:
    """A model whose front door is open and whose engine answers with ``reply``."""
    transport = HttpTransport()
    async with Loopback(lambda r: reply if r.path == "/slots" else healthy(r)) as loopback:
        stage = Stage(folder, transport, loopback.url)
        yield loopback, stage
        await stage.aclose()
    await transport.aclose()


async def test_that_an_engine_in_doubt_that_is_silent_is_ended(tmp_path: Path) -> None:
    async with with_engine(tmp_path, SILENCE) as (loopback, stage):
        server = stage.server(engine_within=0.2)
        async with server.in_use() as run:
            await stages(run)
            server.doubt()
            server.doubt()
            why = await run.broke(SOON)
        assert isinstance(why, ProviderError)
        assert why.code == "hung"
        assert [request.path for request in loopback.requests] == ["/slots"]
        assert loopback.requests[0].headers["authorization"] == "Bearer key-1"
        await use(server)
        assert len(starts(tmp_path)) == 2


async def test_that_an_engine_in_doubt_that_answers_goes_on(tmp_path: Path) -> None:
    async with with_engine(tmp_path, json_reply([])) as (loopback, stage):
        server = stage.server()
        await use(server)
        server.doubt()
        await loopback.arrived(1, SOON)
        await use(server)
        assert len(starts(tmp_path)) == 1


async def test_that_a_doubt_about_what_does_not_run_is_no_trouble(stage: Stage) -> None:
    server = stage.server()
    server.doubt()
    await asyncio.sleep(0)
    assert starts(stage.folder) == []


async def test_that_closing_ends_a_start_that_is_under_way(stage: Stage) -> None:
    server = stage.server("hang")
    waiting = asyncio.create_task(failure(server))
    await until(lambda: starts(stage.folder))
    await server.aclose()
    assert (await waiting).code == "ended"
    assert not psutil.pid_exists(starts(stage.folder)[0])


async def test_that_closing_before_anything_began_is_no_trouble(stage: Stage) -> None:
    server = stage.server()
    await server.aclose()
    async with server.in_use() as run:
        await server.aclose()
        assert run.over.is_set()
    assert starts(stage.folder) == []


async def test_that_a_key_is_not_shown() -> None:
    assert "secret" not in repr(Endpoint("http://127.0.0.1:1", "secret"))

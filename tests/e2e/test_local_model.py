"""A model in a file on this computer, with llama.cpp itself in its process."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from contextlib import aclosing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from helpers.loopback import closed_port
from helpers.tiny_model import CONTEXT, WIDTH, write_embedding_model, write_model
from understudy import (
    ChatRequest,
    ErrorKind,
    Finished,
    HandedOver,
    Message,
    NobodyAnswered,
    PracticeProvider,
    ProviderError,
    Route,
    RouteEntry,
    Router,
    TextDelta,
)
from understudy.events import ModelLoading
from understudy.local_model.process import CHILD_FLAG
from understudy.local_model.provider import LocalModelProvider
from understudy.local_model.reports import Order, Ready, read_report
from understudy.providers.base import ProviderRow
from understudy.providers.http import HttpProvider
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from typing import Any

    from understudy import StreamEvent

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(180)]

SAYING = "Hello! I am a tiny model, and this is all I say. 안녕하세요, 세계! That is everything."
COUNTING = " ".join(f"number{count}" for count in range(300)) + " and again:"
SOON = 60.0
"""Seconds that a slow machine may take for what takes milliseconds."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the models once: one that ends, one that does not, one for vectors."""
    folder = tmp_path_factory.mktemp("models")
    write_model(folder / "saying.gguf", SAYING)
    write_model(folder / "counting.gguf", COUNTING, endless=True)
    write_embedding_model(folder / "vectors.gguf")
    return folder


@pytest.fixture
async def transport() -> AsyncGenerator[HttpTransport, None]:
    transport = HttpTransport()
    yield transport
    await transport.aclose()


@pytest.fixture
async def made(transport: HttpTransport) -> AsyncGenerator[Callable[..., LocalModelProvider], None]:
    """Make providers that are unloaded when the test has ended."""
    providers: list[LocalModelProvider] = []

    def make(path: Path, **options: Any) -> LocalModelProvider:
        provider = LocalModelProvider(path.stem, path.stem.title(), path, transport, **options)
        providers.append(provider)
        return provider

    yield make
    for provider in providers:
        await provider.aclose()


def question(*turns: Message) -> ChatRequest:
    return ChatRequest((*turns, Message.user("Say it.")), temperature=0.0)


async def said(provider: LocalModelProvider, request: ChatRequest | None = None) -> str:
    async with aclosing(provider.stream(request or question(), "")) as batches:
        events = [event async for batch in batches for event in batch]
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def stages(provider: LocalModelProvider) -> list[ModelLoading]:
    async with aclosing(provider.stream(question(), "")) as batches:
        return [
            event async for batch in batches for event in batch if isinstance(event, ModelLoading)
        ]


def model_processes() -> list[psutil.Process]:
    """The processes of models that this one has started and that have not ended."""
    found: list[psutil.Process] = []
    for child in psutil.Process().children():
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            if "understudy.local_model.child" in child.cmdline():
                found.append(child)
    return found


async def gone(process: psutil.Process) -> None:
    """Wait until a process has ended."""
    async with asyncio.timeout(SOON):
        while process.is_running() and process.status() != "zombie":  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_that_the_first_question_loads_the_model_and_is_answered(
    folder: Path, made: Callable[..., LocalModelProvider]
) -> None:
    provider = made(folder / "saying.gguf")
    assert model_processes() == []
    assert await said(provider) == SAYING
    assert len(model_processes()) == 1
    assert provider.context_window == CONTEXT


async def test_that_loading_is_told_as_it_goes_on(
    folder: Path, made: Callable[..., LocalModelProvider]
) -> None:
    provider = made(folder / "saying.gguf")
    told = await stages(provider)
    assert told[0] == ModelLoading("checking")
    assert told[-1] == ModelLoading("ready")
    fractions = [each.fraction for each in told if each.fraction is not None]
    assert fractions == sorted(fractions)
    assert await stages(provider) == []


async def test_that_questions_at_the_same_time_load_it_once(
    folder: Path, made: Callable[..., LocalModelProvider]
) -> None:
    provider = made(folder / "saying.gguf")
    answers = await asyncio.gather(*(said(provider) for _ in range(3)))
    assert answers == [SAYING] * 3
    assert len(model_processes()) == 1


async def test_that_a_conversation_with_an_interrupted_answer_goes_on(
    folder: Path, made: Callable[..., LocalModelProvider]
) -> None:
    provider = made(folder / "saying.gguf")
    before = (Message.user("Hi?"), Message.assistant("Hello! I am", interrupted=True))
    assert await said(provider, question(*before)) == SAYING


async def test_that_it_is_unloaded_when_idle_and_loaded_again(
    folder: Path, made: Callable[..., LocalModelProvider]
) -> None:
    provider = made(folder / "saying.gguf", idle_after=0.05)
    await said(provider)
    async with asyncio.timeout(SOON):
        while model_processes():  # noqa: ASYNC110 - another process, no event
            await asyncio.sleep(0.02)
    assert await said(provider) == SAYING


async def test_that_a_kill_in_mid_answer_hands_over_and_the_next_question_starts_it_anew(
    folder: Path, made: Callable[..., LocalModelProvider]
) -> None:
    provider = made(folder / "counting.gguf")
    router = Router()
    router.register_chat_provider(provider)
    router.register_chat_provider(PracticeProvider(delay=0))
    entries = (RouteEntry("counting"), RouteEntry("practice", "steady"))
    router.set_route(Route("Local first", entries))
    events: list[StreamEvent] = []
    words = 0
    async with aclosing(router.stream(question())) as stream:
        async for event in stream:
            events.append(event)
            words += isinstance(event, TextDelta)
            if words == 20:
                words += 1
                [process] = model_processes()
                process.kill()
    handed_over = next(event for event in events if isinstance(event, HandedOver))
    assert handed_over.mid_answer
    assert handed_over.failed.kind is ErrorKind.INTERRUPTED
    assert handed_over.failed.code == "killed"
    assert isinstance(events[-1], Finished)
    assert events[-1].provider == "practice"
    async with aclosing(provider.stream(question(), "")) as batches:
        async for batch in batches:
            if any(isinstance(event, TextDelta) for event in batch):
                break
    assert len(model_processes()) == 1


async def test_that_a_line_up_ends_with_someone_who_needs_no_network(
    folder: Path, made: Callable[..., LocalModelProvider], transport: HttpTransport
) -> None:
    row = ProviderRow("far", "Far", "openai-chat", f"http://127.0.0.1:{closed_port()}/v1")
    router = Router()
    router.register_chat_provider(HttpProvider(row, transport, lambda: "sk-test-key"))
    router.register_chat_provider(made(folder / "saying.gguf"))
    router.set_route(Route("Far first", (RouteEntry("far", "m"), RouteEntry("saying"))))
    events = [event async for event in router.stream(question())]
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == SAYING
    assert any(isinstance(event, ModelLoading) for event in events)
    assert isinstance(events[-1], Finished)


async def test_that_stopping_leaves_the_model_loaded_and_free(
    folder: Path, made: Callable[..., LocalModelProvider]
) -> None:
    provider = made(folder / "counting.gguf")
    async with aclosing(provider.stream(question(), "")) as batches:
        async for batch in batches:
            if any(isinstance(event, TextDelta) for event in batch):
                break
    [process] = model_processes()
    short = ChatRequest((Message.user("Count."),), temperature=0.0, max_tokens=5)
    assert await said(provider, short)
    assert model_processes() == [process]


async def test_that_a_model_which_stands_still_is_started_anew(
    folder: Path, made: Callable[..., LocalModelProvider], monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = made(folder / "saying.gguf")
    monkeypatch.setattr(provider.server, "_probe_within", 1.0)
    await said(provider)
    [process] = model_processes()
    process.suspend()
    assert await said(provider) == SAYING
    await gone(process)
    assert len(model_processes()) == 1


async def test_that_a_model_that_is_too_large_for_the_memory_is_told_and_the_next_answers(
    folder: Path, made: Callable[..., LocalModelProvider]
) -> None:
    router = Router()
    router.register_chat_provider(made(folder / "saying.gguf", memory=lambda: 50_000_000))
    router.register_chat_provider(PracticeProvider(delay=0))
    entries = (RouteEntry("saying"), RouteEntry("practice", "steady"))
    router.set_route(Route("Local first", entries))
    response = await router.chat(question())
    failed = response.trace.attempts[0]
    assert response.provider == "practice"
    assert failed.code == "no_memory"
    assert failed.happened.startswith("saying.gguf needs about ")
    assert failed.happened.endswith(" of memory and 48 MB is free.")


@pytest.mark.parametrize("name", ["gone.gguf", "text.gguf", "cut.gguf", "folder.gguf"])
async def test_that_a_file_that_is_no_model_is_told_at_once(
    folder: Path, tmp_path: Path, made: Callable[..., LocalModelProvider], name: str
) -> None:
    whole = (folder / "saying.gguf").read_bytes()
    (tmp_path / "text.gguf").write_text("Once upon a time.")
    (tmp_path / "cut.gguf").write_bytes(whole[:300_000])
    (tmp_path / "folder.gguf").mkdir()
    router = Router()
    router.register_chat_provider(made(tmp_path / name))
    with pytest.raises(NobodyAnswered) as caught:
        await router.chat(question())
    assert caught.value.first is not None
    assert caught.value.first.kind is ErrorKind.MODEL_GONE
    assert name in caught.value.first.happened
    assert model_processes() == []


async def test_that_a_kind_of_model_that_llama_cpp_does_not_know_is_named(
    folder: Path, tmp_path: Path, made: Callable[..., LocalModelProvider]
) -> None:
    whole = (folder / "saying.gguf").read_bytes()
    (tmp_path / "new.gguf").write_bytes(whole.replace(b"llama", b"lluma"))
    with pytest.raises(ProviderError) as caught:
        await said(made(tmp_path / "new.gguf"))
    assert caught.value.code == "unknown_kind"
    assert "new.gguf is of a kind (lluma)" in caught.value.happened
    assert "unknown model architecture" in caught.value.detail


async def test_that_a_name_in_any_script_is_a_name(
    tmp_path: Path, made: Callable[..., LocalModelProvider]
) -> None:
    path = tmp_path / "작은 모델 (v1) ü.gguf"
    write_model(path, SAYING)
    assert await said(made(path)) == SAYING


async def test_that_a_model_in_parts_is_loaded_from_its_first(
    tmp_path: Path, made: Callable[..., LocalModelProvider]
) -> None:
    write_model(tmp_path / "big.gguf", SAYING, tensors_a_part=8)
    assert await said(made(tmp_path / "big-00001-of-00003.gguf")) == SAYING


async def test_that_a_model_without_a_template_answers_somehow(
    tmp_path: Path, made: Callable[..., LocalModelProvider]
) -> None:
    write_model(tmp_path / "base.gguf", SAYING, template="")
    provider = made(tmp_path / "base.gguf")
    request = ChatRequest((Message.user("Hi"),), temperature=0.0, max_tokens=10)
    assert await said(provider, request)
    assert provider.file is not None
    assert provider.file.remark


async def test_that_a_conversation_too_long_for_it_is_told(
    folder: Path, made: Callable[..., LocalModelProvider]
) -> None:
    provider = made(folder / "saying.gguf", context=256)
    request = ChatRequest((Message.user("word " * 2000),), temperature=0.0)
    with pytest.raises(ProviderError) as caught:
        await said(provider, request)
    assert caught.value.kind is ErrorKind.CONTEXT


async def test_that_a_model_for_vectors_makes_them(
    folder: Path, made: Callable[..., LocalModelProvider]
) -> None:
    provider = made(folder / "vectors.gguf")
    told = await provider.embed(("Hello there", "world.", "Hello there"), "vectors")
    first, second, again = told.vectors
    assert len(first) == WIDTH
    assert first == pytest.approx(again, abs=1e-4)
    assert first != pytest.approx(second, abs=1e-2)
    assert provider.facts("vectors").dimensions == WIDTH


async def test_that_a_test_of_it_measures_a_word(
    folder: Path, made: Callable[..., LocalModelProvider]
) -> None:
    report = await made(folder / "saying.gguf").test()
    assert report.error is None
    assert report.tokens is not None


async def test_that_nobody_without_the_key_is_answered(
    folder: Path, made: Callable[..., LocalModelProvider], transport: HttpTransport
) -> None:
    provider = made(folder / "saying.gguf")
    await said(provider)
    async with provider.server.in_use() as run:
        assert run.endpoint is not None
        answer = await transport.fetch(f"{run.endpoint.url}/v1/models")
        page = await transport.fetch(run.endpoint.url)
    assert answer.status == 401
    assert page.status in {401, 404}


async def test_that_the_kernel_would_end_the_model_before_the_window(
    folder: Path, made: Callable[..., LocalModelProvider]
) -> None:
    provider = made(folder / "saying.gguf")
    await said(provider)
    [process] = model_processes()
    if sys.platform == "linux":
        score = Path(f"/proc/{process.pid}/oom_score_adj").read_text()  # noqa: ASYNC240
        assert score.strip() == "1000"


async def test_that_ctrl_c_in_the_terminal_does_not_end_the_model(
    folder: Path, made: Callable[..., LocalModelProvider]
) -> None:
    provider = made(folder / "saying.gguf")
    await said(provider)
    [process] = model_processes()
    process.send_signal(signal.SIGINT)
    assert await said(provider) == SAYING
    assert model_processes() == [process]


async def test_that_closing_ends_the_process(
    folder: Path, made: Callable[..., LocalModelProvider]
) -> None:
    provider = made(folder / "saying.gguf")
    await said(provider)
    await provider.aclose()
    assert model_processes() == []


def test_that_a_program_that_ends_without_closing_leaves_no_process(folder: Path) -> None:
    async def ask() -> None:
        transport = HttpTransport()
        assert await said(LocalModelProvider("t", "T", folder / "saying.gguf", transport)) == SAYING
        await transport.aclose()

    asyncio.run(ask())
    assert model_processes() == []


def test_that_the_death_of_the_program_ends_the_model(folder: Path) -> None:
    command = [sys.executable, "-m", "helpers.local_model_child", str(folder / "counting.gguf")]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as program:
        assert program.stdout is not None
        while program.stdout.readline() != "TextDelta\n":
            assert program.poll() is None
        [model] = psutil.Process(program.pid).children()
        program.kill()
    deadline = time.monotonic() + SOON
    while model.is_running() and model.status() != "zombie":
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_that_the_program_itself_can_be_the_models_process(folder: Path) -> None:
    order = Order(str(folder / "saying.gguf"), 1024, 512, False, "key")
    command = [sys.executable, "-m", "understudy", CHILD_FLAG]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(order.line())
        process.stdin.flush()
        assert any(isinstance(read_report(line), Ready) for line in process.stdout)
        process.stdin.close()
        assert process.wait(SOON) == 0

"""A model's file as a provider, with a stand-in for its process; with llama.cpp itself see e2e."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from helpers.loopback import Loopback
from helpers.model_child import model_child, noted, starts
from helpers.replies import broken_stream, json_reply, openai_error, openai_stream
from helpers.tiny_model import CONTEXT, WIDTH, write_embedding_model, write_model
from understudy.errors import ErrorKind, ProviderError
from understudy.events import ModelLoading, Stop, TextDelta
from understudy.local_model import provider as module
from understudy.local_model.provider import LocalModelProvider
from understudy.messages import Message
from understudy.model_facts import ModelFacts
from understudy.providers.base import Availability
from understudy.requests import ChatRequest
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from helpers.loopback import RecordedRequest
    from helpers.replies import Reply
    from understudy.events import ProviderEvent

pytestmark = pytest.mark.anyio

REQUEST = ChatRequest((Message.user("Hello"),))
VECTORS = {"data": [{"index": 0, "embedding": [0.5, 0.25]}], "usage": {"prompt_tokens": 3}}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.gguf"
    write_model(path, "Hello there, this is all.")
    return path


class Stage:
    """A provider whose process answers as ``replies`` say, and what became of it."""

    def __init__(self, server: Loopback, provider: LocalModelProvider, folder: Path) -> None:
        self.server = server
        self.provider = provider
        self.folder = folder

    @property
    def order(self) -> dict[str, Any]:
        """What the child was told to do."""
        return noted(self.folder)["order"]

    async def answer(self, model: str = "") -> list[ProviderEvent]:
        async with aclosing(self.provider.stream(REQUEST, model)) as batches:
            return [event async for batch in batches for event in batch]

    async def failure(self) -> tuple[str, ProviderError]:
        """The words before the failure, and the failure."""
        words = ""
        with pytest.raises(ProviderError) as caught:  # noqa: PT012 - words come before it
            async with aclosing(self.provider.stream(REQUEST, "")) as batches:
                async for batch in batches:
                    words += "".join(event.text for event in batch if isinstance(event, TextDelta))
        return words, caught.value


@asynccontextmanager
async def staged(path: Path, *replies: Reply, **options: Any) -> AsyncGenerator[Stage]:
    """Have a provider for ``path``; its probes are answered, its questions by ``replies``."""
    left = list(replies)

    def reply(request: RecordedRequest) -> Reply:
        if request.method == "GET":
            return json_reply({"status": "ok"})
        return left.pop(0) if len(left) > 1 else left[0]

    transport = HttpTransport()
    async with Loopback(reply) as server:
        command = model_child(path.parent, *options.pop("act", ("ready", server.url)))
        provider = LocalModelProvider("tiny", "Tiny", path, transport, command=command, **options)
        yield Stage(server, provider, path.parent)
        await provider.aclose()
    await transport.aclose()


async def test_that_a_question_loads_the_model_and_is_answered(model: Path) -> None:
    async with staged(model, openai_stream("Hello")) as stage:
        events = await stage.answer()
        assert isinstance(events[0], ModelLoading)
        assert ModelLoading("ready") in events
        assert "".join(e.text for e in events if isinstance(e, TextDelta)) == "Hello"
        assert isinstance(events[-1], Stop)
        [chat] = stage.server.chats
        assert chat.path == "/v1/chat/completions"
        assert chat.json()["model"] == "tiny"


async def test_that_every_request_carries_the_key_of_this_run(model: Path) -> None:
    async with staged(model, openai_stream("Hello")) as stage:
        await stage.answer()
        order = stage.order
        assert len(order["key"]) > 30
        assert stage.server.chats[0].headers["authorization"] == f"Bearer {order['key']}"


async def test_that_the_second_question_finds_it_loaded(model: Path) -> None:
    async with staged(model, openai_stream("Hello")) as stage:
        await stage.answer()
        events = await stage.answer("tiny")
        assert not any(isinstance(event, ModelLoading) for event in events)
        assert len(starts(stage.folder)) == 1


async def test_that_the_context_is_the_files_own_and_is_told(model: Path) -> None:
    async with staged(model, openai_stream("Hello")) as stage:
        assert stage.provider.facts("tiny") == ModelFacts(input_price=0.0, output_price=0.0)
        await stage.answer()
        order = stage.order
        assert order["context"] == CONTEXT
        facts = stage.provider.facts("tiny")
        assert facts.context_window == CONTEXT
        assert facts.input_price == facts.output_price == 0
        assert facts.embedding is False
        assert stage.provider.facts("another") == ModelFacts()


async def test_that_the_user_may_want_a_shorter_context(model: Path) -> None:
    async with staged(model, openai_stream("Hello"), context=1024) as stage:
        await stage.answer()
        assert stage.provider.context_window == 1024


async def test_that_a_shorter_context_is_taken_where_memory_is_short(tmp_path: Path) -> None:
    path = tmp_path / "long.gguf"
    write_model(path, "Hello there.", context=1 << 20)
    async with staged(
        path, openai_stream("Hello"), context=1 << 20, memory=lambda: 600 * 2**20
    ) as stage:
        await stage.answer()
        assert stage.provider.context_window is not None
        assert 2048 < stage.provider.context_window < 1 << 19


async def test_that_what_is_lacking_is_handed_to_the_child(model: Path) -> None:
    act = ("give_up", "no_memory")
    async with staged(model, act=act, memory=lambda: 100_000_000) as stage:
        _, error = await stage.failure()
        assert error.code == "no_memory"
        assert error.model_only
        assert error.happened.startswith("tiny.gguf needs about ")
        assert error.happened.endswith(" of memory and 95 MB is free.")
        order = stage.order
        assert order["lacking"] > 0


async def test_that_the_time_to_load_follows_the_size(model: Path) -> None:
    async with staged(model, openai_stream("Hello")) as stage:
        await stage.answer()
        order = stage.order
        assert 60 < order["within"] < 61


async def test_that_a_look_at_the_file_tells_its_context_before_it_is_loaded(model: Path) -> None:
    async with staged(model) as stage:
        await stage.provider.look()
        assert stage.provider.facts("tiny").context_window == CONTEXT
        assert starts(stage.folder) == []


async def test_that_a_time_to_load_of_ones_own_holds(model: Path) -> None:
    async with staged(model, act=("hang",), load_within=0.5) as stage:
        _, error = await stage.failure()
        assert error.kind is ErrorKind.FIRST_TOKEN_TIMEOUT
        assert error.happened == "Tiny was not loaded within 0.5 s."


async def test_that_a_file_that_cannot_be_used_starts_nothing(tmp_path: Path) -> None:
    async with staged(tmp_path / "gone.gguf") as stage:
        words, error = await stage.failure()
        assert (words, error.code) == ("", "no_file")
        assert starts(tmp_path) == []


async def test_that_a_kill_in_mid_answer_is_an_interruption_with_its_reason(model: Path) -> None:
    hanging = broken_stream("Hello there", ending="silence")
    async with staged(model, hanging, openai_stream("Again")) as stage:
        words, killed = "", False
        with pytest.raises(ProviderError) as caught:  # noqa: PT012 - words come before it
            async with aclosing(stage.provider.stream(REQUEST, "")) as batches:
                async for batch in batches:
                    words += "".join(event.text for event in batch if isinstance(event, TextDelta))
                    if words == "Hello there" and not killed:
                        killed = True
                        os.kill(starts(stage.folder)[0], signal.SIGKILL)
                        for connection in tuple(stage.server.connections):
                            connection.abort()
        error = caught.value
        assert words == "Hello there"
        assert (error.kind, error.code) == (ErrorKind.INTERRUPTED, "killed")
        assert error.happened == "The system ended Tiny: memory may be short."
        assert await stage.answer()
        assert len(starts(stage.folder)) == 2


async def test_that_a_death_before_the_first_word_is_told_with_its_reason(model: Path) -> None:
    async with staged(model, openai_stream("Hello").but(opening="silence")) as stage:

        async def kill() -> None:
            while not stage.server.chats:  # noqa: ASYNC110 - it is no event of this process
                await asyncio.sleep(0.01)
            os.kill(starts(stage.folder)[0], signal.SIGKILL)
            for connection in tuple(stage.server.connections):
                connection.abort()

        killing = asyncio.create_task(kill())
        words, error = await stage.failure()
        await killing
        assert (words, error.kind, error.code) == ("", ErrorKind.TRANSIENT, "killed")


async def test_that_a_broken_answer_of_one_that_lives_stays_what_it_is(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_GONE_WITHIN", 0.05)
    async with staged(model, broken_stream("Hello", ending="cut")) as stage:
        words, error = await stage.failure()
        assert words == "Hello"
        assert error.kind is ErrorKind.INTERRUPTED
        await stage.server.arrived(2, 20)
        assert stage.server.requests[-1].path == "/slots"


async def test_that_an_answer_without_an_end_is_an_interruption(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_GONE_WITHIN", 0.05)
    reply = openai_stream("Hello")
    unfinished = reply.but(chunks=reply.chunks[:2])
    async with staged(model, unfinished) as stage:
        _, error = await stage.failure()
        assert error.kind is ErrorKind.INTERRUPTED


async def test_that_a_refusal_is_no_reason_to_doubt(model: Path) -> None:
    refusal = openai_error(400, "It is too long.", kind="exceed_context_size_error")
    async with staged(model, refusal) as stage:
        _, error = await stage.failure()
        assert error.kind is ErrorKind.CONTEXT
        assert [request.method for request in stage.server.requests] == ["POST"]


async def test_that_who_stops_listening_leaves_a_model_that_is_looked_into(model: Path) -> None:
    hanging = broken_stream("Hello there", ending="silence")
    async with staged(model, hanging) as stage:
        async with aclosing(stage.provider.stream(REQUEST, "")) as batches:
            async for batch in batches:
                if any(isinstance(event, TextDelta) for event in batch):
                    break
        assert await stage.server.chats[0].saw_disconnect(20)
        await stage.server.arrived(2, 20)
        assert stage.server.requests[-1].path == "/slots"


async def test_that_only_its_own_model_is_answered_for(model: Path) -> None:
    async with staged(model, openai_stream("Hello")) as stage:
        with pytest.raises(ProviderError) as caught:
            await stage.answer("gpt-5")
        assert caught.value.kind is ErrorKind.MODEL_GONE
        assert caught.value.happened == "Tiny has no model gpt-5."
        assert starts(stage.folder) == []


@pytest.fixture
def vectors(tmp_path: Path) -> Path:
    path = tmp_path / "vectors.gguf"
    write_embedding_model(path)
    return path


async def test_that_a_model_for_vectors_makes_them(vectors: Path) -> None:
    async with staged(vectors, json_reply(VECTORS)) as stage:
        assert stage.provider.embedding_model("Vectors:latest") == "vectors"
        assert stage.provider.embedding_model("bge-m3") is None
        made = await stage.provider.embed(("hello",), "vectors")
        assert made.vectors == ((0.5, 0.25),)
        assert stage.provider.embedding_model("vectors") == "vectors"
        order = stage.order
        assert order["embedding"] is True
        facts = stage.provider.facts("vectors")
        assert facts.embedding
        assert facts.dimensions == WIDTH


async def test_that_a_model_for_vectors_does_not_converse(vectors: Path) -> None:
    async with staged(vectors, json_reply(VECTORS)) as stage:
        _, error = await stage.failure()
        assert (error.kind, error.code) == (ErrorKind.MODEL_GONE, "embeds")


async def test_that_a_model_that_converses_makes_no_vectors(model: Path) -> None:
    async with staged(model, openai_stream("Hello")) as stage:
        with pytest.raises(ProviderError) as caught:
            await stage.provider.embed(("hello",), "tiny")
        assert (caught.value.kind, caught.value.code) == (ErrorKind.MODEL_GONE, "converses")
        assert stage.provider.embedding_model("tiny") is None


async def test_that_a_death_while_vectors_are_made_is_told(vectors: Path) -> None:
    async with staged(vectors, json_reply(VECTORS).but(opening="reset")) as stage:

        def kill(_request: RecordedRequest) -> Reply:
            os.kill(starts(stage.folder)[0], signal.SIGKILL)
            return json_reply(VECTORS).but(opening="reset")

        stage.server.play(kill)
        with pytest.raises(ProviderError) as caught:
            await stage.provider.embed(("hello",), "vectors")
        assert caught.value.code == "killed"


async def test_that_a_test_measures_a_word_and_not_the_loading(model: Path) -> None:
    async with staged(model, openai_stream("Ready")) as stage:
        report = await stage.provider.test()
        assert report.error is None
        assert report.model == "tiny"
        assert report.first_token_ms is not None


async def test_that_a_model_for_vectors_is_tested_with_one(vectors: Path) -> None:
    async with staged(vectors, json_reply(VECTORS)) as stage:
        report = await stage.provider.test()
        assert report.error is None
        assert report.chat_ms is not None


async def test_that_a_test_does_not_wait_for_ever(model: Path) -> None:
    async with staged(model, act=("hang",)) as stage:
        report = await stage.provider.test(within=0.5)
        assert report.error is not None
        assert report.error.kind is ErrorKind.FIRST_TOKEN_TIMEOUT


async def test_that_a_test_of_a_missing_file_says_so(tmp_path: Path) -> None:
    async with staged(tmp_path / "gone.gguf") as stage:
        report = await stage.provider.test()
        assert report.error is not None
        assert report.error.code == "no_file"


async def test_that_its_one_model_is_listed_where_its_file_is_good(model: Path) -> None:
    async with staged(model) as stage:
        assert await stage.provider.list_models() == ("tiny",)
        await asyncio.to_thread(model.write_text, "no model any more")
        with pytest.raises(ProviderError):
            await stage.provider.list_models()


async def test_that_it_is_a_provider_of_this_computer(model: Path) -> None:
    async with staged(model) as stage:
        assert stage.provider.local
        assert stage.provider.default_model == "tiny"
        assert stage.provider.availability() == Availability("available")


async def test_that_one_that_is_switched_off_says_so(model: Path) -> None:
    async with staged(model, enabled=False) as stage:
        assert stage.provider.availability() == Availability("disabled", "Tiny is switched off.")


async def test_that_without_llama_cpp_it_is_told_what_to_install(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "is_installed", lambda: False)
    async with staged(model) as stage:
        told = stage.provider.availability()
        assert told.state == "not-configured"
        assert told.why == 'Tiny needs llama.cpp: install "understudy[local]".'


def test_that_importing_it_loads_neither_llama_cpp_nor_http() -> None:
    import subprocess
    import sys

    code = (
        "import sys, json, understudy.local_model.provider;"
        "print(json.dumps([n for n in ('xllamacpp', 'httpx', 'pydantic') if n in sys.modules]))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert json.loads(told.stdout) == []

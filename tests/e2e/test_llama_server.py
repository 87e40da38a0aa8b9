"""Against a model server that this project did not write: llama.cpp's, with a model made here."""

from __future__ import annotations

import asyncio
import json
import signal
import time
import urllib.request
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest

from helpers.command_line import CommandLine
from helpers.llama_server import llama_server
from helpers.tiny_model import write_model
from understudy import ChatRequest, Finished, Message, Route, RouteEntry, Router, TextDelta
from understudy.providers.catalog import row
from understudy.providers.http import HttpProvider
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

SAYING = (
    "Hello! I am a tiny model, and this is all I say:\n\n- a list with *emphasis*\n- `code`\n\n"
    "안녕하세요, 세계! Ωμέγα, naïve café. That is everything."
)
COUNTING = " ".join(f"number{count}" for count in range(300)) + " and again:"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """Serve the model that says its piece and ends."""
    path = tmp_path_factory.mktemp("model") / "saying.gguf"
    write_model(path, SAYING)
    with llama_server(path) as base_url:
        yield base_url


@pytest.fixture(scope="module")
def endless(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """Serve a model that never ends by itself."""
    path = tmp_path_factory.mktemp("model") / "counting.gguf"
    write_model(path, COUNTING, endless=True)
    with llama_server(path) as base_url:
        yield base_url


def router_for(base_url: str, transport: HttpTransport) -> Router:
    """A router whose only provider is the catalogue's llama.cpp, at this address."""
    known = row("llamacpp")
    assert known is not None
    router = Router()
    router.register_chat_provider(HttpProvider(known, transport, lambda: None, base_url))
    router.set_route(Route("Local", (RouteEntry("llamacpp", "tiny"),)))
    return router


def question(*turns: Message) -> ChatRequest:
    """Ask for a greeting, after what was said before."""
    return ChatRequest((*turns, Message.user("Say hello.")))


@pytest.mark.anyio
async def test_that_a_real_servers_answer_arrives_word_for_word(server: str) -> None:
    transport = HttpTransport()
    router = router_for(server, transport)
    events = [event async for event in router.stream(question())]
    await transport.aclose()
    pieces = [event.text for event in events if isinstance(event, TextDelta)]
    finished = events[-1]
    assert "".join(pieces) == SAYING
    assert len(pieces) > 10
    assert isinstance(finished, Finished)
    assert finished.finish_reason == "stop"
    assert finished.usage.output_tokens is not None
    assert finished.usage.output_tokens >= len(pieces)


@pytest.mark.anyio
async def test_that_a_conversation_with_an_interrupted_answer_is_taken_as_it_is(
    server: str,
) -> None:
    transport = HttpTransport()
    router = router_for(server, transport)
    before = (Message.user("Hi?"), Message.assistant("Hello! I am", interrupted=True))
    response = await router.chat(question(*before))
    await transport.aclose()
    assert response.message.text == SAYING


@pytest.mark.anyio
async def test_that_stopping_ends_the_work_of_a_real_server(endless: str) -> None:
    transport = HttpTransport()
    router = router_for(endless, transport)
    words = 0
    async with aclosing(router.stream(question())) as events:
        async for event in events:
            words += isinstance(event, TextDelta)
            if words == 20:
                break
    stopped = time.monotonic()
    while await asyncio.to_thread(is_working, endless):
        assert time.monotonic() - stopped < 2
        await asyncio.sleep(0.01)
    await transport.aclose()


def test_that_understudy_ask_speaks_with_a_real_server(server: str, home: Path) -> None:
    cli = CommandLine(home)
    add_llamacpp(cli, server)
    outcome = cli("ask", "--json", "Say hello.")
    assert outcome.code == 0
    events = outcome.objects
    said = "".join(event["text"] for event in events if event["type"] == "text_delta")
    assert said == SAYING
    assert events[-1]["provider"] == "llamacpp"


def test_that_ctrl_c_ends_the_work_of_a_real_server(endless: str, home: Path) -> None:
    cli = CommandLine(home)
    add_llamacpp(cli, endless)
    with cli.started("ask", "Count.") as process:
        assert process.stdout is not None
        assert process.stdout.read(7) == "number0"
        assert is_working(endless)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=5)
    deadline = time.monotonic() + 2
    while is_working(endless):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert process.returncode == 130


def test_that_its_models_can_be_listed_and_it_can_be_tested(server: str, home: Path) -> None:
    cli = CommandLine(home)
    add_llamacpp(cli, server)
    assert "saying.gguf" in cli("providers", "models", "llamacpp").out
    tested = cli("providers", "test", "llamacpp", "--json").object
    assert tested["tokens"] > 0


def add_llamacpp(cli: CommandLine, base_url: str) -> None:
    """Set the catalogue's llama.cpp to this address and put it in line."""
    settings = {
        "version": 1,
        "providers": {"llamacpp": {"base_url": base_url, "models": ["tiny"]}},
        "routes": [{"name": "Local", "entries": [{"provider": "llamacpp"}]}],
    }
    cli.home.mkdir(parents=True)
    (cli.home / "settings.json").write_text(json.dumps(settings))


def is_working(base_url: str) -> bool:
    """Whether the server generates just now, by its own word."""
    with urllib.request.urlopen(f"{base_url.removesuffix('/v1')}/slots", timeout=5) as answer:
        slots: list[dict[str, Any]] = json.load(answer)
    return any(slot["is_processing"] for slot in slots)

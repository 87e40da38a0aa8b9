"""llama.cpp's own server, which speaks three of the formats, with models made here.

It is a server that this project did not write: what it emits is read by our decoders, and by the
vendors' libraries beside them.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from helpers.llama_server import llama_server
from helpers.tiny_model import TEMPLATE, write_embedding_model, write_model
from peers.conversation import SCHEMA
from peers.heard import BASES, Heard, ask, provider
from peers.sdks import SDKS
from understudy.errors import ErrorKind, ProviderError
from understudy.messages import Message, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from understudy.requests import ChatRequest, Tool
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from understudy.wire.format import WireName

SPOKEN: tuple[WireName, ...] = ("openai-chat", "openai-responses", "anthropic")
every_format = pytest.mark.parametrize("wire", SPOKEN)
SAID = "Hello! 안녕하세요,\n\n  Ωμέγα, *naïve* café.\n"
THOUGHT = "Hmm, 달?\n"
TURNS = (
    "{% for m in messages %}{{ '<|' + m['role'] + '|>' }}"
    "{% if m.get('reasoning_content') %}"
    "{{ '<think>\\n' + m['reasoning_content'] + '\\n</think>\\n\\n' }}{% endif %}"
    "{{ m['content'] or '' }}"
    "{% for call in m.get('tool_calls') or [] %}"
    '{{ \'\\n<tool_call>\\n{"name": "\' + call.function.name + \'", "arguments": \' }}'
    "{{ (call.function.arguments | tojson) + '}\\n</tool_call>' }}{% endfor %}"
    "{% if m['role'] == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}"
)
CALLS_TOOLS = (
    "{% if tools %}{{ '<|system|><tools>' }}{% for tool in tools %}{{ tool | tojson }}{% endfor %}"
    '{{ \'</tools><tool_call>{"name": ..., "arguments": ...}</tool_call>\' }}{% endif %}'
    f"{TURNS}{{% endif %}}"
)
THINKS = (
    f"{TURNS}{{% if enable_thinking is defined and enable_thinking is false %}}"
    "{{ '<think>\n\n</think>\n\n' }}{% endif %}{% endif %}"
)
"""Templates of the usual kinds: by them the server knows what is a call, and what a thought."""

CALL = '<tool_call>\n{"name": "find", "arguments": {"query": "달", "limit": 3}}\n</tool_call>'
MODELS = {
    "says": (SAID, TEMPLATE),
    "thinks": (f"<think>\n{THOUGHT}</think>\n\n{SAID}", THINKS),
    "thinks-unknown": (f"<think>{THOUGHT}</think>{SAID}", TEMPLATE),
    "calls": (f"Let me see.\n{CALL}", CALLS_TOOLS),
}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Generator[dict[str, str]]:
    """Give the address of a server for each model."""
    folder: Path = tmp_path_factory.mktemp("models")
    with ExitStack() as stack:
        found: dict[str, str] = {}
        for name, (text, template) in MODELS.items():
            path = folder / f"{name}.gguf"
            write_model(path, text, template=template)
            found[name] = stack.enter_context(llama_server(path)).removesuffix("/v1")
        yield found


def hear(server: str, wire: WireName, *turns: Message, tools: tuple[Tool, ...] = ()) -> Heard:
    """Ask the server in one of its formats."""
    request = ChatRequest(turns or (Message.user("Hello?"),), max_tokens=200, tools=tools)
    return asyncio.run(ask(wire, f"{server}{BASES[wire]}", request, "tiny"))


FIND = Tool("find", "Finds what is asked for.", SCHEMA)


@every_format
def test_that_its_words_arrive_as_they_are(servers: dict[str, str], wire: WireName) -> None:
    heard = hear(servers["says"], wire)
    assert (heard.text, heard.thought, heard.calls, heard.finish) == (SAID, "", (), "stop")
    assert all(heard.tokens)


@every_format
@pytest.mark.parametrize("model", ["thinks", "thinks-unknown"])
def test_that_its_thoughts_are_told_from_its_words(
    servers: dict[str, str], wire: WireName, model: str
) -> None:
    heard = hear(servers[model], wire)
    assert (heard.text, heard.thought) == (SAID, THOUGHT)


@every_format
def test_that_its_calls_of_tools_are_put_together(servers: dict[str, str], wire: WireName) -> None:
    heard = hear(servers["calls"], wire, tools=(FIND,))
    assert heard.calls == (("find", {"query": "달", "limit": 3}),)
    assert heard.text.strip() == "Let me see."
    assert heard.finish == "tool_calls"


@every_format
def test_that_it_takes_a_conversation_with_thoughts_and_calls(
    servers: dict[str, str], wire: WireName
) -> None:
    thought = ReasoningPart("I should look it up.", made_by="peer/tiny")
    call = ToolCallPart("call_1", "find", '{"query": "달"}', made_by="peer/tiny")
    heard = hear(
        servers["calls"],
        wire,
        Message.system("Be brief."),
        Message.user("Hello!"),
        Message.assistant("Hi.", interrupted=True),
        Message.user("What is this?"),
        Message("assistant", (thought, TextPart("Let me see."), call)),
        Message("tool", (ToolResultPart("call_1", "The Moon."),)),
        tools=(FIND,),
    )
    assert heard.calls


@every_format
def test_that_it_says_when_a_conversation_is_too_long(
    servers: dict[str, str], wire: WireName
) -> None:
    with pytest.raises(ProviderError) as caught:
        hear(servers["says"], wire, Message.user("much too long " * 20_000))
    assert caught.value.kind is ErrorKind.CONTEXT


@pytest.mark.parametrize("name", ["openai", "anthropic"])
@pytest.mark.parametrize("model", ["says", "thinks"])
def test_that_a_vendors_library_hears_it_as_we_do(
    servers: dict[str, str], name: str, model: str
) -> None:
    sdk = SDKS[name]
    theirs, mine = sdk.stream(servers[model], "tiny"), hear(servers[model], sdk.wire)
    assert (theirs.text, theirs.thought, theirs.finish) == (mine.text, mine.thought, mine.finish)
    assert theirs.tokens[1] == mine.tokens[1]


def test_that_a_vendors_library_fails_at_a_stream_that_we_read(servers: dict[str, str]) -> None:
    with pytest.raises(TypeError):  # its events have no number of the part that they belong to
        SDKS["openai-responses"].stream(servers["says"], "tiny")


def test_that_its_list_and_its_vectors_are_read(tmp_path: Path) -> None:
    model = tmp_path / "vectors.gguf"
    write_embedding_model(model)

    async def ask_for_them(url: str) -> None:
        transport = HttpTransport()
        llama = provider("openai-chat", url, transport)
        assert await llama.list_models()
        found = await llama.embed(["Hello there", "world", "Hello there"], "tiny")
        await transport.aclose()
        one, other, again = found.vectors
        assert len(one) == len(other) > 8
        assert one == again != other
        assert found.usage.input_tokens

    with llama_server(model, vectors=True) as url:
        asyncio.run(ask_for_them(url))

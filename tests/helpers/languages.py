"""One answer told in the bytes of every wire format, whole or broken off anywhere.

    for language in LANGUAGES:
        stream = language.whole(Told(pieces=("Hello", ".")))

Each is a list of byte strings, an event of its format each. A format's own helpers know its shapes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from helpers.anthropic_replies import (
    MESSAGE_STOP,
    PING,
    error_event,
    message_delta,
    message_start,
    redacted_block,
    text_block,
    thinking_block,
    tool_block,
)
from helpers.gemini_replies import gemini_array, gemini_chunk, gemini_data, gemini_usage
from helpers.ollama_replies import line, ollama_call, ollama_chunk, ollama_end
from helpers.replies import DONE, chat_chunk, data, pieces_of, usage_chunk
from helpers.responses_replies import (
    begun,
    response,
    say_call,
    say_thought,
    say_words,
    sse,
    thought,
    usage,
)
from understudy.providers.wires import wire_format
from understudy.wire.format import Dialect, Target

if TYPE_CHECKING:
    from collections.abc import Callable

    from understudy.wire.format import WireFormat, WireName

SEALS: dict[str, str] = {
    "openai-chat": "ErUBCkYIBRgC",
    "openai-responses": "gAAA-sealed",
    "anthropic": "EqQBCgIYAhIM",
    "gemini": "CikBjz1rX2Zv",
    "ollama": "",
}
"""What each format seals its thoughts with here; Ollama does not."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a model says: a thought, words in pieces, calls of tools (id, name, arguments).

    ``hidden``: the thought has no words, only its seal.
    """

    pieces: tuple[str, ...] = ()
    thought: str = ""
    calls: tuple[tuple[str, str, str], ...] = ()
    hidden: bool = False

    @property
    def text(self) -> str:
        """All the words."""
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class Language:
    """A wire format that speaks. ``content`` opens the answer too, ``end`` is its finish marker.

    ``fails`` is an error in mid-answer, ``garbage`` a chunk that nobody can read.
    """

    wire: WireName
    model: str
    content: Callable[[Told], list[bytes]]
    end: Callable[[Told], list[bytes]]
    fails: bytes
    garbage: bytes
    dialect: Dialect = field(default_factory=Dialect)

    @property
    def id(self) -> str:
        """The name of its provider."""
        return self.wire.replace("-", "")

    @property
    def seal(self) -> str:
        """What it seals its thoughts with."""
        return SEALS[self.wire]

    @property
    def format(self) -> WireFormat:
        """The format itself."""
        return wire_format(self.wire)

    def but(self, **dialect: Any) -> Language:
        """The same at a server whose ways differ."""
        return replace(self, dialect=replace(self.dialect, **dialect))

    def target(self, model: str = "", **facts: Any) -> Target:
        """Whom a request in this language is written for."""
        return Target(self.id, model or self.model, self.dialect, **facts)

    def whole(self, told: Told) -> list[bytes]:
        """A whole answer."""
        return [*self.content(told), *self.end(told)]

    def broken(self, told: Told) -> list[bytes]:
        """An answer that breaks off after its last piece: nothing ends what had begun."""
        events = self.content(told)
        while self.wire in _ENDS_PARTS and not _DELTA.search(events[-1]):
            events.pop()
        return events

    def cut(self, told: Told) -> list[bytes]:
        """An answer that breaks off in the middle of its last event."""
        *events, last = self.broken(told)
        return [*events, last[: len(last) // 2]]


_ENDS_PARTS = frozenset({"anthropic", "openai-responses"})
_DELTA = re.compile(rb'"type": "[\w.]+[._]delta"')


def _openai_content(told: Told) -> list[bytes]:
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    if told.hidden:
        detail = {"type": "reasoning.encrypted", "data": SEALS["openai-chat"], "index": 0}
        deltas.append({"content": "", "reasoning_details": [detail]})
    for piece in pieces_of(told.thought, 12):
        detail = {"type": "reasoning.text", "text": piece, "index": 0}
        deltas.append({"reasoning": piece, "reasoning_details": [detail]})
    if told.thought:
        seal = {"type": "reasoning.text", "signature": SEALS["openai-chat"], "index": 0}
        deltas.append({"content": "", "reasoning_details": [seal]})
    deltas += [{"content": piece} for piece in told.pieces]
    for number, (call_id, name, arguments) in enumerate(told.calls):
        begin = {"index": number, "id": call_id, "type": "function"}
        deltas.append({"tool_calls": [{**begin, "function": {"name": name, "arguments": ""}}]})
        for piece in pieces_of(arguments):
            fragment = {"index": number, "function": {"arguments": piece}}
            deltas.append({"tool_calls": [fragment]})
    return [data(chat_chunk(delta)) for delta in deltas]


def _openai_end(told: Told) -> list[bytes]:
    finish = data(chat_chunk({}, finish="tool_calls" if told.calls else "stop"))
    return [finish, data(usage_chunk(7, 11)), DONE]


def _responses_content(told: Told) -> list[bytes]:
    script, place = begun(), 0
    if told.hidden:
        script.add("response.output_item.added", output_index=0, item=thought(sealed="gAAA-begun"))
        script.add("response.output_item.done", output_index=0, item=thought())
        place = 1
    if told.thought:
        say_thought(script, 0, told.thought)
        place = 1
    if told.pieces:
        say_words(script, place, told.pieces)
        place += 1
    for number, (call_id, name, arguments) in enumerate(told.calls):
        at = len(script.events)
        say_call(script, place + number, name, arguments, number + 1)
        made_up = f'"call_id": "call_{number + 1}"'.encode()
        given = f'"call_id": {json.dumps(call_id, ensure_ascii=False)}'.encode()
        script.events[at:] = [event.replace(made_up, given) for event in script.events[at:]]
    return script.events


def _responses_end(told: Told) -> list[bytes]:
    return [sse("response.completed", response=response(usage=usage(7, 11)))]


def _anthropic_content(told: Told) -> list[bytes]:
    blocks: list[list[bytes]] = []
    if told.hidden:
        blocks.append(redacted_block(0, SEALS["anthropic"]))
    if told.thought:
        blocks.append(thinking_block(0, *pieces_of(told.thought, 12), signature=SEALS["anthropic"]))
    if told.pieces:
        blocks.append(text_block(len(blocks), *told.pieces))
    for call_id, name, arguments in told.calls:
        fragments = pieces_of(arguments)
        blocks.append(tool_block(len(blocks), *fragments, call_id=call_id, name=name))
    return [message_start(), PING, *(event for block in blocks for event in block)]


def _anthropic_end(told: Told) -> list[bytes]:
    return [message_delta("tool_use" if told.calls else "end_turn"), MESSAGE_STOP]


def _gemini_chunks(told: Told) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = [
        {"text": piece, "thought": True} for piece in pieces_of(told.thought, 12)
    ]
    parts += [{"text": piece} for piece in told.pieces]
    sealed = {"thoughtSignature": SEALS["gemini"]} if told.thought or told.hidden else {}
    for number, (call_id, name, arguments) in enumerate(told.calls):
        call = {"id": call_id, "name": name, "args": json.loads(arguments)}
        parts.append({"functionCall": call, **({} if number else sealed)})
    if sealed and not told.calls:
        parts.append({"text": "", **sealed})
    return [gemini_chunk(part, usage=gemini_usage(7)) for part in parts]


def _gemini_last() -> dict[str, Any]:
    return gemini_chunk({"text": ""}, finish="STOP", usage=gemini_usage(7, 11))


def _gemini_content(told: Told) -> list[bytes]:
    return [gemini_data(chunk) for chunk in _gemini_chunks(told)]


def _gemini_end(told: Told) -> list[bytes]:
    return [gemini_data(_gemini_last())]


def _array_content(told: Told) -> list[bytes]:
    chunks = _gemini_chunks(told)
    if not chunks:
        return [b"["]
    opening = gemini_array(chunks[:1]).removesuffix(b"\n]\n")
    rest = (b"\n,\r\n" + json.dumps(each, ensure_ascii=False).encode() for each in chunks[1:])
    return [opening, *rest]


def _array_end(told: Told) -> list[bytes]:
    separator = b"\n,\r\n" if _gemini_chunks(told) else b""
    return [separator + json.dumps(_gemini_last()).encode(), b"\n]\n"]


def _ollama_content(told: Told) -> list[bytes]:
    chunks = [ollama_chunk(thinking=piece) for piece in pieces_of(told.thought, 12)]
    chunks += [ollama_chunk(content=piece) for piece in told.pieces]
    for call_id, name, arguments in told.calls:
        call = ollama_call(name, json.loads(arguments), call_id)
        chunks.append(ollama_chunk(tool_calls=[call]))
    return [line(chunk) for chunk in chunks]


def _ollama_end(told: Told) -> list[bytes]:
    return [line(ollama_end())]


_OVERLOADED = {"code": 503, "message": "Overloaded", "status": "UNAVAILABLE"}

OPENAI = Language(
    "openai-chat",
    "anthropic/claude-opus-5.5",
    _openai_content,
    _openai_end,
    fails=data({"error": {"message": "Overloaded", "type": "overloaded_error"}}),
    garbage=b'data: {"choices": [{\n\n',
    dialect=Dialect(reasoning_field="reasoning_details"),
)
RESPONSES = Language(
    "openai-responses",
    "gpt-5.5",
    _responses_content,
    _responses_end,
    fails=sse("error", code="server_is_overloaded", message="Overloaded", param=None),
    garbage=b'event: response.output_text.delta\ndata: {"type": "resp\n\n',
)
ANTHROPIC = Language(
    "anthropic",
    "claude-opus-5-5",
    _anthropic_content,
    _anthropic_end,
    fails=error_event(),
    garbage=b'event: content_block_delta\ndata: {"type": "content\n\n',
)
GEMINI = Language(
    "gemini",
    "gemini-3.5-flash",
    _gemini_content,
    _gemini_end,
    fails=gemini_data({"error": _OVERLOADED}),
    garbage=b'data: {"candidates": [{\r\n\r\n',
)
GEMINI_ARRAY = Language(
    "gemini",
    "gemini-3.5-flash",
    _array_content,
    _array_end,
    fails=b"\n,\r\n" + json.dumps({"error": _OVERLOADED}).encode(),
    garbage=b'\n,\r\n{"candidates": nonsense}',
)
OLLAMA = Language(
    "ollama",
    "qwen3",
    _ollama_content,
    _ollama_end,
    fails=line({"error": "Overloaded"}),
    garbage=b'{"model": "qwen3", "mess\n',
)

LANGUAGES = (OPENAI, RESPONSES, ANTHROPIC, GEMINI, OLLAMA)
"""One of each format."""

STREAMS = (*LANGUAGES, GEMINI_ARRAY)
"""Every form in which an answer streams."""

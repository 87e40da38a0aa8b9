"""How each wire format says words: what a healthy server streams.

The shapes follow platform.openai.com/docs/api-reference/chat and …/responses-streaming,
docs.claude.com/en/docs/build-with-claude/streaming, ai.google.dev/api/generate-content and
docs.ollama.com/api/chat.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from understudy.rehearsal.fault import Chunk, Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from understudy.rehearsal.fault import Ending
    from understudy.wire.format import WireName

ANSWER: Final = (
    "The understudy learns every line and hopes never to be needed.\n\n"
    "1. **It listens** from the wings, word by word.\n"
    "2. **It steps in** at the very syllable: 말없이, 끊긴 자리에서 이어받아.\n"
    "3. **It bows last** 🎭 and nobody in the house has noticed a thing.\n\n"
    "That is all there is to it – nothing lost, nothing said twice."
)
"""What everybody says in a rehearsal, so that a missing or doubled character is found."""

PIECE: Final = 8
"""Characters a chunk, about what a model's few tokens are."""

_MODEL: Final = "rehearsal"


@dataclass(frozen=True, slots=True)
class Speech:
    """A format's way to stream an answer: what comes before the words, each piece, what ends it."""

    content_type: str
    begin: bytes
    words: Callable[[str], bytes]
    end: bytes

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers of a streamed answer."""
        return (("content-type", self.content_type),)

    def said(self, text: str, every: float = 0.0) -> tuple[Chunk, ...]:
        """Say ``text`` in pieces that are so many seconds apart."""
        return tuple(Chunk(self.words(piece), every) for piece in pieces(text))

    def whole(self, text: str = ANSWER) -> Reply:
        """Give a whole answer."""
        return self.stream(*self.said(text), Chunk(self.end))

    def stream(self, *chunks: Chunk, ending: Ending = "end") -> Reply:
        """Begin an answer and go on with ``chunks``."""
        return Reply(headers=self.headers, chunks=(Chunk(self.begin), *chunks), ending=ending)


def pieces(text: str, size: int = PIECE) -> list[str]:
    """Cut ``text`` as tokens would cut it."""
    return [text[at : at + size] for at in range(0, len(text), size)]


def event(value: dict[str, Any], name: str = "", end: str = "\n") -> bytes:
    """Write one server-sent event."""
    first = f"event: {name}{end}" if name else ""
    return f"{first}data: {json.dumps(value, ensure_ascii=False)}{end}{end}".encode()


def chat_chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    """Write one chunk of OpenAI's Chat Completions."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_790_000_000}
    return event({**chunk, "model": _MODEL, "choices": [choice]})


def typed(kind: str, **fields: Any) -> bytes:
    """Write an event that is named as its data are, as Anthropic and OpenAI's Responses do."""
    return event({"type": kind, **fields}, kind)


def _anthropic_begin() -> bytes:
    usage = {"input_tokens": 21, "output_tokens": 1}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": _MODEL}
    opened: dict[str, Any] = {**message, "content": [], "stop_reason": None, "usage": usage}
    block = {"type": "text", "text": ""}
    return typed("message_start", message=opened) + typed(
        "content_block_start", index=0, content_block=block
    )


def _anthropic_words(text: str) -> bytes:
    return typed("content_block_delta", index=0, delta={"type": "text_delta", "text": text})


def _anthropic_end() -> bytes:
    delta = {"stop_reason": "end_turn", "stop_sequence": None}
    return (
        typed("content_block_stop", index=0)
        + typed("message_delta", delta=delta, usage={"output_tokens": 60})
        + typed("message_stop")
    )


def gemini_chunk(text: str, finish: str = "") -> bytes:
    """Write one chunk of Gemini's."""
    candidate: dict[str, Any] = {"content": {"parts": [{"text": text}], "role": "model"}}
    if finish:
        candidate["finishReason"] = finish
    usage = {"promptTokenCount": 21, "candidatesTokenCount": 60, "totalTokenCount": 81}
    return event({"candidates": [candidate], "usageMetadata": usage}, end="\r\n")


def ollama_line(text: str, **more: Any) -> bytes:
    """Write one line of Ollama's."""
    message = {"role": "assistant", "content": text}
    line = {"model": _MODEL, "created_at": "2026-11-06T21:20:00Z", "message": message}
    return json.dumps({**line, "done": False, **more}, ensure_ascii=False).encode() + b"\n"


def _responses_words(text: str) -> bytes:
    return typed(
        "response.output_text.delta", item_id="msg_1", output_index=0, content_index=0, delta=text
    )


def _response(kind: str, status: str) -> bytes:
    return typed(kind, response={"id": "resp_1", "status": status, "output": []})


_SSE = "text/event-stream; charset=utf-8"
SPEECH: Final[Mapping[WireName, Speech]] = {
    "openai-chat": Speech(
        _SSE,
        chat_chunk({"role": "assistant", "content": ""}),
        lambda text: chat_chunk({"content": text}),
        chat_chunk({}, "stop") + b"data: [DONE]\n\n",
    ),
    "openai-responses": Speech(
        _SSE,
        _response("response.created", "in_progress"),
        _responses_words,
        _response("response.completed", "completed"),
    ),
    "anthropic": Speech(_SSE, _anthropic_begin(), _anthropic_words, _anthropic_end()),
    "gemini": Speech("text/event-stream", b"", gemini_chunk, gemini_chunk("", "STOP")),
    "ollama": Speech(
        "application/x-ndjson",
        b"",
        ollama_line,
        ollama_line("", done=True, done_reason="stop", prompt_eval_count=21, eval_count=60),
    ),
}
"""By the format's name."""


def spoken(wire: WireName) -> WireName:
    """Give a format that can be spoken: the practice provider and a model's file have none."""
    return wire if wire in SPEECH else "openai-chat"

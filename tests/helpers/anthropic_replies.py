"""Ready-made replies in Anthropic's bytes: streams, whole messages, lists of models, errors.

The shapes follow https://platform.claude.com/docs/en/build-with-claude/streaming, …/api/messages,
…/api/models/list and …/api/errors.
"""

from __future__ import annotations

import json
from typing import Any

from helpers.replies import Chunk, Ending, Reply, json_reply, pieces_of


def event(value: dict[str, Any], name: str | None = None) -> bytes:
    """One event, named as its data are."""
    line = json.dumps(value, ensure_ascii=False)
    return f"event: {name or value['type']}\ndata: {line}\n\n".encode()


PING = event({"type": "ping"})
MESSAGE_STOP = event({"type": "message_stop"})


def message_start(model: str = "test-model", **usage: int) -> bytes:
    """The event that opens an answer, with the counts of what was read."""
    counted = {
        "input_tokens": 25,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": 1,
        **usage,
    }
    opening: dict[str, Any] = {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": counted,
    }
    return event({"type": "message_start", "message": opening})


def block(index: int, begin: dict[str, Any], *deltas: dict[str, Any]) -> list[bytes]:
    """A content block: its start, its deltas, its stop."""
    return [
        event({"type": "content_block_start", "index": index, "content_block": begin}),
        *(
            event({"type": "content_block_delta", "index": index, "delta": delta})
            for delta in deltas
        ),
        event({"type": "content_block_stop", "index": index}),
    ]


def text_block(index: int, *pieces: str) -> list[bytes]:
    """Words in pieces."""
    deltas = ({"type": "text_delta", "text": piece} for piece in pieces)
    return block(index, {"type": "text", "text": ""}, *deltas)


def thinking_block(index: int, *pieces: str, signature: str = "EqQBCgIYAhIM") -> list[bytes]:
    """A thought in pieces, with its seal; without pieces its words are left out."""
    deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces]
    seal = {"type": "signature_delta", "signature": signature}
    return block(index, {"type": "thinking", "thinking": "", "signature": ""}, *deltas, seal)


def redacted_block(index: int, data: str = "EmwKAhgBEgy3va3pzix") -> list[bytes]:
    """A thought that nobody may read."""
    return block(index, {"type": "redacted_thinking", "data": data})


def tool_block(
    index: int, *fragments: str, call_id: str = "toolu_01", name: str = "find"
) -> list[bytes]:
    """A call of a tool, its arguments in fragments, the first of them empty as Anthropic's is."""
    begin: dict[str, Any] = {"type": "tool_use", "id": call_id, "name": name, "input": {}}
    deltas = ({"type": "input_json_delta", "partial_json": each} for each in ("", *fragments))
    return block(index, begin, *deltas)


def message_delta(stop_reason: str | None = "end_turn", **usage: int) -> bytes:
    """The event that tells why it ends, with the counts of what was written."""
    delta = {"stop_reason": stop_reason, "stop_sequence": None}
    counted = {"output_tokens": 15, **usage}
    return event({"type": "message_delta", "delta": delta, "usage": counted})


def error_event(kind: str = "overloaded_error", message: str = "Overloaded") -> bytes:
    """An error in the middle of a stream that had begun with 200."""
    return event({"type": "error", "error": {"type": kind, "message": message}})


def anthropic_stream(
    text: str = "Hello from the loopback server.",
    *,
    pieces: list[str] | None = None,
    thinking: str = "",
    call: str = "",
    model: str = "test-model",
    stop_reason: str | None = "end_turn",
    stop: bool = True,
    delay: float = 0.0,
    ending: Ending = "clean",
) -> Reply:
    """A streamed answer: a thought, words ``delay`` seconds apart, a call with these arguments.

    For a break in mid-answer give ``stop_reason=None, stop=False, ending="cut"`` (or
    ``broken_anthropic_stream``).
    """
    blocks: list[list[bytes]] = []
    if thinking:
        blocks.append(thinking_block(len(blocks), *pieces_of(thinking)))
    blocks.append(text_block(len(blocks), *(pieces_of(text) if pieces is None else pieces)))
    if call:
        blocks.append(tool_block(len(blocks), *pieces_of(call)))
    chunks = [Chunk(message_start(model)), Chunk(PING)]
    chunks += [Chunk(data, delay) for each in blocks for data in each]
    if stop_reason is not None:
        chunks.append(Chunk(message_delta("tool_use" if call else stop_reason)))
    if stop:
        chunks.append(Chunk(MESSAGE_STOP))
    return Reply(chunks=tuple(chunks), ending=ending)


def broken_anthropic_stream(text: str, *, ending: Ending = "cut", delay: float = 0.0) -> Reply:
    """An answer that breaks off after ``text``: no stop reason, no end of the message."""
    reply = anthropic_stream(text, delay=delay, stop_reason=None, stop=False, ending=ending)
    return reply.but(chunks=reply.chunks[:-1])  # nor of the block


def overloaded_in_stream(text: str) -> Reply:
    """An answer with 200 that an error ends after ``text``."""
    reply = broken_anthropic_stream(text, ending="clean")
    return reply.but(chunks=(*reply.chunks, Chunk(error_event())))


def message(*content: dict[str, Any], stop_reason: str | None = "end_turn") -> dict[str, Any]:
    """A message that was not streamed."""
    return {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": "test-model",
        "content": list(content),
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": {"input_tokens": 25, "output_tokens": 15},
    }


def whole_message(text: str = "Hello.") -> Reply:
    """An answer that came as one JSON body."""
    return json_reply(message({"type": "text", "text": text}))


def anthropic_models(*ids: str) -> Reply:
    """What ``GET /v1/models`` answers."""
    rows = [
        {"type": "model", "id": name, "display_name": name, "created_at": "2026-09-22T00:00:00Z"}
        for name in ids
    ]
    ends = {"first_id": ids[0] if ids else None, "last_id": ids[-1] if ids else None}
    return json_reply({"data": rows, "has_more": False, **ends})


def anthropic_error(
    status: int,
    kind: str,
    message: str,
    headers: tuple[tuple[str, str], ...] = (),
) -> Reply:
    """An error body as Anthropic's are."""
    error = {"type": kind, "message": message}
    return json_reply({"type": "error", "error": error, "request_id": "req_011"}, status, headers)

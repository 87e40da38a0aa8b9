"""Ready-made replies in Ollama's own bytes, for a loopback server.

The shapes follow docs.ollama.com (api/chat, api/embed, api/tags, api/errors, api/streaming).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from helpers.replies import Chunk, Reply, json_reply, pieces_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from helpers.replies import Ending

NDJSON = ("content-type", "application/x-ndjson")
WHEN = "2026-08-01T12:00:00.123456789Z"
DURATIONS = {
    "total_duration": 4883583458,
    "load_duration": 1334875,
    "prompt_eval_duration": 342546000,
    "eval_duration": 4535599000,
}


def line(value: object) -> bytes:
    """One line of a stream, written as Go writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def ollama_chunk(model: str = "test-model", **message: Any) -> dict[str, Any]:
    """One object of a streamed answer."""
    said = {"role": "assistant", "content": "", **message}
    return {"model": model, "created_at": WHEN, "message": said, "done": False}


def ollama_end(
    reason: str = "stop",
    usage: tuple[int, int] | None = (7, 11),
    *,
    model: str = "test-model",
    **message: Any,
) -> dict[str, Any]:
    """The last object of an answer, or with a ``message`` a whole one."""
    end = {**ollama_chunk(model, **message), "done_reason": reason, "done": True, **DURATIONS}
    if usage is not None:
        end |= {"prompt_eval_count": usage[0], "eval_count": usage[1]}
    return end


def ollama_call(name: str, arguments: dict[str, Any], call_id: str = "") -> dict[str, Any]:
    """One call of a tool; older servers give it no id."""
    call: dict[str, Any] = {"id": call_id} if call_id else {}
    return {**call, "function": {"index": 0, "name": name, "arguments": arguments}}


def ollama_stream(
    text: str = "Hello from the loopback server.",
    *,
    pieces: list[str] | None = None,
    thinking: str = "",
    calls: Sequence[dict[str, Any]] = (),
    delay: float = 0.0,
    first_delay: float = 0.0,
    reason: str = "stop",
    usage: tuple[int, int] | None = (7, 11),
    done: bool = True,
    ending: Ending = "clean",
) -> Reply:
    """A streamed answer: thoughts, words in pieces ``delay`` seconds apart, calls, the end.

    For a break in mid-answer give ``done=False, ending="cut"``.
    """
    chunks = [Chunk(line(ollama_chunk(thinking=thought))) for thought in pieces_of(thinking)]
    for index, piece in enumerate(pieces_of(text) if pieces is None else pieces):
        wait = delay if index else first_delay
        chunks.append(Chunk(line(ollama_chunk(content=piece)), wait))
    if calls:
        chunks.append(Chunk(line(ollama_chunk(tool_calls=list(calls)))))
    if done:
        chunks.append(Chunk(line(ollama_end(reason, usage))))
    return Reply(headers=(NDJSON,), chunks=tuple(chunks), ending=ending)


def ollama_whole(text: str = "Hello.", **message: Any) -> Reply:
    """An answer that was not streamed."""
    return json_reply(ollama_end(content=text, **message))


def ollama_tags(*models: str | dict[str, Any]) -> Reply:
    """What ``GET /api/tags`` answers; a model may be given with more than its name."""
    details = {"format": "gguf", "family": "llama", "families": ["llama"]}
    rows: list[dict[str, Any]] = []
    for each in models:
        given = {"name": each} if isinstance(each, str) else each
        usual = {"modified_at": WHEN, "size": 2019393189, "digest": "a80c", "details": details}
        rows.append({"model": given["name"], **usual, **given})
    return json_reply({"models": rows})


def ollama_vectors(*vectors: Sequence[float], tokens: int | None = 8) -> Reply:
    """What ``POST /api/embed`` answers."""
    counted = {} if tokens is None else {"prompt_eval_count": tokens}
    return json_reply(
        {"model": "test-model", "embeddings": [list(vector) for vector in vectors], **counted}
    )


def ollama_error(status: int, message: str) -> Reply:
    """An error body: ``{"error": "…"}``."""
    return json_reply({"error": message}, status)


def ollama_broken(text: str, message: str) -> Reply:
    """An answer in which, after ``text``, a line tells of an error and nothing is done."""
    begun = ollama_stream(text, done=False)
    return begun.but(chunks=(*begun.chunks, Chunk(line({"error": message}))))

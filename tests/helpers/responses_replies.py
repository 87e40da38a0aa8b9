"""Answers in the bytes of OpenAI's Responses API, whole and broken.

The shapes follow developers.openai.com (api/reference/resources/responses/streaming-events and
methods/create).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from helpers.replies import Chunk, Reply, json_reply, pieces_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from helpers.replies import Ending

ANSWER = "Hello from the loopback server."


def sse(kind: str, **fields: Any) -> bytes:
    """One event, with its name before its data as OpenAI sends it."""
    value = json.dumps({"type": kind, **fields}, ensure_ascii=False)
    return f"event: {kind}\ndata: {value}\n\n".encode()


class Script:
    """Events in order, each with the next ``sequence_number``."""

    def __init__(self) -> None:
        self.events: list[bytes] = []

    def add(self, kind: str, **fields: Any) -> None:
        """Add one event."""
        self.events.append(sse(kind, sequence_number=len(self.events), **fields))

    @property
    def stream(self) -> bytes:
        """All bytes."""
        return b"".join(self.events)


def response(status: str = "completed", **changes: Any) -> dict[str, Any]:
    """A response object."""
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_750_000_000,
        "status": status,
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": None,
        "model": "test-model",
        "output": [],
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "store": False,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": None,
        "user": None,
        "metadata": {},
        **changes,
    }


def usage(read: int, written: int, cached: int = 0, thought: int = 0) -> dict[str, Any]:
    """A response's count of tokens."""
    return {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": thought},
        "total_tokens": read + written,
    }


def text_part(text: str, *notes: dict[str, Any]) -> dict[str, Any]:
    """A part of a message."""
    return {"type": "output_text", "annotations": list(notes), "logprobs": [], "text": text}


def message(*parts: dict[str, Any], status: str = "completed") -> dict[str, Any]:
    """A message of the model's."""
    return {
        "id": "msg_1",
        "type": "message",
        "status": status,
        "content": list(parts),
        "role": "assistant",
    }


def thought(*summaries: str, sealed: str = "gAAA-sealed") -> dict[str, Any]:
    """A reasoning item."""
    summary = [{"type": "summary_text", "text": text} for text in summaries]
    return {"id": "rs_1", "type": "reasoning", "summary": summary, "encrypted_content": sealed}


def call(
    name: str, arguments: str, *, number: int = 1, status: str = "completed"
) -> dict[str, Any]:
    """A call of a function."""
    return {
        "id": f"fc_{number}",
        "type": "function_call",
        "status": status,
        "arguments": arguments,
        "call_id": f"call_{number}",
        "name": name,
    }


def say_thought(script: Script, place: int, *summaries: str) -> dict[str, Any]:
    """Add a reasoning item with its summaries; returns the item."""
    about = {"item_id": "rs_1", "output_index": place}
    script.add(
        "response.output_item.added", output_index=place, item=thought(sealed="gAAA-unfinished")
    )
    for number, text in enumerate(summaries):
        part = {**about, "summary_index": number}
        empty = {"type": "summary_text", "text": ""}
        script.add("response.reasoning_summary_part.added", **part, part=empty)
        for piece in pieces_of(text):
            script.add("response.reasoning_summary_text.delta", **part, delta=piece)
        script.add("response.reasoning_summary_text.done", **part, text=text)
        script.add("response.reasoning_summary_part.done", **part, part={**empty, "text": text})
    item = thought(*summaries)
    script.add("response.output_item.done", output_index=place, item=item)
    return item


def say_words(script: Script, place: int, pieces: Iterable[str]) -> dict[str, Any]:
    """Add a message whose text comes in ``pieces``; returns the item."""
    about = {"item_id": "msg_1", "output_index": place, "content_index": 0}
    begun = message(status="in_progress")
    script.add("response.output_item.added", output_index=place, item=begun)
    script.add("response.content_part.added", **about, part=text_part(""))
    text = ""
    for piece in pieces:
        text += piece
        script.add("response.output_text.delta", **about, delta=piece, logprobs=[])
    script.add("response.output_text.done", **about, text=text, logprobs=[])
    script.add("response.content_part.done", **about, part=text_part(text))
    item = message(text_part(text))
    script.add("response.output_item.done", output_index=place, item=item)
    return item


def say_call(
    script: Script, place: int, name: str, arguments: str, number: int = 1
) -> dict[str, Any]:
    """Add a call whose arguments come in pieces; returns the item."""
    about = {"item_id": f"fc_{number}", "output_index": place}
    begun = call(name, "", number=number, status="in_progress")
    script.add("response.output_item.added", output_index=place, item=begun)
    for piece in pieces_of(arguments):
        script.add("response.function_call_arguments.delta", **about, delta=piece)
    script.add("response.function_call_arguments.done", **about, arguments=arguments, name=name)
    item = call(name, arguments, number=number)
    script.add("response.output_item.done", output_index=place, item=item)
    return item


def begun() -> Script:
    """What comes before any content: the response was created and is under way."""
    script = Script()
    script.add("response.created", response=response("in_progress"))
    script.add("response.in_progress", response=response("in_progress"))
    return script


def responses_stream(
    text: str = ANSWER,
    *,
    pieces: list[str] | None = None,
    reasoning: str = "",
    calls: tuple[tuple[str, str], ...] = (),
    delay: float = 0.0,
    first_delay: float = 0.0,
    status: str | None = "completed",
    counted: tuple[int, int] = (7, 11),
    ending: Ending = "clean",
) -> Reply:
    """A streamed answer: a thought, words in pieces ``delay`` seconds apart, calls, the end.

    For a break in mid-answer give ``status=None, ending="cut"``: then nothing follows the last
    piece. ``first_delay`` is the pause before the first word or thought.
    """
    script = begun()
    opening = len(script.events)
    output: list[dict[str, Any]] = []
    if reasoning:
        output.append(say_thought(script, 0, reasoning))
    if text or pieces:
        words = pieces_of(text) if pieces is None else pieces
        output.append(say_words(script, len(output), words))
    for number, (name, arguments) in enumerate(calls):
        output.append(say_call(script, len(output), name, arguments, number + 1))
    if status is None:
        while script.events and b".delta" not in script.events[-1]:
            script.events.pop()
    else:
        end = response(status, output=output, usage=usage(*counted))
        script.add(f"response.{status}", response=end)
    waits = [delay if b"_text.delta" in event else 0.0 for event in script.events]
    if opening < len(waits):
        waits[opening] = first_delay
    return Reply(chunks=tuple(map(Chunk, script.events, waits)), ending=ending)


def responses_failure(code: str, said: str = "It failed.") -> Reply:
    """A stream that began with 200 and ends with ``response.failed`` before any content."""
    script = begun()
    failed = response("failed", error={"code": code, "message": said})
    script.add("response.failed", response=failed)
    return Reply(chunks=tuple(map(Chunk, script.events)))


def responses_error(code: str, said: str = "It failed.") -> Reply:
    """A stream that ends with the event ``error`` before any content, as it is documented."""
    script = begun()
    script.add("error", code=code, message=said, param=None)
    return Reply(chunks=tuple(map(Chunk, script.events)))


def responses_whole(text: str = ANSWER, **changes: Any) -> Reply:
    """An answer that is not streamed."""
    whole = response(output=[message(text_part(text))], usage=usage(7, 11))
    return json_reply({**whole, **changes})

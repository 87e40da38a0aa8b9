"""From the router's events to what OpenAI's clients read: chunks of a stream, or a whole answer.

The shapes: https://platform.openai.com/docs/api-reference/chat/streaming and /chat/object.
``model`` names who really answers, as PROVIDER/MODEL. What OpenAI has no field for stands under
``understudy``, and in a stream also in comments, which every reader of server-sent events skips.
``reasoning_content`` is DeepSeek's name for it (https://api-docs.deepseek.com/guides/reasoning_model),
which most others took over.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from understudy.events import (
    CitationFound,
    Finished,
    HandedOver,
    ModelLoading,
    ReasoningDelta,
    RouteChosen,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)
from understudy.messages import ReasoningPart, ToolCallPart
from understudy.requests import Usage

if TYPE_CHECKING:
    from understudy.events import StreamEvent
    from understudy.requests import ChatResponse
    from understudy.routing.trace import Trace

DONE: Final = b"data: [DONE]\n\n"


def named(provider: str, model: str) -> str:
    """Name who answers; a provider that chooses its model itself stands alone."""
    return f"{provider}/{model}" if model else provider


def data(value: dict[str, Any]) -> bytes:
    """Make an event of a stream."""
    return b"data: %b\n\n" % json_bytes(value)


def comment(text: str) -> bytes:
    """Make a comment, on one line whatever is in it."""
    return f": {' '.join(text.split())}\n\n".encode("utf-8", "replace")


def json_bytes(value: dict[str, Any]) -> bytes:
    """Write JSON; half a character, which UTF-8 cannot hold, is replaced."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


class ChunkWriter:
    """Writes one answer's events as chunks.

    ``model`` is who answers just now; ``begun`` whether a word of the answer was written.
    """

    def __init__(self, identity: str, created: int, *, include_usage: bool) -> None:
        self.model = ""
        self._frame: dict[str, Any] = {
            "id": identity,
            "object": "chat.completion.chunk",
            "created": created,
        }
        self._include_usage = include_usage
        self.begun = False
        self._length = 0

    def write(self, event: StreamEvent) -> bytes:
        """Give what a client is sent for an event; nothing where it concerns nobody outside."""
        match event:
            case TextDelta(text):
                self._length += len(text)
                return self._delta({"content": text})
            case ReasoningDelta(text):
                return self._delta({"reasoning_content": text}) if text else b""
            case ToolCallDelta():
                return self._delta({"tool_calls": [self._call(event)]})
            case CitationFound():
                return self._delta({"annotations": [citation(event, self._length)]})
            case Finished():
                return self._finished(event)
            case RouteChosen(provider=provider, model=model):
                self.model = named(provider, model)
                return b""
            case HandedOver():
                return comment(_takes_over(event))
            case ModelLoading():
                return comment(f"the model is {event.stage}{_percent(event.fraction)}")
            case UsageReported():
                return b""  # the last report comes with the finish

    def _delta(self, delta: dict[str, Any]) -> bytes:
        first = b""
        if not self.begun:
            self.begun = True
            first = self._chunk({"role": "assistant", "content": ""})
        return first + self._chunk(delta)

    def _chunk(self, delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        usage = {"usage": None} if self._include_usage else {}
        return data({**self._frame, "model": self.model, "choices": [choice], **usage, **more})

    def _call(self, delta: ToolCallDelta) -> dict[str, Any]:
        """Give a fragment: what the first one alone tells is left out of those behind it."""
        call: dict[str, Any] = {"index": delta.index}
        function: dict[str, Any] = {"arguments": delta.arguments}
        if delta.id:
            call |= {"id": delta.id, "type": "function"}
        if delta.name:
            function["name"] = delta.name
        return call | {"function": function} | _sealed(delta.signature, self.model)

    def _finished(self, event: Finished) -> bytes:
        self.model = named(event.provider, event.model)
        opening = b"" if self.begun else self._delta({})
        told = opening + self._chunk({}, event.finish_reason, understudy=told_of(event.trace))
        if self._include_usage:
            usage = usage_out(event.usage)
            told += data({**self._frame, "model": self.model, "choices": [], "usage": usage})
        return told + DONE


def completion(
    response: ChatResponse, citations: list[dict[str, Any]], identity: str, created: int
) -> dict[str, Any]:
    """Give a whole answer, as plain JSON values."""
    model = named(response.provider, response.model)
    choice = {
        "index": 0,
        "message": _message(response, citations, model),
        "logprobs": None,
        "finish_reason": response.finish_reason,
    }
    return {
        "id": identity,
        "object": "chat.completion",
        "created": created,
        "model": model,
        "choices": [choice],
        "usage": usage_out(response.usage),
        "understudy": told_of(response.trace),
    }


def citation(event: CitationFound, position: int) -> dict[str, Any]:
    """Say where the words before ``position`` are from."""
    source = {"url": event.url, "title": event.title}
    place = {"start_index": position, "end_index": position}
    return {"type": "url_citation", "url_citation": source | place}


def usage_out(usage: Usage) -> dict[str, Any] | None:
    """Give the counts; ``None`` where the provider told none, zero for one that it left out."""
    if usage.input_tokens is None and usage.output_tokens is None:
        return None
    read, written = usage.input_tokens or 0, usage.output_tokens or 0
    counted: dict[str, Any] = {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
    }
    if usage.cached_tokens is not None:
        counted["prompt_tokens_details"] = {"cached_tokens": usage.cached_tokens}
    if usage.reasoning_tokens is not None:
        counted["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning_tokens}
    return counted


def told_of(trace: Trace) -> dict[str, Any]:
    """Give the trail of an answer: every attempt made for it, and by which route."""
    return {"trace": trace.as_json()}


def _message(response: ChatResponse, citations: list[dict[str, Any]], model: str) -> dict[str, Any]:
    parts = response.message.parts
    thought = "".join(part.text for part in parts if isinstance(part, ReasoningPart))
    calls = [_whole_call(part, model) for part in parts if isinstance(part, ToolCallPart)]
    text = response.message.text
    message: dict[str, Any] = {
        "role": "assistant",
        "content": None if calls and not text else text,
        "refusal": None,
    }
    if thought:
        message["reasoning_content"] = thought
    if calls:
        message["tool_calls"] = calls
    if citations:
        message["annotations"] = citations
    return message


def _whole_call(call: ToolCallPart, model: str) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments}
    seal = _sealed(call.signature, model)
    return {"id": call.id, "type": "function", "function": function} | seal


def _sealed(signature: str, model: str) -> dict[str, Any]:
    """Put a provider's seal on a call beside it: whoever gives the call back as it was brings it.

    Gemini refuses its own calls without (https://ai.google.dev/gemini-api/docs/thought-signatures).
    """
    if not signature:
        return {}
    return {"extra_content": {"understudy": {"signature": signature, "made_by": model}}}


def _takes_over(event: HandedOver) -> str:
    what = event.failed.happened or f"{event.failed.provider_name} could not answer."
    how = "carries on" if event.mid_answer else "stands in"
    return f"{what} {event.provider_name} {how}."


def _percent(fraction: float | None) -> str:
    return "" if fraction is None else f" ({fraction:.0%})"

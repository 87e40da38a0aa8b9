"""Ollama's own format: a JSON object a line, and ``done: true`` in the last (docs.ollama.com).

``OllamaDecoder`` turns the streamed answer into events, ``decode_answer`` does so for one that was
not streamed; requests are made in ``ollama_messages``. An answer of one object, an error in a 200
among them, reads like a stream of one line: only one that is spread over several lines does not.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from understudy.errors import ErrorKind, ProviderError
from understudy.events import ToolCallDelta
from understudy.requests import Usage
from understudy.wire.decoding import StreamDecoder
from understudy.wire.format import WireFormat
from understudy.wire.ndjson import NdjsonDecoder
from understudy.wire.ollama_lists import read_models, read_vectors
from understudy.wire.ollama_messages import chat, embed
from understudy.wire.sse import SseEvent
from understudy.wire.values import count, mapping, objects, sound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from understudy.events import ProviderEvent
    from understudy.requests import FinishReason


class OllamaDecoder(StreamDecoder):
    """The streamed answer. It ends with the object whose ``done`` is true."""

    def __init__(
        self, name: str = "The provider", model: str = "", secrets: Iterable[str] = ()
    ) -> None:
        super().__init__(name, model, secrets, NdjsonDecoder(name))
        self._call_ids: set[str] = set()

    def chunk(self, chunk: dict[str, Any], events: list[ProviderEvent]) -> None:
        """Decode one object. Raises ``ProviderError`` where it says that the answer failed."""
        if chunk.get("error") or "StatusCode" in chunk:
            # A server that asks another passes on what that one answered, under names of Go's.
            raise self.error({"status": chunk.get("StatusCode"), **chunk})
        message = chunk.get("message")
        if isinstance(message, dict):
            self._message(cast("dict[str, Any]", message), events)
        if chunk.get("done") is True:
            self.report(_usage(chunk), events)
            self.finish = self._finish(chunk.get("done_reason"))
            self.end(events)
        elif self.chunks == 1 and not chunk.keys() & {"message", "done"}:
            raise _no_answer(self.name)

    def _message(self, message: dict[str, Any], events: list[ProviderEvent]) -> None:
        thought = message.get("thinking")
        if isinstance(thought, str):
            self.think(thought, events)
        content = message.get("content")
        if isinstance(content, str) and content:
            self.words(content, events)
        calls = objects(message.get("tool_calls"))
        if calls:
            self.thinking.settle(events)
            events.extend(self._calls(calls))

    def _calls(self, calls: list[dict[str, Any]]) -> Iterator[ToolCallDelta]:
        """Read calls of tools. Each comes whole; older servers give them no id."""
        for call in calls:
            function = mapping(call.get("function"))
            name = function.get("name")
            if isinstance(name, str) and name:
                index, call_id = len(self._call_ids), self._id(call.get("id"))
                arguments = _arguments(function.get("arguments"))
                yield ToolCallDelta(index, arguments, call_id, sound(name))

    def _id(self, given: object) -> str:
        """Take the id of a call, or make one where it has none or another has it too."""
        call_id = sound(given) if isinstance(given, str) else ""
        number = len(self._call_ids)
        while not call_id or call_id in self._call_ids:
            call_id, number = f"call_{number}", number + 1
        self._call_ids.add(call_id)
        return call_id

    def _finish(self, said: object) -> FinishReason:
        """Tell why it ended: it says "stop" where tools are to be called too."""
        if said == "length":
            return "length"
        return "tool_calls" if self._call_ids else "stop"


def _arguments(value: object) -> str:
    """Give a call's arguments, an object, as JSON text."""
    return sound(
        value if isinstance(value, str) else json.dumps(mapping(value), ensure_ascii=False)
    )


def _usage(chunk: dict[str, Any]) -> Usage | None:
    """Read the counts of the last object; None without any.

    ``prompt_eval_count`` is the whole prompt, of which newer servers say how much they had in their
    cache; older ones leave it out where that was all of it (ollama/ollama#2068).
    """
    usage = Usage(
        input_tokens=count(chunk, "prompt_eval_count"),
        output_tokens=count(chunk, "eval_count"),
        cached_tokens=count(chunk, "prompt_eval_cached_count"),
    )
    return None if usage == Usage() else usage


def _no_answer(name: str) -> ProviderError:
    message = f"{name} answered with something else than an answer."
    return ProviderError(ErrorKind.MALFORMED_CHUNK, message)


def decode_answer(
    body: bytes, *, name: str = "The provider", model: str = "", secrets: Iterable[str] = ()
) -> list[ProviderEvent]:
    """Decode an answer that came as one JSON body.

    Raises ``ProviderError`` where the body is an error, no answer, or one that is not done.
    """
    decoder = OllamaDecoder(name, model, secrets)
    events: list[ProviderEvent] = []
    decoder.take(SseEvent("message", body.decode("utf-8-sig", "replace")), events)
    if not decoder.done:
        raise _no_answer(name)
    return events


FORMAT = WireFormat(
    chat=chat,
    decoder=OllamaDecoder,
    whole=decode_answer,
    models=read_models,
    embed=embed,
    vectors=read_vectors,
    models_path="/api/tags",
    stream_opens_with=b"{",
)

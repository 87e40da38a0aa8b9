"""OpenAI's Chat Completions, and the many servers that speak it more or less.

``OpenAIChatDecoder`` turns the streamed answer into events, ``decode_completion`` does so for one
that was not streamed; requests are made in ``openai_messages``. Sources: platform.openai.com
(docs/api-reference/chat), and for each deviation the provider's own documentation.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from understudy.errors import ErrorKind, ProviderError
from understudy.wire.citations import Citations
from understudy.wire.decoding import StreamDecoder
from understudy.wire.failures import error_from_event
from understudy.wire.format import WireFormat
from understudy.wire.openai_lists import read_models, read_vectors
from understudy.wire.openai_messages import chat, embed
from understudy.wire.openai_usage import read_usage
from understudy.wire.values import first_object, loads, mapping, objects, strings, texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.events import ProviderEvent
    from understudy.requests import FinishReason
    from understudy.wire.sse import SseEvent

_FINISH: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",  # Mistral
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    "sensitive": "content_filter",  # Zhipu
}
_FINISH_IS_FAILURE = frozenset({"error", "network_error", "insufficient_system_resource"})
"""OpenRouter and Mistral, Zhipu, DeepSeek: the answer ended, but not because it was complete."""

_STREAMED = frozenset({"text", "summary", "data"})
"""What of a detail of a thought comes in fragments."""

_USUAL_FIELDS = frozenset(
    # OpenAI's own, and OpenRouter's "provider"
    {"id", "object", "created", "model", "choices", "usage"}
    | {"system_fingerprint", "service_tier", "provider"}
)
"""Any other tells of something that a single server puts beside the choices."""

_ERROR_FIELDS = frozenset({"error", "detail", "message", "object"})
"""One of these stands in an error's body that is none of OpenAI's form."""


class OpenAIChatDecoder(StreamDecoder):
    """The streamed answer. It ends with ``[DONE]``; what counts is the finish reason before it."""

    def __init__(
        self, name: str = "The provider", model: str = "", secrets: Iterable[str] = ()
    ) -> None:
        super().__init__(name, model, secrets)
        self._citations = Citations()
        self._details: list[dict[str, Any]] = []
        self._streamed = False

    def chunk(self, chunk: dict[str, Any], events: list[ProviderEvent]) -> None:
        """Decode one chunk. Raises ``ProviderError`` where it says that the answer failed."""
        if chunk.get("error") or chunk.get("object") == "error":
            raise self.error(chunk)
        choices = chunk.get("choices")
        if choices:
            self._choice(first_object(choices), events)
        usage = chunk.get("usage") or chunk.get("x_groq")
        if usage:
            self.report(read_usage(usage), events)
        if not chunk.keys() <= _USUAL_FIELDS:
            self._beside(chunk, events)

    def _beside(self, chunk: dict[str, Any], events: list[ProviderEvent]) -> None:
        """Read what single servers put beside the choices."""
        for source in objects(chunk.get("search_results")):  # Perplexity
            self._citations.found(
                source.get("url"), source.get("title"), source.get("snippet"), events
            )
        for url in strings(chunk.get("citations")):  # Perplexity, xAI
            self._citations.found(url, "", "", events)
        verdict = mapping(chunk.get("base_resp"))  # MiniMax fails inside a 200
        if verdict.get("status_code"):
            raise self.error({"base_resp": verdict})
        if self.usage is None and "timings" in chunk:  # llama.cpp, where usage was not asked for
            self.report(read_usage(chunk["timings"]), events)

    def take(self, event: SseEvent, events: list[ProviderEvent]) -> None:
        """Decode one event; ``[DONE]`` ends the answer."""
        name, data = event
        if data == "[DONE]":
            self.end(events)
        elif name == "error":
            raise self.error(data)
        else:
            super().take(event, events)

    def is_whole(self, data: str) -> bool:
        """Tell whether the data of an unfinished event was not cut."""
        return data == "[DONE]" or super().is_whole(data)

    def _choice(self, choice: dict[str, Any], events: list[ProviderEvent]) -> None:
        delta = choice.get("delta")
        if delta is None and not self._streamed:  # MiniMax ends a stream with all of it once more
            delta = choice.get("message")
        if isinstance(delta, dict):
            self._streamed = True
            self._delta(cast("dict[str, Any]", delta), events)
        usage = choice.get("usage")  # Moonshot
        if usage:
            self.report(read_usage(usage), events)
        finish = choice.get("finish_reason")
        if isinstance(finish, str) and finish:
            if finish in _FINISH_IS_FAILURE:
                raise self.error({"error": {"code": finish, "message": ""}})
            self.finish = _FINISH.get(finish, "stop")

    def _delta(self, delta: dict[str, Any], events: list[ProviderEvent]) -> None:
        content = delta.get("content")
        if len(delta) > 1 or not content:
            self._thoughts(delta, events)
        if content:
            if isinstance(content, str):
                self.words(content, events)
            else:
                self._parts(content, events)
        if len(delta) > 1 or not content:
            self._extras(delta, events)

    def _thoughts(self, delta: dict[str, Any], events: list[ProviderEvent]) -> None:
        thought = delta.get("reasoning_content") or delta.get("reasoning")
        details = objects(delta.get("reasoning_details"))  # OpenRouter, MiniMax
        if details:
            _extend(self._details, details)
            thought = thought or texts(details, "text", "summary")
        if isinstance(thought, str):
            self.think(thought, events)

    def _extras(self, delta: dict[str, Any], events: list[ProviderEvent]) -> None:
        refusal = delta.get("refusal")
        if isinstance(refusal, str) and refusal:
            self.words(refusal, events)
        for note in objects(delta.get("annotations")):  # OpenAI, OpenRouter
            source = mapping(note.get("url_citation"))
            self._citations.found(
                source.get("url"), source.get("title"), source.get("content"), events
            )
        calls = objects(delta.get("tool_calls"))
        if isinstance(delta.get("function_call"), dict):  # the form before tool_calls
            calls.append({"index": 0, "function": delta["function_call"]})
        if calls:
            self._seal(events)
            events.extend(self.tools.delta(call) for call in calls)

    def end(self, events: list[ProviderEvent]) -> None:
        """Note that nothing more comes."""
        self._seal(events)
        super().end(events)

    def _seal(self, events: list[ProviderEvent]) -> None:
        """End the thought, with what its server wants back of it."""
        self.thinking.settle(events)
        details, self._details = self._details, []
        if details:
            self.think("", events, json.dumps(details, ensure_ascii=False))

    def _parts(self, content: object, events: list[ProviderEvent]) -> None:
        """Take a list of thinking and text parts, as Mistral's reasoning models send it."""
        for part in objects(content):
            thought = part.get("thinking")
            if thought:
                text = thought if isinstance(thought, str) else texts(thought, "text")
                self.think(text, events)
            elif isinstance(part.get("text"), str) and part["text"]:
                self.words(part["text"], events)


def _extend(details: list[dict[str, Any]], more: list[dict[str, Any]]) -> None:
    """Join fragments of details into what the server would have sent in one piece."""
    for fragment in more:
        last = details[-1] if details else {}
        if any(last.get(key) != fragment.get(key) for key in ("type", "index")) or not last:
            details.append(dict(fragment))
            continue
        for key, value in fragment.items():
            before = last.get(key)
            streamed = key in _STREAMED and isinstance(before, str) and isinstance(value, str)
            last[key] = f"{before}{value}" if streamed else value


def decode_completion(
    body: bytes, *, name: str = "The provider", model: str = "", secrets: Iterable[str] = ()
) -> list[ProviderEvent]:
    """Decode an answer that came as one JSON body, though a stream was asked for.

    Raises ``ProviderError`` where the body is an error or is no answer at all.
    """
    payload = loads(body.decode("utf-8-sig", "replace"))
    chunk = mapping(payload)
    if not chunk.get("choices"):
        if not isinstance(payload, list) and not _ERROR_FIELDS.intersection(chunk):
            message = f"{name} answered with something else than an answer."
            raise ProviderError(ErrorKind.MALFORMED_CHUNK, message)
        raise error_from_event(cast("object", payload), name=name, model=model, secrets=secrets)
    decoder = OpenAIChatDecoder(name, model, secrets)
    events: list[ProviderEvent] = []
    decoder.chunk(chunk, events)
    decoder.chunks += 1
    decoder.finish = decoder.finish or "stop"  # a whole JSON value was not cut
    return events + decoder.close()


FORMAT = WireFormat(
    chat=chat,
    decoder=OpenAIChatDecoder,
    whole=decode_completion,
    models=read_models,
    embed=embed,
    vectors=read_vectors,
)

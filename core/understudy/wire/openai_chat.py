"""OpenAI's Chat Completions, and the many servers that speak it more or less.

``build`` makes the request's body, ``OpenAIChatDecoder`` turns the streamed answer into events,
``decode_completion`` does so for one that was not streamed. Sources: platform.openai.com
(docs/api-reference/chat), and for each deviation the provider's own documentation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from understudy.errors import ErrorKind, ProviderError
from understudy.events import ReasoningDelta, Stop, UsageReported
from understudy.wire.failures import error_from_event, error_from_response
from understudy.wire.openai_messages import messages_as_json
from understudy.wire.openai_usage import read_usage
from understudy.wire.sse import SseDecoder
from understudy.wire.thinking import ThinkingSplitter
from understudy.wire.tool_calls import ToolCallSlots
from understudy.wire.values import (
    first_object,
    loads,
    loads_object,
    mapping,
    objects,
    sound,
    texts,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.events import ProviderEvent
    from understudy.requests import ChatRequest, FinishReason, Usage
    from understudy.wire.sse import SseEvent

__all__ = [
    "MAX_MALFORMED",
    "OpenAIChatDecoder",
    "build",
    "decode_completion",
    "error_from_response",
    "model_ids",
]

MAX_MALFORMED = 3
"""So many chunks of one answer that cannot be read end it."""

MaxTokensName: TypeAlias = Literal["max_tokens", "max_completion_tokens"]

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


_ERROR_FIELDS = frozenset({"error", "detail", "message", "object"})
"""One of these stands in an error's body that is none of OpenAI's form."""


def build(
    request: ChatRequest,
    model: str,
    *,
    usage: bool = True,
    max_tokens_name: MaxTokensName = "max_tokens",
) -> dict[str, Any]:
    """Make the JSON body that asks ``model`` for a streamed answer.

    ``usage`` asks for the token counts at the stream's end. ``max_tokens_name`` is how this server
    calls the limit: OpenAI's newer models refuse the old name, most others know no other.
    """
    body: dict[str, Any] = {
        "model": model,
        "messages": messages_as_json(request.messages),
        "stream": True,
    }
    if usage:
        body["stream_options"] = {"include_usage": True}
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.max_tokens is not None:
        body[max_tokens_name] = request.max_tokens
    if request.stop:
        body["stop"] = list(request.stop)
    return body


class OpenAIChatDecoder:
    """The streamed answer, from bytes to events.

    ``feed`` returns what the bytes say. Where they say that the answer failed, the events before
    that are returned first, ``failure`` is set, and the next call raises it. ``Stop`` is always the
    last event: it waits for the usage that follows the finish reason, until ``[DONE]`` or
    ``close``. A stream that closes without a finish reason ends without ``Stop``.
    """

    def __init__(
        self, name: str = "The provider", model: str = "", secrets: Iterable[str] = ()
    ) -> None:
        self.failure: ProviderError | None = None
        self.finish: FinishReason | None = None
        self.done = False
        self.malformed = 0
        self.chunks = 0
        self._name = name
        self._model = model
        self._secrets = tuple(secrets)
        self._sse = SseDecoder(name)
        self._thinking = ThinkingSplitter()
        self._tools = ToolCallSlots()
        self._usage: Usage | None = None
        self._half = ""

    @property
    def settled(self) -> bool:
        """Whether no more words can follow: the finish reason, the end or a failure was read."""
        return self.done or self.finish is not None or self.failure is not None

    def feed(self, data: bytes) -> list[ProviderEvent]:
        """Take the next bytes. Raises ``ProviderError`` where an earlier call set ``failure``."""
        if self.failure is not None:
            raise self.failure
        events: list[ProviderEvent] = []
        try:
            for event in self._sse.feed(data):
                if not self.done:
                    self._take(event, events)
        except ProviderError as error:
            self._fail(error, events)
        return events

    def close(self) -> list[ProviderEvent]:
        """Take note that the stream ended. Raises ``ProviderError`` as ``feed`` does."""
        if self.failure is not None:
            raise self.failure
        events: list[ProviderEvent] = []
        if not self.done:
            for event in self._sse.close():
                self._take_last(event, events)
            self._end(events)
        return events

    def chunk(self, chunk: dict[str, Any], events: list[ProviderEvent]) -> None:
        """Decode one chunk. Raises ``ProviderError`` where it says that the answer failed."""
        self.chunks += 1
        if chunk.get("error") or chunk.get("object") == "error":
            raise self._error(chunk)
        choices = chunk.get("choices")
        if choices:
            self._choice(first_object(choices), events)
        usage = chunk.get("usage") or chunk.get("x_groq")
        if usage:
            self._report(read_usage(usage), events)
        elif self._usage is None and "timings" in chunk:  # llama.cpp, where usage was not asked for
            self._report(read_usage(chunk["timings"]), events)

    def _take(self, event: SseEvent, events: list[ProviderEvent]) -> None:
        name, data = event
        if name == "error":
            raise self._error(data)
        if data == "[DONE]":
            self._end(events)
            return
        chunk = loads_object(data)
        if chunk is not None:
            self.chunk(chunk, events)
        elif data.strip():
            self._skip()

    def _take_last(self, event: SseEvent, events: list[ProviderEvent]) -> None:
        """Take an event without its blank line, unless it was cut in the middle."""
        whole = (
            event.data == "[DONE]" or event.event == "error" or loads_object(event.data) is not None
        )
        if whole:
            try:
                self._take(event, events)
            except ProviderError as error:
                self._fail(error, events)

    def _skip(self) -> None:
        self.malformed += 1
        if self.malformed >= MAX_MALFORMED:
            message = f"{self._name} sent {self.malformed} chunks that could not be read."
            raise ProviderError(ErrorKind.MALFORMED_CHUNK, message)

    def _choice(self, choice: dict[str, Any], events: list[ProviderEvent]) -> None:
        delta = choice.get("delta") or choice.get("message")
        if isinstance(delta, dict):
            self._delta(cast("dict[str, Any]", delta), events)
        usage = choice.get("usage")  # Moonshot
        if usage:
            self._report(read_usage(usage), events)
        finish = choice.get("finish_reason")
        if isinstance(finish, str) and finish:
            if finish in _FINISH_IS_FAILURE:
                raise self._error({"error": {"code": finish, "message": ""}})
            self.finish = _FINISH.get(finish, "stop")

    def _delta(self, delta: dict[str, Any], events: list[ProviderEvent]) -> None:
        content = delta.get("content")
        if len(delta) > 1 or not content:
            self._thoughts(delta, events)
        if content:
            if isinstance(content, str):
                self._words(content, events)
            else:
                self._parts(content, events)
        if len(delta) > 1 or not content:
            self._extras(delta, events)

    def _thoughts(self, delta: dict[str, Any], events: list[ProviderEvent]) -> None:
        thought = delta.get("reasoning_content") or delta.get("reasoning")
        if not thought and delta.get("reasoning_details"):  # OpenRouter, MiniMax
            thought = texts(delta["reasoning_details"], "text", "summary")
        if isinstance(thought, str) and thought:
            self._thinking.settle(events)
            events.append(ReasoningDelta(sound(thought)))

    def _extras(self, delta: dict[str, Any], events: list[ProviderEvent]) -> None:
        refusal = delta.get("refusal")
        if isinstance(refusal, str) and refusal:
            self._words(refusal, events)
        calls = objects(delta.get("tool_calls"))
        if isinstance(delta.get("function_call"), dict):  # the form before tool_calls
            calls.append({"index": 0, "function": delta["function_call"]})
        if calls:
            self._thinking.settle(events)
            events.extend(self._tools.delta(call) for call in calls)

    def _parts(self, content: object, events: list[ProviderEvent]) -> None:
        """Take a list of thinking and text parts, as Mistral's reasoning models send it."""
        for part in objects(content):
            thought = part.get("thinking")
            if thought:
                self._thinking.settle(events)
                text = thought if isinstance(thought, str) else texts(thought, "text")
                events.append(ReasoningDelta(sound(text)))
            elif isinstance(part.get("text"), str) and part["text"]:
                self._words(part["text"], events)

    def _words(self, text: str, events: list[ProviderEvent]) -> None:
        if not text.isascii() or self._half:
            text, self._half = whole(self._half + text)
        if text:
            self._thinking.feed(text, events)

    def _report(self, usage: Usage | None, events: list[ProviderEvent]) -> None:
        if usage is not None and usage != self._usage:
            self._usage = usage
            events.append(UsageReported(usage))

    def _end(self, events: list[ProviderEvent]) -> None:
        self.done = True
        half, self._half = self._half, ""
        if half:
            self._thinking.feed(sound(half), events)
        self._thinking.settle(events)
        if self.finish is not None:
            events.append(Stop(self.finish))

    def _fail(self, error: ProviderError, events: list[ProviderEvent]) -> None:
        self.failure = error
        self._thinking.settle(events)
        if not events:
            raise error

    def _error(self, payload: object) -> ProviderError:
        return error_from_event(payload, name=self._name, model=self._model, secrets=self._secrets)


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
    decoder.finish = decoder.finish or "stop"  # a whole JSON value was not cut
    return events + decoder.close()


def model_ids(body: bytes) -> tuple[str, ...]:
    """Read the ids in the answer to ``GET /models``, in its order; empty where there are none.

    OpenAI and most: ``{"data": [{"id"}]}``; Together: a bare list; Ollama's own: ``{"models"}``.
    """
    listing = loads(body)
    if isinstance(listing, dict):
        answer = cast("dict[str, Any]", listing)
        listing = answer.get("data") or answer.get("models")
    names = (row.get("id") or row.get("name") for row in objects(listing))
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str) and name))

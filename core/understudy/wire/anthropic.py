"""Anthropic's Messages, and the servers that speak it as well.

``AnthropicDecoder`` turns the streamed answer into events, ``decode_message`` does so for one that
was not streamed; requests are made in ``anthropic_messages``. Sources, below
https://platform.claude.com/docs/en: build-with-claude/streaming, build-with-claude/citations,
build-with-claude/handling-stop-reasons, api/errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from understudy.errors import ErrorKind, ProviderError
from understudy.events import ReasoningDelta
from understudy.wire.anthropic_lists import read_models
from understudy.wire.anthropic_messages import chat
from understudy.wire.anthropic_usage import Counts
from understudy.wire.citations import Citations
from understudy.wire.decoding import StreamDecoder
from understudy.wire.failures import error_from_event
from understudy.wire.format import WireFormat
from understudy.wire.values import count, loads, mapping, objects, sound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.events import ProviderEvent
    from understudy.requests import FinishReason
    from understudy.wire.sse import SseEvent

_FINISH: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "pause_turn": "length",  # a limit of the server's own tools: there would be more
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
_ERROR_FIELDS = frozenset({"error", "detail", "message"})
"""One of these stands in the body of an error, whoever answers with it."""


@dataclass(slots=True)
class _OpenCall:
    """A call of a tool whose arguments may still come; ``given`` stood in its beginning."""

    id: object
    given: object
    begun: bool = False


class AnthropicDecoder(StreamDecoder):
    """The streamed answer.

    It ends with ``message_stop``. The stop reason before it comes when all is said: an answer that
    breaks off between the two is whole.
    """

    def __init__(
        self, name: str = "The provider", model: str = "", secrets: Iterable[str] = ()
    ) -> None:
        super().__init__(name, model, secrets)
        self._counts = Counts()
        self._citations = Citations()
        self._calls: dict[int | None, _OpenCall] = {}
        self._called = False

    def take(self, event: SseEvent, events: list[ProviderEvent]) -> None:
        """Decode one event."""
        if event.event == "error":
            raise self.error(event.data)
        super().take(event, events)

    def chunk(self, chunk: dict[str, Any], events: list[ProviderEvent]) -> None:
        """Decode one chunk; events of kinds that are not known are passed over."""
        match chunk.get("type"):
            case "content_block_delta":
                self._delta(count(chunk, "index"), mapping(chunk.get("delta")), events)
            case "content_block_start":
                self._begin(count(chunk, "index"), mapping(chunk.get("content_block")), events)
            case "content_block_stop":
                self._end_call(count(chunk, "index"), events)
            case "message_start":
                message = mapping(chunk.get("message"))
                self.report(self._counts.add(message.get("usage")), events)
            case "message_delta":
                self._finish(mapping(chunk.get("delta")).get("stop_reason"), events)
                self.report(self._counts.add(chunk.get("usage")), events)
            case "message_stop":
                self._finish("tool_use" if self._called else "end_turn", events)
                self.end(events)
            case kind:
                if kind == "error" or chunk.get("error"):
                    raise self.error(chunk)

    def _delta(self, index: int | None, delta: dict[str, Any], events: list[ProviderEvent]) -> None:
        match delta.get("type"):
            case "text_delta":
                self._say(delta.get("text"), events)
            case "thinking_delta":
                self._think(delta.get("thinking"), events)
            case "signature_delta":
                self._seal(delta.get("signature"), events)
            case "input_json_delta":
                self._argue(index, delta.get("partial_json"), events)
            case "citations_delta":
                self._cite(mapping(delta.get("citation")), events)
            case _:
                pass

    def _begin(self, index: int | None, block: dict[str, Any], events: list[ProviderEvent]) -> None:
        """Begin a block; it may stand in its beginning whole. The server's own tools are its own.

        Whatever it calls and finds by itself (``server_tool_use``, ``web_search_tool_result``)
        reaches the words as citations.
        """
        match block.get("type"):
            case "text":
                self._say(block.get("text"), events)
                for citation in objects(block.get("citations")):
                    self._cite(citation, events)
            case "thinking":
                self._think(block.get("thinking"), events)
                self._seal(block.get("signature"), events)
            case "redacted_thinking":
                self._seal(block.get("data"), events, redacted=True)
            case "tool_use":
                self._call(index, block, events)
            case _:
                pass

    def _say(self, text: object, events: list[ProviderEvent]) -> None:
        if isinstance(text, str) and text:
            self.words(text, events)

    def _think(self, thought: object, events: list[ProviderEvent]) -> None:
        if isinstance(thought, str):
            self.think(thought, events)

    def _seal(self, seal: object, events: list[ProviderEvent], *, redacted: bool = False) -> None:
        if isinstance(seal, str) and seal:
            self.thinking.settle(events)
            events.append(ReasoningDelta("", sound(seal), redacted))

    def _cite(self, citation: dict[str, Any], events: list[ProviderEvent]) -> None:
        """Tell of a source: a page, a search result of one's own, or a document of the request."""
        self._citations.found(
            citation.get("url") or citation.get("source"),
            citation.get("title") or citation.get("document_title"),
            citation.get("cited_text"),
            events,
        )

    def _call(self, index: int | None, block: dict[str, Any], events: list[ProviderEvent]) -> None:
        self._end_call(index, events)
        self.thinking.settle(events)
        call = self._calls[index] = _OpenCall(block.get("id"), block.get("input"))
        self._called = True
        function = {"name": block.get("name")}
        events.append(self.tools.delta({"index": index, "id": call.id, "function": function}))

    def _argue(self, index: int | None, fragment: object, events: list[ProviderEvent]) -> None:
        call = self._calls.get(index)
        if call is not None and isinstance(fragment, str) and fragment:
            call.begun = True
            self._add_arguments(index, call, fragment, events)

    def _end_call(self, index: int | None, events: list[ProviderEvent]) -> None:
        """End a call: without a fragment its arguments are what it began with, or none at all."""
        call = self._calls.pop(index, None)
        if call is not None and not call.begun:
            self._add_arguments(index, call, call.given or {}, events)

    def _add_arguments(
        self, index: int | None, call: _OpenCall, arguments: object, events: list[ProviderEvent]
    ) -> None:
        fragment = {"index": index, "id": call.id, "function": {"arguments": arguments}}
        events.append(self.tools.delta(fragment))

    def _finish(self, reason: object, events: list[ProviderEvent]) -> None:
        """Take the reason why it ends, unless one was told before."""
        if isinstance(reason, str) and reason:
            for index in list(self._calls):
                self._end_call(index, events)
            self.finish = self.finish or _FINISH.get(reason, "stop")


def decode_message(
    body: bytes, *, name: str = "The provider", model: str = "", secrets: Iterable[str] = ()
) -> list[ProviderEvent]:
    """Decode an answer that came as one JSON body, though a stream was asked for.

    Raises ``ProviderError`` where the body is an error or is no answer at all.
    """
    payload = loads(body.decode("utf-8-sig", "replace"))
    message = mapping(payload)
    try:
        if isinstance(message.get("content"), list):
            return _events_of(message, AnthropicDecoder(name, model, secrets))
        if isinstance(payload, list) or _ERROR_FIELDS.intersection(message):
            raise error_from_event(cast("object", payload), name=name, model=model, secrets=secrets)
    except RecursionError:  # nested so deeply that it could just be read
        pass
    error = f"{name} answered with something else than an answer."
    raise ProviderError(ErrorKind.MALFORMED_CHUNK, error)


def _events_of(message: dict[str, Any], decoder: AnthropicDecoder) -> list[ProviderEvent]:
    """Have a whole message told as if it were streamed."""
    events: list[ProviderEvent] = []
    for index, block in enumerate(objects(message["content"])):
        place = {"index": index, "content_block": block}
        decoder.chunk({"type": "content_block_start", **place}, events)
        decoder.chunk({"type": "content_block_stop", **place}, events)
    decoder.chunk(
        {"type": "message_delta", "delta": message, "usage": message.get("usage")}, events
    )
    decoder.chunk({"type": "message_stop"}, events)
    return events


FORMAT = WireFormat(
    chat=chat,
    decoder=AnthropicDecoder,
    whole=decode_message,
    models=read_models,
    models_path="/v1/models?limit=1000",
    auth="x-api-key",
    headers=(("anthropic-version", "2023-06-01"),),
)

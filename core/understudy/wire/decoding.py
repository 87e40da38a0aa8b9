"""What every format's decoder does alike: framing, failing in order, ending, whole characters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from understudy.errors import ErrorKind, ProviderError
from understudy.events import ReasoningDelta, Stop, UsageReported
from understudy.wire.failures import error_from_event
from understudy.wire.sse import SseDecoder
from understudy.wire.thinking import ThinkingSplitter
from understudy.wire.tool_calls import ToolCallSlots
from understudy.wire.values import loads_object, sound, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from understudy.events import ProviderEvent
    from understudy.requests import FinishReason, Usage
    from understudy.wire.sse import SseEvent

MAX_MALFORMED = 3
"""So many chunks of one answer that cannot be read end it."""


class Framing(Protocol):
    """Turns bytes, split anywhere, into events; ``SseDecoder`` is one."""

    def feed(self, data: bytes) -> Sequence[SseEvent]:
        """Take the next bytes."""
        ...

    def close(self) -> Sequence[SseEvent]:
        """Take note of the end."""
        ...


class StreamDecoder:
    """The frame of every ``Decoder``; a format's own fills in ``chunk``.

    ``finish`` is set by the format's finish marker. ``Stop`` follows when the stream ends, or at
    once where the format calls ``end``.
    """

    def __init__(
        self,
        name: str = "The provider",
        model: str = "",
        secrets: Iterable[str] = (),
        framing: Framing | None = None,
    ) -> None:
        self.failure: ProviderError | None = None
        self.finish: FinishReason | None = None
        self.done = False
        self.malformed = 0
        self.chunks = 0
        self.name = name
        self.model = model
        self.thinking = ThinkingSplitter()
        self.tools = ToolCallSlots()
        self._secrets = tuple(secrets)
        self._framing: Framing = SseDecoder(name) if framing is None else framing
        self._usage: Usage | None = None
        self._half = ""
        self._half_thought = ""

    def chunk(self, chunk: dict[str, Any], events: list[ProviderEvent]) -> None:
        """Decode one chunk. Raises ``ProviderError`` where it says that the answer failed."""
        raise NotImplementedError

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
            for event in self._framing.feed(data):
                if not self.done:
                    self.take(event, events)
        except ProviderError as error:
            self._fail(error, events)
        return events

    def close(self) -> list[ProviderEvent]:
        """Take note that the stream ended. Raises ``ProviderError`` as ``feed`` does."""
        if self.failure is not None:
            raise self.failure
        events: list[ProviderEvent] = []
        if not self.done:
            for event in self._framing.close():
                self._take_last(event, events)
            if not self.done:
                self.end(events)
        return events

    def take(self, event: SseEvent, events: list[ProviderEvent]) -> None:
        """Decode one event of the framing."""
        chunk = loads_object(event.data)
        if chunk is not None:
            self.chunks += 1
            try:
                self.chunk(chunk, events)
            except RecursionError:  # nested so deeply that it could just be read
                self._skip()
        elif event.data.strip():
            self._skip()

    def words(self, text: str, events: list[ProviderEvent]) -> None:
        """Deliver words of the answer, in whole characters."""
        if not text.isascii() or self._half:
            text, self._half = whole(self._half + text)
        if text:
            self.thinking.feed(text, events)

    def think(self, text: str, events: list[ProviderEvent], signature: str = "") -> None:
        """Deliver a thought, in whole characters, or what seals it."""
        if not text.isascii() or self._half_thought:
            text, self._half_thought = whole(self._half_thought + text)
        if text or signature:
            self.thinking.settle(events)
            events.append(ReasoningDelta(text, sound(signature)))

    def report(self, usage: Usage | None, events: list[ProviderEvent]) -> None:
        """Deliver a count of tokens, unless it is the one that was delivered last."""
        if usage is not None and usage != self._usage:
            self._usage = usage
            events.append(UsageReported(usage))

    @property
    def usage(self) -> Usage | None:
        """The count that was delivered last."""
        return self._usage

    def end(self, events: list[ProviderEvent]) -> None:
        """Note that nothing more comes: deliver what was held back, and ``Stop`` if it is whole."""
        self.done = True
        half, self._half = self._half, ""
        if half:
            self.thinking.feed(sound(half), events)
        self.thinking.settle(events)
        if self.finish is not None:
            events.append(Stop(self.finish))

    def error(self, payload: object) -> ProviderError:
        """Make the error that stands in the stream."""
        return error_from_event(payload, name=self.name, model=self.model, secrets=self._secrets)

    def _take_last(self, event: SseEvent, events: list[ProviderEvent]) -> None:
        """Take an event without its blank line, unless it was cut in the middle."""
        if event.event == "error" or self.is_whole(event.data):
            try:
                self.take(event, events)
            except ProviderError as error:
                self._fail(error, events)

    def is_whole(self, data: str) -> bool:
        """Tell whether the data of an unfinished event was not cut."""
        return loads_object(data) is not None

    def _skip(self) -> None:
        self.malformed += 1
        if self.malformed >= MAX_MALFORMED:
            message = f"{self.name} sent {self.malformed} chunks that could not be read."
            raise ProviderError(ErrorKind.MALFORMED_CHUNK, message)

    def _fail(self, error: ProviderError, events: list[ProviderEvent]) -> None:
        self.failure = error
        self.thinking.settle(events)
        if not events:
            raise error

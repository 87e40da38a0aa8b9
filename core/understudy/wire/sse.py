"""Server-sent events, framed as the standard says (html.spec.whatwg.org, section 9.2.6).

Lines end with CRLF, LF or a lone CR; a byte order mark opens the stream; ``data:`` needs no space;
comments and unknown fields are passed over; several ``data`` lines make one event.

Two things go beyond the standard, because servers do them:

- a line ``error: …`` outside of any event, which the standard would swallow, becomes an event
  ``error`` with the rest of the line as its data;
- an event that the end of the stream leaves without its blank line is delivered by ``close``.
"""

from __future__ import annotations

from typing import NamedTuple

from understudy.errors import ErrorKind, ProviderError

MAX_EVENT_BYTES = 16 * 1024 * 1024
"""A line or an event longer than this is refused: no answer needs it, and memory is not endless."""

_BOM = b"\xef\xbb\xbf"


class SseEvent(NamedTuple):
    """One event. ``event`` is ``message`` where the server gave it no name."""

    event: str
    data: str


class SseDecoder:
    """Turns bytes, split anywhere, into events. ``name`` is the provider's, for error sentences."""

    def __init__(self, name: str = "The provider", limit: int = MAX_EVENT_BYTES) -> None:
        self._name = name
        self._limit = limit
        self._parts: list[bytes] = []
        self._waiting = 0
        self._lines: list[str] = []
        self._event = ""
        self._held = 0
        self._after_cr = False
        self._first_line = True
        self._between_events = True

    def feed(self, data: bytes) -> list[SseEvent]:
        """Take the next bytes and return the events that they complete."""
        if self._between_events and data.startswith(b"data: ") and data.endswith(b"\n\n"):
            events = _whole_events(data) if len(data) <= self._limit else []
            if events:
                self._first_line = False
                return events
        return self._feed_lines(data)

    def close(self) -> list[SseEvent]:
        """Take note of the stream's end; the event that was left open, if any."""
        events: list[SseEvent] = []
        if self._parts:
            self._line(b"".join(self._parts), events)
            self._parts.clear()
        self._line(b"", events)
        return events

    def _feed_lines(self, data: bytes) -> list[SseEvent]:
        if self._after_cr and data.startswith(b"\n"):
            data = data[1:]
            self._after_cr = False
        if not data:
            return []
        self._after_cr = data.endswith(b"\r")
        lines = data.splitlines()
        rest = b"" if data.endswith((b"\n", b"\r")) else lines.pop()
        events: list[SseEvent] = []
        for line in lines:
            self._line(self._joined(line), events)
        if rest:
            self._parts.append(rest)
            self._waiting += len(rest)
            self._check(self._waiting)
        self._between_events = not (self._parts or self._lines or self._event or self._after_cr)
        return events

    def _joined(self, line: bytes) -> bytes:
        """``line`` with the parts of it that came before."""
        if not self._parts:
            return line
        whole = b"".join([*self._parts, line])
        self._parts.clear()
        self._waiting = 0
        return whole

    def _line(self, line: bytes, events: list[SseEvent]) -> None:
        if self._first_line:
            self._first_line = False
            line = line.removeprefix(_BOM)
        if not line:
            self._dispatch(events)
            return
        self._check(len(line))
        field, _, value = line.partition(b":")
        text = value.removeprefix(b" ").decode("utf-8", "replace")
        if field == b"data":
            self._lines.append(text)
            self._held += len(value)
            self._check(self._held)
        elif field == b"event":
            self._event = text
        elif field == b"error":
            events.append(SseEvent("error", text))

    def _dispatch(self, events: list[SseEvent]) -> None:
        if self._lines:
            events.append(SseEvent(self._event or "message", "\n".join(self._lines)))
            self._lines.clear()
            self._held = 0
        self._event = ""

    def _check(self, size: int) -> None:
        if size > self._limit:
            megabytes = self._limit // (1024 * 1024)
            raise ProviderError(
                ErrorKind.MALFORMED_CHUNK,
                f"{self._name} sent a single event of more than {megabytes} MB.",
            )


def _whole_events(data: bytes) -> list[SseEvent]:
    """Split bytes that are whole one-line events from end to end; others give nothing.

    This is how nearly every read arrives, and it costs a quarter of the way line by line.
    """
    if b"\r" in data:
        return []
    text = data[6:-2].decode("utf-8", "replace")
    blocks = text.split("\n\ndata: ")
    if text.count("\n") != 2 * (len(blocks) - 1):
        return []
    return [SseEvent("message", block) for block in blocks]

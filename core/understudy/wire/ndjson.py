"""JSON values, one a line, as Ollama streams them (github.com/ndjson/ndjson-spec).

Lines end with LF or CRLF; blank lines are passed over; a byte order mark may open the stream. A
last line that the end of the stream leaves without its line end is delivered by ``close``.
"""

from __future__ import annotations

from understudy.errors import ErrorKind, ProviderError
from understudy.wire.sse import MAX_EVENT_BYTES, SseEvent

_BOM = b"\xef\xbb\xbf"


class NdjsonDecoder:
    """Turns bytes, split anywhere, into an event ``message`` for each line.

    ``name`` is the provider's, for error sentences.
    """

    def __init__(self, name: str = "The provider", limit: int = MAX_EVENT_BYTES) -> None:
        self._name = name
        self._limit = limit
        self._parts: list[bytes] = []
        self._waiting = 0
        self._first_line = True

    def feed(self, data: bytes) -> list[SseEvent]:
        """Take the next bytes and return the lines that they complete."""
        lines = data.split(b"\n")
        rest = lines.pop()
        events: list[SseEvent] = []
        for line in lines:
            self._line(self._joined(line), events)
        if rest:
            self._parts.append(rest)
            self._waiting += len(rest)
            self._check(self._waiting)
        return events

    def close(self) -> list[SseEvent]:
        """Take note of the stream's end; the line that was left open, if any."""
        events: list[SseEvent] = []
        self._line(self._joined(b""), events)
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
        self._check(len(line))
        if self._first_line:
            self._first_line = False
            line = line.removeprefix(_BOM)
        text = line.removesuffix(b"\r").decode("utf-8", "replace")
        if text and not text.isspace():
            events.append(SseEvent("message", text))

    def _check(self, size: int) -> None:
        if size > self._limit:
            megabytes = self._limit // (1024 * 1024)
            raise ProviderError(
                ErrorKind.MALFORMED_CHUNK,
                f"{self._name} sent a single line of more than {megabytes} MB.",
            )

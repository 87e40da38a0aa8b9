"""JSON that arrives in pieces: the elements of an array whose end is not there yet.

Gemini streams its answer so where nobody asked for server-sent events: one array, a chunk for each
element (ai.google.dev/api/generate-content, models.streamGenerateContent).
"""

from __future__ import annotations

import re

from understudy.errors import ErrorKind, ProviderError
from understudy.wire.sse import MAX_EVENT_BYTES, SseDecoder, SseEvent

_BLANK = b"\xef\xbb\xbf \t\r\n"
_MARK = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+["\[\]{}]', re.DOTALL)
"""Up to the next bracket, over whole strings, or up to the quote of a string that goes on."""

_STRING_END = re.compile(rb'(?:[^"\\]++|\\.)*+"', re.DOTALL)
_QUOTE, _BRACKET, _BRACE = b'"[{'


class JsonArrayDecoder:
    """Turns bytes, split anywhere, into the elements of an array, each as an event.

    A value that stands in no array is an element too. Only objects and lists are delivered; one
    that the end cuts is not. Every byte is looked at once. ``name`` is the provider's, for error
    sentences.
    """

    def __init__(self, name: str = "The provider", limit: int = MAX_EVENT_BYTES) -> None:
        self._name = name
        self._limit = limit
        self._parts: list[bytes] = []
        self._held = 0
        self._depth = 0
        self._in_array = False
        self._in_string = False
        self._escaped = False

    def feed(self, data: bytes) -> list[SseEvent]:
        """Take the next bytes and return the elements that they complete."""
        events: list[SseEvent] = []
        begin, at = 0, self._past_string(data)
        while (found := _MARK.match(data, at)) is not None:
            at = found.end()
            byte = data[at - 1]
            if byte == _QUOTE:
                self._in_string = True
                at += self._past_string(data[at:])
            elif byte in {_BRACKET, _BRACE}:
                begin = begin if self._depth else at - 1
                self._open(byte)
            elif self._close_one():
                self._keep(data[begin:at])
                events.append(self._element())
        if self._depth:
            self._keep(data[begin:])
        return events

    def close(self) -> list[SseEvent]:
        """Take note of the end: what is incomplete then is dropped."""
        return []

    def _past_string(self, data: bytes) -> int:
        """Find where a string ends that began in other bytes; 0 where there is none."""
        if not self._in_string or not data:
            return 0
        found = _STRING_END.match(data, self._escaped)
        self._in_string = found is None
        tail = data[self._escaped :] if found is None else b""
        self._escaped = (len(tail) - len(tail.rstrip(b"\\"))) % 2 == 1
        return len(data) if found is None else found.end()

    def _open(self, byte: int) -> None:
        if byte == _BRACKET and not self._depth and not self._in_array:
            self._in_array = True
        else:
            self._depth += 1

    def _close_one(self) -> bool:
        """Take a closing bracket; whether an element ends with it."""
        if not self._depth:
            self._in_array = False
            return False
        self._depth -= 1
        return not self._depth

    def _keep(self, data: bytes) -> None:
        self._parts.append(data)
        self._held += len(data)
        if self._held > self._limit:
            megabytes = self._limit // (1024 * 1024)
            message = f"{self._name} sent a single chunk of more than {megabytes} MB."
            raise ProviderError(ErrorKind.MALFORMED_CHUNK, message)

    def _element(self) -> SseEvent:
        text = b"".join(self._parts).decode("utf-8", "replace")
        self._parts.clear()
        self._held = 0
        return SseEvent("message", text)


class SseOrArrayDecoder:
    """Reads server-sent events or a JSON array: the first byte that says something decides."""

    def __init__(self, name: str = "The provider") -> None:
        self._name = name
        self._framing: SseDecoder | JsonArrayDecoder | None = None

    def feed(self, data: bytes) -> list[SseEvent]:
        """Take the next bytes and return the events that they complete."""
        if self._framing is None:
            data = data.lstrip(_BLANK)
            if not data:
                return []
            is_json = data.startswith((b"[", b"{"))
            self._framing = (JsonArrayDecoder if is_json else SseDecoder)(self._name)
        return self._framing.feed(data)

    def close(self) -> list[SseEvent]:
        """Take note of the end."""
        return [] if self._framing is None else self._framing.close()

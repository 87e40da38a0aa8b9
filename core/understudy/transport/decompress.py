"""Compressed answers, unpacked as they come and never into more than memory should hold.

Understudy asks for answers as they are, but a proxy or a server may pack them all the same. The
library would unpack what one read brought in one go, and 64 KB of zeros are 64 MB. Here it comes in
small steps, and what unpacks to far too much is refused.

Brotli and Zstandard are refused too, whatever is installed: an answer that can be read on one
computer can be read on all.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Protocol

from understudy.errors import ErrorKind, ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STEP = 64 * 1024
"""The most bytes that are unpacked at a time."""

ALWAYS_FINE = 16 * 1024 * 1024
"""Unpacked bytes for which nobody is asked how few they came from."""

MAX_RATIO = 100
"""Unpacked bytes to a packed one, beyond that. Streamed text reaches 20, deflate allows 1,032."""

_GZIP, _ZLIB, _RAW = 31, 15, -15
_GZIP_MAGIC = b"\x1f"
_PLAIN = frozenset({"", "identity"})
_KNOWN = frozenset({"gzip", "x-gzip", "deflate"})


def unpacker(coding: str, name: str) -> Callable[[bytes], Iterator[bytes]] | None:
    """Return what unpacks a body of this content coding, or None where nothing has to be done.

    What is returned takes the bytes of a read and gives out all that they unpack to, in steps.
    ``name`` is the provider's, for error sentences. Raises ``ProviderError``, and so does the
    unpacking.
    """
    codings = [part for each in coding.lower().split(",") if (part := each.strip()) not in _PLAIN]
    if not codings:
        return None
    if len(codings) > 1 or codings[0] not in _KNOWN:
        raise _unreadable(f"{name} sent its answer packed in a way that was not asked for.")
    return _Unpacker(codings[0], name).unpack


class _Member(Protocol):
    """What ``zlib.decompressobj`` returns; its type has no public name."""

    @property
    def eof(self) -> bool: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes: ...


class _Unpacker:
    """One body's state. That packed data has an end is not asked for: servers leave it out."""

    def __init__(self, coding: str, name: str) -> None:
        self._deflate = coding == "deflate"
        self._name = name
        self._member: _Member | None = None
        self._held = b""
        self._ended = False
        self._over = False
        self._taken = 0
        self._given = 0

    def unpack(self, data: bytes) -> Iterator[bytes]:
        """Take the next packed bytes; yield what they unpack to, ``STEP`` bytes at most a time."""
        self._taken += len(data)
        data, self._held = self._held + data, b""
        while data and not self._is_over(data):
            if self._member is None:
                if self._deflate and len(data) < 2:
                    self._held = data
                    return
                self._member = zlib.decompressobj(self._format(data))
            yield from self._steps(self._member, data)
            data = self._member.unused_data
            if self._member.eof:
                self._member, self._ended = None, True

    def _is_over(self, data: bytes) -> bool:
        """Behind a gzip member may come another (RFC 1952, section 2.2); what else is padding."""
        if self._ended and self._member is None:
            self._over = self._over or self._deflate or data[:1] != _GZIP_MAGIC
        return self._over

    def _format(self, data: bytes) -> int:
        """Tell which of two things "deflate" means to this server: with zlib's head or without.

        RFC 9110, section 8.4.1.2, says with; RFC 1950, section 2.2, how that head is known.
        """
        if not self._deflate:
            return _GZIP
        has_head = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
        return _ZLIB if has_head else _RAW

    def _steps(self, member: _Member, data: bytes) -> Iterator[bytes]:
        while True:
            try:
                step = member.decompress(data, STEP)
            except zlib.error:
                raise _unreadable(f"{self._name} sent compressed data that is broken.") from None
            self._given += len(step)
            self._check()
            if step:
                yield step
            data = member.unconsumed_tail
            if not data and len(step) < STEP:  # a full step may have left more inside
                return

    def _check(self) -> None:
        if self._given > ALWAYS_FINE and self._given > MAX_RATIO * self._taken:
            raise _unreadable(f"{self._name} sent a few bytes that unpack to far too many.")


def _unreadable(message: str) -> ProviderError:
    return ProviderError(ErrorKind.MALFORMED_CHUNK, message, code="compressed")

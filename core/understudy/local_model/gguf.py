"""The head of a GGUF file: what it says of itself, and how long the whole file has to be.

Nothing of the weights is read, so this takes milliseconds, or 0.3 s for the largest vocabularies.
The layout is https://github.com/ggml-org/ggml/blob/master/docs/gguf.md; versions 2 and 3 differ in
nothing that is read here. Whatever the bytes are, the end is a ``Header`` or a ``GgufError``.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

Scalar: TypeAlias = int | float | bool | str
Value: TypeAlias = Scalar | tuple[Scalar, ...]
Fault: TypeAlias = Literal["no-gguf", "too-old", "too-new", "big-endian", "damaged", "cut-short"]

OLDEST, NEWEST = 2, 3

_NUMBERS: Final = {
    0: struct.Struct("<B"),
    1: struct.Struct("<b"),
    2: struct.Struct("<H"),
    3: struct.Struct("<h"),
    4: struct.Struct("<I"),
    5: struct.Struct("<i"),
    6: struct.Struct("<f"),
    7: struct.Struct("<?"),
    10: struct.Struct("<Q"),
    11: struct.Struct("<q"),
    12: struct.Struct("<d"),
}
_STRING, _ARRAY = 8, 9

_BYTES_OF_A_BLOCK: Final = {
    1: {0: 4, 1: 2, 24: 1, 25: 2, 26: 4, 27: 8, 28: 8, 30: 2},
    32: {2: 18, 3: 20, 6: 22, 7: 24, 8: 34, 9: 40, 20: 18, 39: 17},
    64: {40: 36},
    128: {41: 18},
    256: dict(
        zip(
            (10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 29, 34, 35),
            (84, 110, 144, 176, 210, 292, 66, 74, 98, 50, 110, 82, 136, 56, 54, 66),
            strict=True,
        )
    ),
}
BLOCKS: Final[Mapping[int, tuple[int, int]]] = {
    kind: (per_block, size)
    for per_block, kinds in _BYTES_OF_A_BLOCK.items()
    for kind, size in kinds.items()
}
"""A tensor's type to the number of weights in a block and the bytes that a block takes."""

# Far above what any model has: a damaged length must cost neither memory nor time.
_MOST_ENTRIES = 1_000_000
_MOST_STRINGS = 4_000_000
_LONGEST_KEY = 65_535
_LONGEST_STRING = 1 << 24
_MOST_DIMENSIONS = 8
_KEPT = 1024
"""Numbers of a list that is kept as it is; vocabularies are longer, layers fewer."""


class GgufError(Exception):
    """The file is no GGUF that can be used; ``version`` is what it says of itself."""

    def __init__(self, fault: Fault, version: int = 0) -> None:
        super().__init__(fault)
        self.fault: Fault = fault
        self.version = version


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself.

    ``metadata`` holds numbers, texts and short lists of numbers, ``lengths`` how many members each
    list has, the long ones included. ``size`` is how many bytes the file must have, ``weights`` how
    many numbers its tensors hold.
    """

    version: int
    metadata: Mapping[str, Value]
    lengths: Mapping[str, int]
    tensors: int
    weights: int
    size: int


def read_header(file: BinaryIO, size: int) -> Header:
    """Read the head of ``file``, which is ``size`` bytes long. Raises ``GgufError``."""
    cursor = _Cursor(file, size)
    version = _version(cursor)
    tensors = cursor.count(_MOST_ENTRIES)
    entries = cursor.count(_MOST_ENTRIES)
    metadata: dict[str, Value] = {}
    lengths: dict[str, int] = {}
    for _ in range(entries):
        key = cursor.string(_LONGEST_KEY)
        kind = cursor.number(4)
        if kind == _ARRAY:
            lengths[key], kept = _array(cursor)
            if kept is not None:
                metadata[key] = kept
        else:
            metadata[key] = _scalar(cursor, kind)
    weights, end = _tensors(cursor, tensors)
    start = _aligned(cursor.position, metadata.get("general.alignment", 32))
    return Header(version, metadata, lengths, tensors, weights, start + end if tensors else start)


class _Cursor:
    """Takes values off the front of a file."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._size = size
        self.position = 0

    def take(self, length: int) -> bytes:
        """Read exactly ``length`` bytes."""
        self.must_have(length)
        data = self._file.read(length)
        if len(data) < length:
            raise GgufError("cut-short")
        self.position += length
        return data

    def must_have(self, length: int) -> None:
        """Fail before anything is read where the rest of the file cannot be that long."""
        if length > self._size - self.position:
            raise GgufError("cut-short")

    def number(self, kind: int) -> int:
        """Read a whole number of this type."""
        form = _NUMBERS[kind]
        return int(form.unpack(self.take(form.size))[0])

    def count(self, most: int) -> int:
        """Read how many of something follow."""
        count = self.number(10)
        if count > most:
            raise GgufError("damaged")
        return count

    def string(self, longest: int = _LONGEST_STRING) -> str:
        """Read a text; bytes that are no UTF-8 are replaced."""
        return self.take(self.count(longest)).decode("utf-8", "replace")


def _version(cursor: _Cursor) -> int:
    if cursor.take(4) != b"GGUF":
        raise GgufError("no-gguf")
    version = cursor.number(4)
    if version and not version & 0xFFFF:  # a small number with its bytes the other way round
        raise GgufError("big-endian")
    if version < OLDEST:
        raise GgufError("too-old", version)
    if version > NEWEST:
        raise GgufError("too-new", version)
    return version


def _scalar(cursor: _Cursor, kind: int) -> Scalar:
    if kind == _STRING:
        return cursor.string()
    form = _NUMBERS.get(kind)
    if form is None:
        raise GgufError("damaged")
    return form.unpack(cursor.take(form.size))[0]


def _array(cursor: _Cursor) -> tuple[int, tuple[Scalar, ...] | None]:
    """Read a list: how long it is, and its members where they are few numbers."""
    kind = cursor.number(4)
    length = cursor.number(10)
    if kind == _STRING:
        if length > _MOST_STRINGS:
            raise GgufError("damaged")
        for _ in range(length):
            cursor.take(cursor.count(_LONGEST_STRING))
        return length, None
    form = _NUMBERS.get(kind)
    if form is None:  # lists of lists are allowed, and nobody has ever written one
        raise GgufError("damaged")
    cursor.must_have(length * form.size)
    if length <= _KEPT:
        return length, struct.unpack(f"<{length}{form.format[-1]}", cursor.take(length * form.size))
    _pass_over(cursor, length * form.size)
    return length, None


def _pass_over(cursor: _Cursor, length: int) -> None:
    while length:
        length -= len(cursor.take(min(length, _LONGEST_STRING)))


def _tensors(cursor: _Cursor, count: int) -> tuple[int, int]:
    """Read where the tensors lie: how many weights they have, and where the last one ends."""
    weights = end = 0
    for _ in range(count):
        cursor.string(_LONGEST_KEY)
        dimensions = cursor.number(4)
        if dimensions > _MOST_DIMENSIONS:
            raise GgufError("damaged")
        numbers = 1
        for _ in range(dimensions):
            numbers *= cursor.number(10)
        # A type of tomorrow has an unknown length; the other tensors tell enough.
        per_block, size = BLOCKS.get(cursor.number(4), (1, 0))
        weights += numbers
        end = max(end, cursor.number(10) + numbers // per_block * size)
    return weights, end


def _aligned(position: int, alignment: Value) -> int:
    if not isinstance(alignment, int) or isinstance(alignment, bool) or alignment < 1:
        raise GgufError("damaged")
    return -(-position // alignment) * alignment

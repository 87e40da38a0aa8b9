"""A model's file, looked at before anything is started: is it one, is it whole, what is in it.

All of this blocks on the disk: call it in a thread. Whatever is wrong with the file is a
``ProviderError`` at once, whose ``code`` tells a window which sentence to say in its language.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from understudy.errors import ErrorKind, ProviderError
from understudy.local_model.gguf import GgufError, read_header
from understudy.local_model.shape import read_shape
from understudy.phrases import Phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.local_model.gguf import Fault, Header
    from understudy.local_model.shape import Purpose, Shape

LOOK_AGAIN: Final = 30.0
"""Seconds for which a file that cannot be used is passed by.

It is the model that is gone, but not for a day as at other providers: files are put back.
"""

_PART: Final = re.compile(r"^(.*)-(\d{5})-of-(\d{5})\.gguf$", re.IGNORECASE | re.DOTALL)
_BUFFER: Final = 1 << 20

_FAULTS: Final[Mapping[Fault, tuple[str, str]]] = {
    "no-gguf": ("no_model", "{file} is not a model in the GGUF format."),
    "too-old": (
        "old_format",
        "{file} is in an old GGUF format (version {version}) that is no longer read.",
    ),
    "too-new": (
        "new_format",
        "{file} is in a newer GGUF format (version {version}) than can be read here.",
    ),
    "big-endian": ("other_machine", "{file} was made for another kind of processor (big-endian)."),
    "damaged": ("damaged", "{file} is damaged: its first part makes no sense."),
    "cut-short": ("cut_short", "{file} is cut short: not even its first part is complete."),
}
_PURPOSES: Final[Mapping[Purpose, str]] = {
    "part": "{file} goes with a model and is not one itself.",
    "ranking": "{file} is a model that ranks texts: it does not write any.",
}


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file that is a whole model; ``size`` is in bytes, all ``parts`` taken together."""

    path: Path
    parts: tuple[Path, ...]
    size: int
    shape: Shape

    @property
    def remark(self) -> str:
        """What one should know before one uses it; empty as a rule."""
        if self.shape.purpose != "chat" or self.shape.has_template:
            return ""
        return Phrase(
            "{file} was not taught to converse: it may go on with what is said, not answer it.",
            file=self.path.name,
        )


def look_at(path: Path) -> ModelFile:
    """Read what ``path`` holds. Raises ``ProviderError``."""
    header, size = _read(path)
    parts = _parts(path, header)
    for part in parts[1:]:
        size += _read(part)[1]
    shape = read_shape(header)
    if shape.purpose in _PURPOSES:
        raise _unusable("no_model", Phrase(_PURPOSES[shape.purpose], file=path.name))
    return ModelFile(path, parts, size, shape)


def _read(path: Path) -> tuple[Header, int]:
    """Read one file's head and length, and hold the one against the other."""
    size = _size(path)
    if not size:
        raise _unusable("cut_short", Phrase("{file} is empty.", file=path.name))
    try:
        with path.open("rb", buffering=_BUFFER) as file:
            header = read_header(file, size)
    except OSError as error:
        raise _unreadable(path, error) from None
    except GgufError as error:
        code, said = _FAULTS[error.fault]
        values = {"version": error.version} if "{version}" in said else {}
        raise _unusable(code, Phrase(said, file=path.name, **values)) from None
    if size < header.size:
        said = Phrase(
            "{file} is cut short: it has {there} of {whole}.",
            file=path.name,
            there=spoken_size(size),
            whole=spoken_size(header.size),
        )
        raise _unusable("cut_short", said)
    return header, size


def _size(path: Path) -> int:
    """Give the length of an ordinary file; a pipe of that name would never end its opening."""
    try:
        status = path.stat()
    except (OSError, ValueError) as error:  # a name with a null in it
        raise _unreadable(path, error) from None
    if stat.S_ISDIR(status.st_mode):
        raise _unusable("no_model", Phrase("{file} is a folder, not a model.", file=path.name))
    if not stat.S_ISREG(status.st_mode):
        raise _unusable("no_model", Phrase("{file} is not an ordinary file.", file=path.name))
    return status.st_size


def _parts(path: Path, header: Header) -> tuple[Path, ...]:
    """Find the other files of a model that was split; the first is the one to name.

    https://github.com/ggml-org/llama.cpp/blob/master/tools/gguf-split/README.md
    """
    count, number = header.metadata.get("split.count", 0), header.metadata.get("split.no", 0)
    named = _PART.match(path.name)
    if named is None or not isinstance(count, int) or count < 2:
        return (path,)
    parts = tuple(
        path.with_name(f"{named[1]}-{at:05}-of-{count:05}{path.suffix}")
        for at in range(1, min(count, 99_999) + 1)
    )
    if number != 0:
        said = Phrase(
            "{file} is a later part of a model: choose {first}.",
            file=path.name,
            first=parts[0].name,
        )
        raise _unusable("later_part", said)
    return parts


def _unreadable(path: Path, error: OSError | ValueError) -> ProviderError:
    number = error.errno if isinstance(error, OSError) else errno.ENOENT
    if number in {errno.ENOENT, errno.ENOTDIR}:
        return _unusable("no_file", Phrase("There is no file {file}.", file=path.name))
    if number in {errno.EACCES, errno.EPERM}:
        return _unusable("forbidden", Phrase("{file} may not be read by you.", file=path.name))
    if number == errno.ELOOP:
        return _unusable("no_file", Phrase("{file} is a link to itself.", file=path.name))
    reason = os.strerror(number) if number else "unknown"
    said = Phrase("{file} cannot be read ({reason}).", file=path.name, reason=reason)
    return _unusable("unreadable", said)


def _unusable(code: str, said: str) -> ProviderError:
    return ProviderError(ErrorKind.MODEL_GONE, said, code=code, retry_after=LOOK_AGAIN)


def spoken_size(size: int) -> str:
    """Words for a number of bytes as disks and memories are sold: ``9.3 GB``, ``412 MB``."""
    if size >= 1e9:
        return f"{size / 1e9:.1f} GB"
    return f"{size / 1e6:.1f} MB" if size < 1e7 else f"{size / 1e6:.0f} MB"

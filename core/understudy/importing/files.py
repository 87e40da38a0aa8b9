"""Reads a small text file that somebody named; whatever is wrong with it is said in a sentence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from understudy.errors import FileError
from understudy.phrases import Phrase

if TYPE_CHECKING:
    from typing import BinaryIO

LARGEST = 256 * 1024
"""Bytes. A file of settings has a few thousand; a disk image named by mistake is not read in."""

_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")  # 1b begins the colours of a terminal
_UNCHANGED = "Nothing was changed."


def read_file(path: Path) -> str:
    """Read a text file whole, whatever wrote it. Raises ``FileError``.

    A pipe will do: ``<(pass show env)`` keeps the keys off the disk.
    """
    if path.is_dir():
        raise FileError(
            Phrase("{path} is a folder.", path=path),
            _UNCHANGED,
            Phrase("Name the file in it, as in {path}.", path=path / ".env"),
        )
    try:
        with path.open("rb") as file:
            return read_stream(file, str(path))
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        happened = Phrase("{path} cannot be read ({why}).", path=path, why=why)
        raise FileError(happened, _UNCHANGED) from error


def read_stream(stream: BinaryIO, name: str) -> str:
    """Read what a stream holds, no more than ``LARGEST`` bytes. Raises ``FileError``."""
    data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        happened = Phrase(
            "{name} is larger than {size} KB: it is no file of settings.",
            name=name,
            size=LARGEST // 1024,
        )
        raise FileError(happened, _UNCHANGED, "Look whether you named the right one.")
    text = decode(data)
    if _NO_TEXT.search(text):
        happened = Phrase("{name} is no text.", name=name)
        raise FileError(happened, _UNCHANGED, "Look whether you named the right one.")
    return text


def decode(data: bytes) -> str:
    r"""Turn bytes into text with ``\n`` at its lines' ends.

    UTF-16 is what Windows PowerShell writes for ``>``. Comments in an older encoding do not make a
    file unreadable: what they hold is shown as unknown, and no key has such characters.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
    elif data[1:2] == b"\0" and data[:1] != b"\0":
        text = data.decode("utf-16-le", errors="replace")
    else:
        text = data.decode("utf-8-sig", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")

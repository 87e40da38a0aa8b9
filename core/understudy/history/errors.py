"""What can be wrong with the database, in sentences.

HistoryError
├── HistoryLocked        another program holds it
├── HistoryReadOnly      the file or its folder cannot be written
├── HistoryNewer         a newer Understudy made it
├── HistoryDamaged       it is corrupt and could not be rescued just now
├── HistoryFull          no space is left on the disk
└── HistoryClosed        used after it was closed
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.errors import HistoryError
from understudy.phrases import Phrase

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path


class HistoryLocked(HistoryError):  # noqa: N818 - named as the sentence that people see
    """Another program holds the database."""


class HistoryReadOnly(HistoryError):  # noqa: N818
    """The file or its folder cannot be written."""


class HistoryNewer(HistoryError):  # noqa: N818
    """A newer Understudy made the database."""


class HistoryDamaged(HistoryError):  # noqa: N818
    """The database is corrupt."""


class HistoryFull(HistoryError):  # noqa: N818
    """No space is left."""


class HistoryClosed(HistoryError):  # noqa: N818
    """Used after ``close``."""


# SQLite's primary result codes (sqlite.org/rescode.html).
PERM, BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB = (
    3,
    5,
    6,
    8,
    10,
    11,
    13,
    14,
    26,
)

_UNCHANGED = "Nothing was changed."
_KEPT = "What is new is kept in memory and tried again."
_TABLE: dict[int, tuple[type[HistoryError], str, str]] = {
    BUSY: (
        HistoryLocked,
        "Another program holds the conversations' file.",
        "Close the program that uses {path}.",
    ),
    READONLY: (
        HistoryReadOnly,
        "The conversations' file cannot be written.",
        "Make {path} and its folder writable.",
    ),
    CANTOPEN: (
        HistoryReadOnly,
        "The conversations' file cannot be opened.",
        "Make {path} and its folder readable and writable.",
    ),
    FULL: (
        HistoryFull,
        "There is no space left on the disk for conversations.",
        "Free some space on the disk that holds {path}.",
    ),
    IOERR: (
        HistoryError,
        "The disk that holds the conversations reported an error.",
        "Look at the disk that holds {path}.",
    ),
    CORRUPT: (
        HistoryDamaged,
        "The conversations' file is damaged.",
        "Close other Understudy windows and start again: what can be read of {path} is rescued.",
    ),
}
_SAME_AS = {LOCKED: BUSY, PERM: CANTOPEN, NOTADB: CORRUPT}


def primary_code(error: sqlite3.Error) -> int:
    """Give SQLite's primary result code; 0 where the error did not come from SQLite itself."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is corrupt, or no database at all."""
    return primary_code(error) in {CORRUPT, NOTADB}


def told(error: sqlite3.Error, path: Path | None, *, kept: bool = False) -> HistoryError:
    """Translate what sqlite3 raised; ``kept`` where what could not be written is tried again.

    SQLite's own words stand in only where no row fits.
    """
    code = primary_code(error)
    row = _TABLE.get(_SAME_AS.get(code, code))
    did = _KEPT if kept else _UNCHANGED
    if row is None:
        happened = Phrase("The conversations' file reported an error ({error}).", error=error)
        return HistoryError(happened, did)
    kind, happened, can_do = row
    return kind(happened, did, Phrase(can_do, path=path or Phrase("the database")))


def newer(version: int) -> HistoryNewer:
    """Say that the database is of a version that this program does not know."""
    return HistoryNewer(
        Phrase(
            "The conversations were last used by a newer Understudy (version {version}).",
            version=version,
        ),
        _UNCHANGED,
        "Update Understudy to open them.",
    )

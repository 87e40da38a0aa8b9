"""Opens the database: settings, migrations with a copy made before, and rescue of a damaged file.

Everything here runs on the worker's thread.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from importlib import resources
from typing import TYPE_CHECKING

from understudy.errors import HistoryError
from understudy.history.errors import newer

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

LATEST = 1
"""The number of the last migration. A constant, so that opening lists no folder."""

BUSY_TIMEOUT = 3.0
"""Seconds to wait for another program that holds the file."""


def connect(path: Path | None) -> sqlite3.Connection:
    """Open the database at ``path`` (``None``: in memory), brought up to the latest version."""
    connection = _open(path)
    try:
        _configure(connection)
        _check_version(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def is_sound(connection: sqlite3.Connection) -> bool:
    """Whether the file's structure holds. Reads all of it: for after a crash, not every start."""
    return connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[None]:
    """Write all of it or nothing. Waits here, not in the middle, for whoever else writes."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # the first error tells, not one of rolling back
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        raise


def dated(path: Path, word: str) -> Path:
    """Find a name beside ``path`` that says ``word`` and when, and is not taken."""
    stem = f"{path.stem}.{word}-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    names = (stem, *(f"{stem}-{number}" for number in range(2, 10_000)))
    paths = (path.with_name(f"{name}{path.suffix}") for name in names)
    return next(each for each in paths if not each.exists())


def _open(path: Path | None) -> sqlite3.Connection:
    return sqlite3.connect(
        ":memory:" if path is None else path,
        timeout=BUSY_TIMEOUT,
        isolation_level=None,
        cached_statements=64,
    )


def _configure(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    # In WAL mode a power cut may lose the last commits but never the database; kill -9 loses none.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]


def _check_version(connection: sqlite3.Connection, path: Path | None) -> None:
    version = _version(connection)
    if version > LATEST:
        raise newer(version)
    if version < LATEST:
        if version > 0 and path is not None:
            _back_up(connection, dated(path, f"before-{LATEST:04}"))
        migrate(connection)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the database up to the latest version: all steps or none."""
    with transaction(connection):
        version = _version(connection)  # another process may have been first
        for number, script in read_migrations():
            if number > version:
                for statement in _statements(script):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")


def read_migrations() -> Iterator[tuple[int, str]]:
    """Read the numbered SQL files that come with this package, in order."""
    folder = resources.files("understudy.history") / "migrations"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".sql"):
            yield int(file.name[:4]), file.read_text(encoding="utf-8")


def _statements(script: str) -> Iterator[str]:
    """Split a script: ``executescript`` would commit first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        raise HistoryError("A migration does not end with a complete statement.")


def _back_up(connection: sqlite3.Connection, target: Path) -> None:
    with closing(sqlite3.connect(target)) as copy:
        connection.backup(copy)

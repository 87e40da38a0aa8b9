"""Databases that cannot be used as they are: every one a sentence, and nothing lost."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from helpers.disks import files_up_to, fill, only_root_may_mount, small_disk
from helpers.history import journalled, seed_conversation
from helpers.unprivileged import unprivileged_folder
from understudy.errors import HistoryError
from understudy.history import (
    History,
    HistoryDamaged,
    HistoryFull,
    HistoryLocked,
    HistoryNewer,
    HistoryReadOnly,
    database,
)
from understudy.history import errors as history_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager

pytestmark = pytest.mark.anyio

HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    connection.execute(statement)
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held(path: Path, *statements: str) -> Generator[None]:
    """Have another process hold the database."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), *statements],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    with process.stdout, process.stdin:
        assert process.stdout.readline() == "held\n"
        try:
            yield
        finally:
            process.kill()
            process.wait()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for others and for the next try a little only."""
    monkeypatch.setattr("understudy.history.database.BUSY_TIMEOUT", 0.1)
    monkeypatch.setattr("understudy.history.keeper.RETRY_DELAY", 0.1)


def assert_told(error: HistoryError, path: Path) -> None:
    """Check that it says what happened, what was done and what one can do, and to which file."""
    assert error.happened.endswith(".")
    assert error.did.endswith(".")
    assert error.can_do.endswith(".")
    assert str(path) in str(error) or str(path.parent) in str(error)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - files change without telling
            await asyncio.sleep(0.02)


async def texts(history: History, conversation: int) -> list[str]:
    return [message.text for message in await history.page(conversation, 0, 100_000)]


@pytest.mark.usefixtures("impatient")
async def test_that_a_database_held_by_another_program_is_said(database_path: Path) -> None:
    seed_conversation(database_path, 4)
    with held(database_path, "PRAGMA locking_mode = EXCLUSIVE", "BEGIN EXCLUSIVE"):
        with pytest.raises(HistoryLocked) as caught:
            await History.open(database_path)
        assert_told(caught.value, database_path)
    history = await History.open(database_path)
    assert len(await history.conversations()) == 1
    await history.close()


@pytest.mark.usefixtures("impatient")
async def test_that_words_wait_in_memory_while_another_program_writes(
    database_path: Path,
) -> None:
    history = await History.open(database_path)
    troubles: list[HistoryError | None] = []
    history.on_trouble.append(troubles.append)
    row = await history.create_conversation()
    writer = await history.begin_answer(row.id)
    with held(database_path, "BEGIN IMMEDIATE"):
        writer.text("said while ")
        await until(lambda: troubles)
        assert isinstance(troubles[0], HistoryLocked)
        writer.text("it was held")
        with pytest.raises(HistoryLocked):
            await history.add_question(row.id, "not now")
        assert journalled(database_path) == ""
    await until(lambda: journalled(database_path) == "said while it was held")
    await until(lambda: troubles[-1] is None)
    assert len(troubles) == 2, "told once, and once that it is over"
    assert (await writer.finish("complete")).text == "said while it was held"
    await history.close()


@pytest.mark.usefixtures("impatient")
async def test_that_an_end_that_could_not_be_written_is_written_later(
    database_path: Path,
) -> None:
    history = await History.open(database_path)
    row = await history.create_conversation()
    writer = await history.begin_answer(row.id)
    writer.text("all of it")
    with held(database_path, "BEGIN IMMEDIATE"), pytest.raises(HistoryLocked):
        await writer.finish("complete", {"duration": 2})
    await asyncio.sleep(0.4)
    stored = await history.message(writer.message_id)
    assert (stored.state, stored.text, stored.meta) == ("complete", "all of it", {"duration": 2})
    await history.close()


async def test_that_a_read_only_folder_is_said() -> None:
    with unprivileged_folder() as folder:
        path = folder / "data" / "history.db"
        folder.chmod(0o500)
        with pytest.raises(HistoryReadOnly) as caught:
            await History.open(path)
        assert_told(caught.value, path)


async def test_that_a_read_only_file_is_said_and_unchanged() -> None:
    with unprivileged_folder() as folder:
        path = folder / "history.db"
        seed_conversation(path, 4)
        before = path.read_bytes()
        path.chmod(0o400)
        with pytest.raises(HistoryReadOnly) as caught:
            await History.open(path)
        assert_told(caught.value, path)
        assert path.read_bytes() == before


async def test_that_a_file_that_may_not_be_read_is_said() -> None:
    with unprivileged_folder() as folder:
        path = folder / "history.db"
        seed_conversation(path, 4)
        path.chmod(0)
        with pytest.raises(HistoryReadOnly) as caught:
            await History.open(path)
        assert_told(caught.value, path)


async def test_that_a_folder_in_the_databases_place_is_said(tmp_path: Path) -> None:
    with pytest.raises(HistoryError) as caught:
        await History.open(tmp_path)
    assert_told(caught.value, tmp_path)


async def test_that_a_newer_database_is_left_alone(database_path: Path) -> None:
    seed_conversation(database_path, 4)
    with closing(sqlite3.connect(database_path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = content_of(database_path)
    with pytest.raises(HistoryNewer) as caught:
        await History.open(database_path)
    assert "99" in caught.value.happened
    assert content_of(database_path) == before


def damage(path: Path, *, pages: range, size: int = 4096) -> None:
    """Overwrite whole pages; the first, with the header, is number 0."""
    with path.open("r+b") as file:
        for page in pages:
            file.seek(page * size)
            file.write(os.urandom(size))


def put(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)


def content_of(path: Path) -> bytes:
    return path.read_bytes()


def pages_in(path: Path) -> int:
    return path.stat().st_size // 4096


def checkpoint(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def test_that_what_can_be_read_of_a_damaged_database_is_rescued(
    database_path: Path,
) -> None:
    conversation = seed_conversation(database_path, 2000)
    checkpoint(database_path)
    pages = pages_in(database_path)
    damage(database_path, pages=range(pages // 2, pages // 2 + 3))
    damaged = content_of(database_path)

    history = await History.open(database_path)
    rescued = await history.page(conversation, 0, 2000)
    assert [message.ordinal for message in rescued] == list(
        range(await history.count(conversation))
    )
    assert 1500 < len(rescued) <= 2000
    (notice,) = history.notices
    assert notice.kept is not None
    assert notice.kept.read_bytes() == damaged, "nothing of it is thrown away"
    assert f"{len(rescued)} messages" in notice.did
    assert rescued[0].text.startswith("Question 0:")
    assert rescued[-1].text.startswith("Answer 999.")

    question = await history.add_question(conversation, "Still there?")
    writer = await history.begin_answer(conversation)
    writer.text("Yes.")
    assert (await writer.finish("complete")).parent == question.id
    await history.close()
    again = await History.open(database_path)
    assert again.notices == ()
    assert await again.count(conversation) == len(rescued) + 2
    await again.close()


@pytest.mark.parametrize("last", [1, 2, 4, 8])
async def test_that_damage_found_while_running_is_healed_and_words_go_on(
    database_path: Path, last: int
) -> None:
    conversation = seed_conversation(database_path, 400)
    history = await History.open(database_path)
    writer = await history.begin_answer(conversation)
    writer.text("before ")
    await asyncio.sleep(0.1)
    checkpoint(database_path)
    pages = pages_in(database_path)
    damage(database_path, pages=range(pages - last, pages))
    writer.text("after")
    assert len(await history.page(conversation, 0, 1000)) > 100
    stored = await writer.finish("complete")
    assert stored.text.endswith("after")
    assert stored.state == "complete"
    assert (await texts(history, conversation))[-1] == stored.text
    await history.close()
    again = await History.open(database_path)
    assert (await texts(again, conversation))[-1] == stored.text
    await again.close()


async def test_that_after_a_crash_damage_is_found_before_anyone_reads_there(
    database_path: Path,
) -> None:
    conversation = seed_conversation(database_path, 2000)
    lock_of_the_dead = database_path.with_name("history.db.sessions") / "0123.lock"
    put(lock_of_the_dead, b"")
    checkpoint(database_path)
    pages = pages_in(database_path)
    damage(database_path, pages=range(pages // 2, pages // 2 + 3))
    history = await History.open(database_path)
    (notice,) = history.notices
    assert notice.kept is not None
    assert await history.count(conversation) > 1500
    await history.close()


async def test_that_a_rescue_for_which_there_is_no_space_changes_nothing_and_works_later(
    database_path: Path,
) -> None:
    conversation = seed_conversation(database_path, 2000)
    checkpoint(database_path)
    pages = pages_in(database_path)
    damage(database_path, pages=range(pages // 2, pages // 2 + 3))
    damaged = content_of(database_path)
    history = await History.open(database_path)
    with files_up_to(200_000), pytest.raises(HistoryError) as caught:
        await history.page(conversation, 0, 2000)
    assert_told(caught.value, database_path)
    assert content_of(database_path) == damaged
    assert [path.name for path in database_path.parent.glob("*rescued*")] == []
    assert len(await history.page(conversation, 0, 2000)) > 1500
    assert len(history.notices) == 1
    await history.close()


async def test_that_a_rescue_that_fails_leaves_the_damaged_file_in_place() -> None:
    with unprivileged_folder() as folder:
        path = folder / "history.db"
        put(path, b"no database " * 1000)
        (folder / "history.db.sessions").mkdir()
        folder.chmod(0o500)
        with pytest.raises(HistoryError) as caught:
            await History.open(path)
        assert_told(caught.value, path)
        assert content_of(path) == b"no database " * 1000


@pytest.mark.parametrize(
    "content",
    [b"this is no database at all, but some text that is long enough. " * 100, b"\x00" * 8192],
)
async def test_that_a_file_that_is_no_database_is_set_aside(
    database_path: Path, content: bytes
) -> None:
    put(database_path, content)
    history = await History.open(database_path)
    (notice,) = history.notices
    assert notice.kept is not None
    assert notice.kept.read_bytes() == content
    row = await history.create_conversation("new")
    assert [each.id for each in await history.conversations()] == [row.id]
    await history.close()


async def test_that_a_destroyed_header_is_rescued_or_set_aside(database_path: Path) -> None:
    seed_conversation(database_path, 50)
    checkpoint(database_path)
    damage(database_path, pages=range(1))
    history = await History.open(database_path)
    assert history.notices
    assert history.notices[0].kept is not None
    assert history.notices[0].kept.exists()
    await history.close()


async def test_that_an_empty_file_becomes_a_database(database_path: Path) -> None:
    put(database_path, b"")
    history = await History.open(database_path)
    assert await history.conversations() == []
    assert history.notices == ()
    await history.close()


async def test_that_damage_is_left_alone_while_another_understudy_runs(
    database_path: Path,
) -> None:
    first = await History.open(database_path)
    await first.create_conversation()
    checkpoint(database_path)
    before = b"no database " * 1000
    put(database_path, before)
    with pytest.raises(HistoryDamaged) as caught:
        await History.open(database_path)
    assert_told(caught.value, database_path)
    assert content_of(database_path) == before
    with suppress(HistoryError):
        await first.close()


async def told_and_written_later(path: Path, full: AbstractContextManager[object]) -> HistoryError:
    """Let the disk be ``full`` in mid-answer, and have space again; gives what was told."""
    history = await History.open(path)
    troubles: list[HistoryError | None] = []
    history.on_trouble.append(troubles.append)
    row = await history.create_conversation()
    question = await history.add_question(row.id, "Go")
    writer = await history.begin_answer(row.id)
    long = "words " * 40_000
    with full:
        writer.text(long)
        await until(lambda: troubles)
        with pytest.raises(HistoryError):
            await writer.finish("complete")
    await until(lambda: troubles[-1] is None)
    stored = await history.message(writer.message_id)
    assert (stored.state, stored.text, stored.parent) == ("complete", long, question.id)
    await history.close()
    assert troubles[0] is not None
    assert_told(troubles[0], path)
    return troubles[0]


@only_root_may_mount
@pytest.mark.usefixtures("impatient")
async def test_that_a_full_disk_is_said_and_words_are_written_when_there_is_space() -> None:
    with small_disk() as disk:
        error = await told_and_written_later(disk / "history.db", filled(disk / "filler"))
    assert isinstance(error, HistoryFull)
    assert "kept in memory" in error.did


@pytest.mark.usefixtures("impatient")
async def test_that_a_disk_that_takes_no_more_is_said_and_words_are_written_later(
    database_path: Path,
) -> None:
    error = await told_and_written_later(database_path, files_up_to(120_000))
    assert "disk" in error.happened
    assert "kept in memory" in error.did


@contextmanager
def filled(filler: Path) -> Generator[None]:
    fill(filler)
    yield
    filler.unlink()


async def test_that_an_older_database_is_copied_before_it_is_changed(
    database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = seed_conversation(database_path, 6)
    monkeypatch.setattr(database, "LATEST", 2)
    steps = [*database.read_migrations(), (2, "ALTER TABLE conversation ADD COLUMN colour TEXT;")]
    monkeypatch.setattr(database, "read_migrations", lambda: iter(steps))
    history = await History.open(database_path)
    assert await history.count(conversation) == 6
    await history.close()
    (copy,) = database_path.parent.glob("history.before-0002-*.db")
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM message").fetchone() == (6,)
    with closing(sqlite3.connect(database_path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
        connection.execute("SELECT colour FROM conversation")


async def test_that_a_migration_that_fails_changes_nothing(
    database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed_conversation(database_path, 6)
    monkeypatch.setattr(database, "LATEST", 2)
    broken = "ALTER TABLE conversation ADD COLUMN colour TEXT;\nALTER TABLE nowhere ADD x TEXT;"
    steps = [*database.read_migrations(), (2, broken)]
    monkeypatch.setattr(database, "read_migrations", lambda: iter(steps))
    with pytest.raises(HistoryError):
        await History.open(database_path)
    with closing(sqlite3.connect(database_path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        with pytest.raises(sqlite3.OperationalError):
            connection.execute("SELECT colour FROM conversation")


def test_that_the_latest_version_is_that_of_the_last_migration() -> None:
    numbers = [number for number, _ in database.read_migrations()]
    assert numbers == list(range(1, database.LATEST + 1))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("SQLITE_BUSY", HistoryLocked),
        ("SQLITE_BUSY_SNAPSHOT", HistoryLocked),
        ("SQLITE_LOCKED", HistoryLocked),
        ("SQLITE_READONLY", HistoryReadOnly),
        ("SQLITE_READONLY_DBMOVED", HistoryReadOnly),
        ("SQLITE_CANTOPEN", HistoryReadOnly),
        ("SQLITE_PERM", HistoryReadOnly),
        ("SQLITE_FULL", HistoryFull),
        ("SQLITE_CORRUPT", HistoryDamaged),
        ("SQLITE_CORRUPT_VTAB", HistoryDamaged),
        ("SQLITE_NOTADB", HistoryDamaged),
        ("SQLITE_IOERR", HistoryError),
        ("SQLITE_IOERR_WRITE", HistoryError),
        ("SQLITE_ERROR", HistoryError),
        ("SQLITE_MISUSE", HistoryError),
    ],
)
def test_that_every_code_of_sqlite_has_its_sentences(name: str, kind: type[HistoryError]) -> None:
    error = sqlite3.OperationalError("in its own words")
    error.sqlite_errorcode = getattr(sqlite3, name)
    told = history_errors.told(error, Path("there"))
    assert type(told) is kind
    assert told.happened
    assert told.did

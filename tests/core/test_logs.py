"""The log: where something went wrong, without a key and without a word of a conversation."""

from __future__ import annotations

import asyncio
import gc
import logging
import stat
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from helpers.canary import traces_in_files
from understudy.errors import UsageError
from understudy.logs import FILE_SIZE, OLDER_FILES, kept_log

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

KEY = "mykey-4f9A1c7E"  # looks like none that is known by its form
SENTENCE = "Please forget the divorce papers"

log = logging.getLogger("understudy.test")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The folder does not exist yet."""
    return tmp_path / "logs" / "understudy.log"


@pytest.fixture
def kept(file: Path) -> Generator[Path]:
    with kept_log(file, lambda: (KEY,)):
        yield file


def fail_saying(words: str) -> None:
    raise ValueError(words)


def caught(words: str) -> ValueError:
    try:
        fail_saying(words)
    except ValueError as error:
        return error
    raise AssertionError


def test_that_a_line_says_when_how_bad_where_and_what(kept: Path) -> None:
    log.info("Provider %s rests", "openai")
    begin, line = kept.read_text().splitlines(keepends=True)
    assert "INFO understudy: Begins: Understudy " in begin
    assert line.endswith(" INFO understudy.test: Provider openai rests\n")
    assert line[:4].isdecimal()


def test_that_a_known_key_is_taken_out_of_a_line(kept: Path) -> None:
    log.warning("The key %s was refused", KEY)
    assert "The key [removed] was refused" in kept.read_text()


def test_that_a_traceback_tells_the_place_and_not_the_words(kept: Path) -> None:
    log.error("answer failed", exc_info=caught(f"{SENTENCE} {KEY}"))
    written = kept.read_text()
    assert "builtins.ValueError" in written
    assert "in fail_saying" in written
    assert traces_in_files(SENTENCE, kept.parent) == []
    assert traces_in_files(KEY, kept.parent) == []


def test_that_what_led_to_an_exception_is_told_without_its_words(kept: Path) -> None:
    error = UsageError("There is no such route.", "Nothing was asked.")
    error.__cause__ = caught(SENTENCE)
    log.error("answer failed", exc_info=error)
    written = kept.read_text()
    assert "UsageError: There is no such route." in written
    assert "after builtins.ValueError" in written
    assert SENTENCE not in written


def test_that_an_endless_recursion_is_told_in_short(kept: Path) -> None:
    def recurse() -> None:
        recurse()

    try:
        recurse()
    except RecursionError:
        log.exception("failed")
    assert len(kept.read_text().splitlines()) < 50


def test_that_a_task_that_nobody_awaited_is_told_without_its_words(kept: Path) -> None:
    async def fail() -> None:
        fail_saying(SENTENCE)

    async def leave_it_alone() -> None:
        await asyncio.wait((asyncio.create_task(fail()),))
        gc.collect()

    asyncio.run(leave_it_alone())
    written = kept.read_text()
    assert "ERROR asyncio" in written
    assert "in fail_saying" in written
    assert SENTENCE not in written


def test_that_a_callback_that_fails_is_told_without_its_arguments(kept: Path) -> None:
    async def call() -> None:
        asyncio.get_running_loop().call_soon(fail_saying, SENTENCE)
        await asyncio.sleep(0.01)

    asyncio.run(call())
    written = kept.read_text()
    assert "in fail_saying" in written
    assert SENTENCE not in written


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_that_what_nobody_caught_is_kept_from_standard_error_too(
    kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    error = caught(f"{SENTENCE} {KEY}")
    sys.excepthook(type(error), error, error.__traceback__)
    thread = threading.Thread(target=fail_saying, args=(SENTENCE,))
    thread.start()
    thread.join()
    written, said = kept.read_text(), capsys.readouterr().err
    assert written.count("in fail_saying") == 2
    assert said.count("ValueError") == 2
    assert SENTENCE not in written + said
    assert KEY not in written + said


def test_that_other_libraries_are_quoted_by_their_templates_alone(kept: Path) -> None:
    other = logging.getLogger("httpx")
    other.warning("HTTP Request: %s", SENTENCE)
    other.warning(SENTENCE)
    other.info("chatter")
    written = kept.read_text()
    assert "httpx: HTTP Request: %s" in written
    assert written.count("httpx") == 2
    assert SENTENCE not in written


def test_that_the_log_grows_to_its_size_and_no_further(kept: Path) -> None:
    for number in range(12_000):
        log.info("%d %s", number, "word " * 60)
    files = sorted(kept.parent.iterdir())
    assert len(files) == OLDER_FILES + 1
    assert all(each.stat().st_size <= FILE_SIZE for each in files)
    assert "11999 word" in kept.read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_that_only_the_user_may_read_the_log(kept: Path) -> None:
    log.info("Something")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_that_a_log_that_cannot_be_written_disturbs_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    with kept_log(tmp_path / "logs" / "understudy.log", tuple):
        log.error("%s", SENTENCE)
    assert capfd.readouterr() == ("", "")


def test_that_nothing_is_written_where_nothing_happens(file: Path) -> None:
    with kept_log(file, tuple, logging.WARNING):
        log.info("Not worth a line")
    assert not file.parent.exists()


def test_that_everything_is_as_before_at_the_end(file: Path) -> None:
    before = (sys.excepthook, threading.excepthook, logging.getLogger().handlers[:])
    with kept_log(file, tuple):
        assert sys.excepthook is not before[0]
    assert (sys.excepthook, threading.excepthook, logging.getLogger().handlers) == before

"""The window's process is killed in mid-answer: what was on screen is there after a restart."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from helpers.history import journalled
from helpers.lineup import write_lineup
from helpers.loopback import Loopback
from helpers.replies import openai_stream
from helpers.theatre import Theatre, play

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.usefixtures("qapp"), pytest.mark.timeout(90)]
TESTS = Path(__file__).parents[1]
SENTENCE = "The tide rises twice a day because the water gathers on both sides of the Earth. "


def wait_until(true: Callable[[], object], within: float) -> None:
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it did not become so in time"
        time.sleep(0.02)


def asking_window(home: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "helpers.theatre_child", str(home), "Why tides?"]
    paths = [str(TESTS), *(str(TESTS.parent / root) for root in ("core", "gui", "resources"))]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)})


def written(home: Path) -> str:
    """What stands in the journal; nothing before the database is made."""
    with suppress(sqlite3.OperationalError):
        return journalled(home / "data" / "history.db")
    return ""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL to send there")
def test_that_kill_9_in_mid_answer_loses_nothing_that_was_shown(home: Path) -> None:
    slow = openai_stream(SENTENCE * 20, delay=0.02)
    with Loopback(slow, openai_stream("Yes, still.")) as server:
        write_lineup(home, server.base_url)
        process = asking_window(home)
        try:
            wait_until(lambda: len(written(home)) > 100, 40)
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        kept = written(home)

        async def restart(theatre: Theatre) -> None:
            await theatre.until(lambda: theatre.shell.transcript.count == 2)
            (_, asked), (_, said) = theatre.rows()
            assert asked == "Why tides?"
            assert theatre.answer.text == kept
            assert said.split() == kept.split()
            assert theatre.answer.state == "interrupted"
            assert theatre.answer.failure is not None
            assert theatre.answer.failure.title == "The answer was interrupted"
            await theatre.ask("Are you still there?")
            await theatre.until(lambda: theatre.shell.transcript.count == 4)
            await theatre.answered()
            assert theatre.rows()[-1] == ("assistant", "Yes, still.")

        play(home, restart)
    context = server.requests[-1].json()["messages"]
    assert [message["role"] for message in context] == ["user", "assistant", "user"]
    assert context[1]["content"] == kept

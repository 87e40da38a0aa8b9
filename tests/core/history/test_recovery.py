"""What a killed process leaves behind, and what a living one must keep."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import helpers.history_child
from understudy.history import History

if TYPE_CHECKING:
    from collections.abc import Generator

pytestmark = pytest.mark.anyio

CHILD = Path(helpers.history_child.__file__)


class Streaming:
    """A real process that writes an answer into the journal."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def read_until(self, number: int) -> None:
        """Wait until it has shown that word."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if int(line.split()[0]) >= number:
                return
        raise AssertionError("the process ended")

    def kill(self) -> tuple[float, dict[int, float]]:
        """Kill it as kill -9 does; gives when, and the words shown after the last read."""
        assert self._process.stdout is not None
        self._process.kill()
        killed = time.time()
        self._process.wait()
        rest = [line.split() for line in self._process.stdout if line.endswith("\n")]
        return killed, {int(number): float(shown) for number, shown in rest}


@contextmanager
def streaming_into(path: Path) -> Generator[Streaming]:
    process = subprocess.Popen(
        [sys.executable, str(CHILD), str(path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout:
        try:
            yield Streaming(process)
        finally:
            process.kill()
            process.wait()


async def test_that_kill_9_in_mid_answer_loses_at_most_a_tenth_of_a_second(
    database_path: Path,
) -> None:
    with streaming_into(database_path) as process:
        process.read_until(150)
        killed, shown = process.kill()

    history = await History.open(database_path)
    (row,) = await history.conversations()
    (question, answer) = await history.page(row.id, 0, 9)
    assert (row.title, question.text) == ("Count", "Count.")
    assert answer.state == "interrupted"
    kept = [int(number) for number in answer.text.split()]
    assert kept == list(range(len(kept))), "no hole, nothing twice"
    lost = [number for number in shown if number >= len(kept)]
    assert lost == [] or killed - shown[lost[0]] <= 0.1
    assert answer.segments[0].text == answer.text
    assert answer.segments[0].provider_name == "Practice"

    await history.add_question(row.id, "Go on.")
    writer = await history.begin_answer(row.id)
    writer.text("gladly")
    await writer.finish("complete")
    texts = [message.text for message in await history.page(row.id, 0, 9)]
    assert texts == ["Count.", answer.text, "Go on.", "gladly"]
    assert history.notices == ()
    await history.close()


async def test_that_a_process_killed_again_and_again_leaves_every_answer(
    database_path: Path,
) -> None:
    for _ in range(3):
        with streaming_into(database_path) as process:
            process.read_until(20)
            process.kill()
    history = await History.open(database_path)
    rows = await history.conversations()
    assert [row.state for row in rows] == ["interrupted"] * 3
    await history.close()
    assert list(database_path.parent.glob("*.sessions/*")) == []


async def test_that_a_living_process_goes_on_undisturbed(database_path: Path) -> None:
    with streaming_into(database_path) as process:
        process.read_until(50)
        history = await History.open(database_path)
        (row,) = await history.conversations()
        assert row.state == "streaming"
        (_, before) = await history.page(row.id, 0, 9)
        assert before.text
        process.read_until(200)
        (_, after) = await history.page(row.id, 0, 9)
        assert after.state == "streaming"
        assert after.text.startswith(before.text)
        assert len(after.text) > len(before.text)
        process.kill()
        await history.close()
    again = await History.open(database_path)
    assert (await again.conversations())[0].state == "interrupted"
    await again.close()


async def test_that_two_histories_write_side_by_side(database_path: Path) -> None:
    first, second = await History.open(database_path), await History.open(database_path)
    rows = [await each.create_conversation() for each in (first, second)]
    writers = [
        await each.begin_answer(row.id) for each, row in zip((first, second), rows, strict=True)
    ]
    for number in range(100):
        for writer in writers:
            writer.text(f"{number} ")
        await asyncio.sleep(0.002)
    third = await History.open(database_path)
    assert {row.state for row in await third.conversations()} == {"streaming"}
    await third.close()
    for writer in writers:
        assert (await writer.finish("complete")).text == "".join(f"{n} " for n in range(100))
    await first.close()
    await second.close()


async def test_that_many_processes_may_make_the_database_at_once(database_path: Path) -> None:
    opened = await asyncio.gather(*(History.open(database_path) for _ in range(6)))
    rows = [await history.create_conversation() for history in opened]
    assert len({row.id for row in rows}) == 6
    for history in opened:
        await history.close()


async def test_that_a_conversation_deleted_long_ago_is_removed_for_good(
    database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = await History.open(database_path)
    row = await history.create_conversation("gone")
    await history.add_question(row.id, "secret plans")
    await history.delete(row.id)
    await history.close()
    soon = await History.open(database_path)
    await soon.restore(row.id)
    await soon.delete(row.id)
    await soon.close()
    later = time.time() + 25 * 3600
    monkeypatch.setattr("understudy.history.keeper.time", lambda: later)
    after = await History.open(database_path)
    assert await after.count(row.id) == 0
    await after.close()

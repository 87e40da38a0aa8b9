"""What a page costs does not depend on how long the conversation is."""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median
from typing import TYPE_CHECKING

import pytest

from helpers.history import seed_conversation
from understudy.history import History

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

pytestmark = pytest.mark.anyio


async def milliseconds(work: Callable[[], Awaitable[object]]) -> float:
    """Give the median of 15 runs, after one that does not count."""
    await work()
    times: list[float] = []
    for _ in range(15):
        started = time.perf_counter()
        await work()
        times.append((time.perf_counter() - started) * 1000)
    return median(times)


async def test_that_the_end_of_ten_thousand_messages_is_there_in_five_milliseconds(
    database_path: Path,
) -> None:
    short = seed_conversation(database_path, 40)
    long = seed_conversation(database_path, 10_000)
    history = await History.open(database_path)

    async def open_at_its_end(conversation: int) -> None:
        count = await history.count(conversation)
        assert len(await history.page(conversation, max(0, count - 40), count)) == 40

    of_short = await milliseconds(lambda: open_at_its_end(short))
    of_long = await milliseconds(lambda: open_at_its_end(long))
    assert of_long < 5, f"{of_long:.2f} ms"
    assert of_long < 3 * of_short + 0.5, f"{of_long:.2f} ms over {of_short:.2f} ms"
    await history.close()


async def test_that_a_page_in_the_middle_is_the_right_one(database_path: Path) -> None:
    conversation = seed_conversation(database_path, 10_000)
    history = await History.open(database_path)
    page = await history.page(conversation, 5000, 5003)
    assert [message.ordinal for message in page] == [5000, 5001, 5002]
    assert page[0].text.startswith("Question 2500:")
    assert page[1].segments[0].text == page[1].text
    await history.close()


async def test_that_lists_and_search_hold_up_beside_it(database_path: Path) -> None:
    seed_conversation(database_path, 10_000, "long")
    history = await History.open(database_path)
    assert await milliseconds(history.conversations) < 5
    (found,) = await history.search("Answer 4321.")
    assert (found.title, found.state) == ("long", "complete")
    assert "Answer 4321." in found.excerpt
    await history.close()


async def test_that_another_version_of_the_first_answer_is_quick_too(database_path: Path) -> None:
    conversation = seed_conversation(database_path, 10_000)
    history = await History.open(database_path)
    (_, first) = await history.page(conversation, 0, 2)
    writer = await history.begin_answer(conversation, version_of=first.id)
    await writer.finish("complete")
    assert await history.count(conversation) == 2
    started = time.perf_counter()
    await history.choose_version(first.id)
    assert time.perf_counter() - started < 1
    assert await history.count(conversation) == 10_000
    await history.close()


def test_that_loading_the_history_loads_nothing_heavy() -> None:
    code = (
        "import sys, understudy.history\n"
        "heavy = {'sqlite3', 'filelock', 'pydantic', 'httpx', 'keyring', 'importlib.resources'}\n"
        "print(*heavy & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""

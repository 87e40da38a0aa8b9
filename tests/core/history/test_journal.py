"""The journal: cheap for the event loop, on disk within a tenth of a second, joined whole."""

from __future__ import annotations

import asyncio
import time
from statistics import median
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.history import journalled
from understudy.history import journal

if TYPE_CHECKING:
    from pathlib import Path

    from understudy.history import AnswerWriter, History

pytestmark = pytest.mark.anyio


async def a_writer(history: History) -> AnswerWriter:
    row = await history.create_conversation()
    await history.add_question(row.id, "Go")
    return await history.begin_answer(row.id)


async def test_that_words_are_on_disk_within_a_tenth_of_a_second(
    history: History, database_path: Path
) -> None:
    writer = await a_writer(history)
    delays: list[float] = []
    shown = ""
    for number in range(8):
        await asyncio.sleep(0.013 * number)
        writer.text(f"{number} 단어 ")
        shown += f"{number} 단어 "
        said = time.monotonic()
        while await asyncio.to_thread(journalled, database_path) != shown:
            assert time.monotonic() - said < 1
            await asyncio.sleep(0.002)
        delays.append(time.monotonic() - said)
    assert median(delays) < 0.1, delays
    await writer.finish("complete")


async def test_that_words_of_a_steady_stream_do_not_wait_for_its_end(
    history: History, database_path: Path
) -> None:
    writer = await a_writer(history)
    shown, behind = "", 0
    for number in range(100):
        writer.text(f"{number} ")
        shown += f"{number} "
        await asyncio.sleep(0.005)
        if number % 20 == 19:
            on_disk = await asyncio.to_thread(journalled, database_path)
            assert shown.startswith(on_disk)
            behind = max(behind, shown[len(on_disk) :].count(" "))
    assert behind <= 20, f"{behind} deltas of 5 ms behind"
    assert (await writer.finish("complete")).text == shown


async def test_that_a_delta_costs_the_event_loop_less_than_five_microseconds(
    history: History,
) -> None:
    writer = await a_writer(history)
    costs: list[float] = []
    for _ in range(20):
        started = time.thread_time()
        for _ in range(1000):
            writer.text("a token ")
        costs.append((time.thread_time() - started) / 1000 * 1e6)
        await asyncio.sleep(0.005)
    stored = await writer.finish("complete")
    assert median(costs) < 5, f"{median(costs):.2f} µs"
    assert stored.text == "a token " * 20_000


async def test_that_eight_answers_at_once_stay_apart(history: History) -> None:
    writers = [await a_writer(history) for _ in range(8)]
    for number in range(200):
        for each, writer in enumerate(writers):
            writer.text(f"{each}:{number} ")
        if number % 40 == 0:
            await asyncio.sleep(0.02)
    stored = await asyncio.gather(*(writer.finish("complete") for writer in writers))
    for each, message in enumerate(stored):
        assert message.text == "".join(f"{each}:{number} " for number in range(200))


async def test_that_the_journal_is_empty_when_the_answer_has_ended(
    history: History, database_path: Path
) -> None:
    writer = await a_writer(history)
    writer.text("words")
    await asyncio.sleep(0.1)
    assert journalled(database_path) == "words"
    await writer.finish("complete")
    assert journalled(database_path) == ""


async def test_that_a_cancelled_finish_is_stored_all_the_same(history: History) -> None:
    writer = await a_writer(history)
    writer.text("words")
    task = asyncio.create_task(writer.finish("stopped"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await history.message(writer.message_id)).state == "stopped"


async def test_that_closing_writes_what_is_left(history: History, database_path: Path) -> None:
    writer = await a_writer(history)
    writer.text("the last words")
    await history.close()
    assert journalled(database_path) == "the last words"


ENTRIES = st.lists(
    st.one_of(
        st.tuples(st.just("text"), st.text()),
        st.tuples(st.just("reasoning"), st.text()),
        st.tuples(st.just("segment"), st.sampled_from(['["a","A","m"]', '["b","B","n"]'])),
        st.tuples(st.just("seam"), st.just('{"code":529}')),
    )
)


@given(ENTRIES)
def test_that_segments_cover_the_text_and_seams_lie_within_it(
    entries: list[tuple[str, str]],
) -> None:
    joined = journal.join(entries)
    assert joined.text == "".join(data for kind, data in entries if kind == "text")
    assert sum(segment[3] for segment in joined.segments) == len(joined.text)
    assert all(0 <= seam["at"] <= len(joined.text) for seam in joined.seams)


@given(ENTRIES, st.data())
def test_that_it_does_not_matter_how_words_were_cut(
    entries: list[tuple[str, str]], data: st.DataObject
) -> None:
    cut: list[tuple[str, str]] = []
    for kind, text in entries:
        if kind in {"text", "reasoning"}:
            place = data.draw(st.integers(0, len(text)))
            cut += [(kind, text[:place]), (kind, text[place:])]
        else:
            cut.append((kind, text))
    assert journal.join(cut) == journal.join(entries)

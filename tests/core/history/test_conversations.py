"""Conversations, their messages, versions and search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from understudy.errors import UsageError
from understudy.history import History, HistoryClosed, Segment

if TYPE_CHECKING:
    from pathlib import Path

    from understudy.history import StoredMessage

pytestmark = pytest.mark.anyio


async def answer(history: History, conversation: int, text: str, **of: int) -> StoredMessage:
    writer = await history.begin_answer(conversation, **of)
    writer.text(text)
    return await writer.finish("complete")


async def texts(history: History, conversation: int) -> list[str]:
    return [message.text for message in await history.page(conversation, 0, 1000)]


async def test_that_a_conversation_comes_back_after_a_restart(
    database_path: Path,
) -> None:
    history = await History.open(database_path)
    row = await history.create_conversation(route="Everyday")
    await history.add_question(row.id, "Why is the sky blue?")
    await answer(history, row.id, "Because of Rayleigh.")
    await history.close()

    again = await History.open(database_path)
    (found,) = await again.conversations()
    assert (found.id, found.title, found.route) == (row.id, "Why is the sky blue?", "Everyday")
    assert await texts(again, row.id) == ["Why is the sky blue?", "Because of Rayleigh."]
    assert again.notices == ()
    await again.close()


async def test_that_an_answer_keeps_who_wrote_what_and_where_the_seam_is(history: History) -> None:
    row = await history.create_conversation()
    question = await history.add_question(row.id, "Go")
    writer = await history.begin_answer(row.id, question.id)
    writer.segment("groq", "Groq", "silent-model")
    writer.standin({"failed": "Groq"})
    writer.segment("openai", "OpenAI", "gpt-5")
    writer.reasoning("hm ")
    writer.reasoning("yes")
    writer.text("One 하나 ")
    writer.seam({"code": 529})
    writer.segment("ollama", "Ollama", "llama")
    writer.text("two")
    stored = await writer.finish(
        "complete", {"duration": 1.5, "usage": {"output_tokens": 0}}, failure=None
    )
    assert stored.text == "One 하나 two"
    assert stored.reasoning == "hm yes"
    assert stored.segments == (
        Segment("openai", "OpenAI", "gpt-5", "One 하나 "),
        Segment("ollama", "Ollama", "llama", "two"),
    )
    assert stored.seams == ({"at": 7, "code": 529},)
    assert stored.standin == {"failed": "Groq"}
    assert stored.meta == {"duration": 1.5, "usage": {"output_tokens": 0}}
    assert (stored.parent, stored.ordinal, stored.state) == (question.id, 1, "complete")
    assert (await history.page(row.id, 1, 2))[0] == stored


async def test_that_words_shown_are_in_the_page_while_the_answer_streams(history: History) -> None:
    row = await history.create_conversation()
    await history.add_question(row.id, "Go")
    writer = await history.begin_answer(row.id)
    writer.segment("a", "A", "m")
    writer.text("half an ans")
    (_, shown) = await history.page(row.id, 0, 2)
    assert (shown.text, shown.state) == ("half an ans", "streaming")
    assert (await history.conversations())[0].state == "streaming"
    writer.text("wer")
    assert (await writer.finish("stopped")).text == "half an answer"
    assert (await history.conversations())[0].state == "stopped"


async def test_that_a_failed_answer_without_a_word_keeps_its_failure(history: History) -> None:
    row = await history.create_conversation()
    await history.add_question(row.id, "Go")
    writer = await history.begin_answer(row.id)
    await writer.finish("failed", failure={"title": "Nobody answered"})
    (_, stored) = await history.page(row.id, 0, 2)
    assert (stored.state, stored.text) == ("failed", "")
    assert stored.failure == {"title": "Nobody answered"}


async def test_that_regenerating_makes_a_version_and_keeps_the_first(history: History) -> None:
    row = await history.create_conversation()
    await history.add_question(row.id, "Go")
    first = await answer(history, row.id, "first")
    second = await answer(history, row.id, "second", version_of=first.id)
    assert (second.version, second.versions, second.ordinal) == (2, 2, 1)
    assert await texts(history, row.id) == ["Go", "second"]
    assert [each.text for each in await history.versions(first.id)] == ["first", "second"]
    await history.choose_version(first.id)
    assert await texts(history, row.id) == ["Go", "first"]


async def test_that_choosing_a_version_brings_back_what_followed_it(history: History) -> None:
    row = await history.create_conversation()
    await history.add_question(row.id, "Q1")
    first = await answer(history, row.id, "A1")
    await history.add_question(row.id, "Q2")
    await answer(history, row.id, "A2")
    other = await answer(history, row.id, "B1", version_of=first.id)
    assert await texts(history, row.id) == ["Q1", "B1"]
    await history.add_question(row.id, "Q2 of B")
    assert await history.count(row.id) == 3
    await history.choose_version(first.id)
    assert await texts(history, row.id) == ["Q1", "A1", "Q2", "A2"]
    await history.choose_version(other.id)
    assert await texts(history, row.id) == ["Q1", "B1", "Q2 of B"]


async def test_that_editing_a_question_is_a_version_of_it_even_the_first(history: History) -> None:
    row = await history.create_conversation()
    question = await history.add_question(row.id, "Tpyo?")
    await answer(history, row.id, "What?")
    edited = await history.add_question(row.id, "Typo?", version_of=question.id)
    assert (edited.version, edited.versions, edited.ordinal) == (2, 2, 0)
    assert await texts(history, row.id) == ["Typo?"]
    assert await texts(history, row.id) == ["Typo?"]


async def test_that_a_message_on_a_branch_left_long_ago_can_be_shown_again(
    history: History,
) -> None:
    row = await history.create_conversation()
    question = await history.add_question(row.id, "Q")
    last = question
    for number in range(30):
        await answer(history, row.id, f"A{number}")
        last = await history.add_question(row.id, f"Q{number}")
    await history.add_question(row.id, "other", version_of=question.id)
    await history.choose_version(last.id)
    assert (await texts(history, row.id))[-1] == "Q29"
    assert await history.count(row.id) == 61


async def test_that_pages_are_cut_by_ordinal(history: History) -> None:
    row = await history.create_conversation()
    for number in range(6):
        await history.add_question(row.id, str(number))
    assert [m.text for m in await history.page(row.id, 2, 4)] == ["2", "3"]
    assert [m.ordinal for m in await history.page(row.id, 4, 99)] == [4, 5]
    assert await history.page(row.id, 6, 9) == []
    assert await history.count(row.id + 1) == 0


async def test_that_a_title_of_ones_own_is_not_replaced_by_the_first_question(
    history: History,
) -> None:
    row = await history.create_conversation("Mine")
    await history.add_question(row.id, "Something else?")
    assert (await history.conversation(row.id)).title == "Mine"
    await history.rename(row.id, "  Yours ")
    assert (await history.conversation(row.id)).title == "Yours"


async def test_that_pinned_come_first_and_then_the_latest(history: History) -> None:
    rows = [await history.create_conversation(name) for name in "abc"]
    await history.add_question(rows[0].id, "news")
    await history.set_pinned(rows[1].id, True)
    await history.set_route(rows[2].id, "Private")
    found = await history.conversations()
    assert [row.title for row in found] == ["b", "a", "c"]
    assert (found[0].pinned, found[2].route) == (True, "Private")


async def test_that_deleting_can_be_undone(history: History) -> None:
    row = await history.create_conversation("gone")
    await history.add_question(row.id, "unicorn")
    await history.delete(row.id)
    assert await history.conversations() == []
    assert await history.search("unicorn") == []
    await history.restore(row.id)
    assert [each.title for each in await history.conversations()] == ["gone"]


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        ("바다", ["second"]),
        ("  바다 ", ["second"]),
        ("\u1107\u1161\u1103\u1161", ["second"]),  # the same, decomposed
        ("UNICORN", ["first"]),
        ("100%", ["percent"]),
        ("%", ["percent"]),
        ("a_b", ["underscore"]),
        ("_", ["underscore"]),
        ("c:\\d", ["backslash"]),
        ("underscore", ["underscore"]),
        ("nowhere", []),
        ("", []),
        ("   ", []),
        ("'; DROP TABLE message; --", []),
    ],
)
async def test_that_search_finds_what_is_contained_and_nothing_else(
    history: History, wanted: str, titles: list[str]
) -> None:
    contents = {
        "first": "a unicorn",
        "second": "푸른바다거북은 어디에 사나요?",
        "percent": "it is 100% sure",
        "underscore": "call a_b now",
        "backslash": "see C:\\d\\e",
    }
    for title, text in contents.items():
        row = await history.create_conversation(title)
        await history.add_question(row.id, text)
    assert [row.title for row in await history.search(wanted)] == titles


async def test_that_a_search_shows_the_found_place(history: History) -> None:
    row = await history.create_conversation("long")
    await history.add_question(row.id, f"{'word ' * 40}needle\nin {'hay ' * 40}")
    (found,) = await history.search("needle")
    assert "needle in hay" in found.excerpt
    assert found.excerpt.startswith("…")
    assert found.excerpt.endswith("…")
    assert len(found.excerpt) < 120


async def test_that_what_is_not_there_is_the_callers_mistake(history: History) -> None:
    for call in (
        history.rename(7, "x"),
        history.add_question(7, "x"),
        history.begin_answer(7),
        history.choose_version(7),
        history.message(7),
    ):
        with pytest.raises(UsageError, match="no such"):
            await call


async def test_that_a_closed_history_says_so_and_closing_twice_is_fine(
    database_path: Path,
) -> None:
    history = await History.open(database_path)
    await history.close()
    await history.close()
    with pytest.raises(HistoryClosed):
        await history.conversations()


async def test_that_a_history_in_memory_works_without_a_file() -> None:
    history = await History.open(None)
    row = await history.create_conversation()
    await history.add_question(row.id, "Hello")
    await answer(history, row.id, "there")
    assert await texts(history, row.id) == ["Hello", "there"]
    await history.close()


async def test_that_half_an_emoji_breaks_nothing_and_halves_are_joined(history: History) -> None:
    row = await history.create_conversation("\ud83d")
    question = await history.add_question(row.id, "lone \udc00 half")
    assert question.text == "lone \ufffd half"
    writer = await history.begin_answer(row.id)
    writer.segment("a", "A\ud83d", "m")
    writer.text("smile \ud83d")
    writer.text("\ude00 and \ud83d")
    writer.seam({"title": "\ud83d"})
    stored = await writer.finish("complete", {"note": "\ud83d"})
    assert stored.text == "smile 😀 and \ufffd"
    await history.rename(row.id, "\ude00")
    assert len(await history.search("\ufffd")) == 1
    assert len(await history.search("\ud83d")) == 1


async def test_that_a_nul_and_other_controls_are_kept(history: History) -> None:
    row = await history.create_conversation()
    text = "a\x00b\x1b[0m\u2028c\r\nd"
    await history.add_question(row.id, text)
    assert await texts(history, row.id) == [text]
    stored = await answer(history, row.id, text)
    assert stored.text == text

"""Typed with keys, sent over a socket, read out of the transcript: the whole way of a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from helpers.lineup import write_lineup
from helpers.loopback import Loopback
from helpers.replies import broken_stream, openai_stream, rate_limited, wrong_key
from helpers.theatre import Theatre, play

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from helpers.replies import Reply

pytestmark = [pytest.mark.usefixtures("qapp"), pytest.mark.timeout(60)]


def test_that_a_question_is_answered(home: Path) -> None:
    with Loopback(openai_stream("The **Moon** pulls the sea.")) as server:
        write_lineup(home, server.base_url)

        async def act(theatre: Theatre) -> None:
            await theatre.ask("Why tides?")
            answer = await theatre.answered()
            assert answer.state == "complete"
            assert theatre.rows() == [
                ("user", "Why tides?"),
                ("assistant", "The Moon pulls the sea."),
            ]
            assert theatre.shell.window.pane.header.title.text == "Why tides?"
            assert theatre.shell.window.windowTitle() == "Why tides? – Understudy"

        play(home, act)
    (request,) = [each for each in server.requests if each.method == "POST"]
    assert request.json()["messages"][-1] == {"role": "user", "content": "Why tides?"}


@pytest.mark.parametrize(
    ("failing", "said"),
    [
        pytest.param(rate_limited(), "First was rate limited (429). Second stood in.", id="429"),
        pytest.param(wrong_key(), "First rejected the key (401). Second stood in.", id="401"),
    ],
)
def test_that_the_second_stands_in_for_the_first(home: Path, failing: Reply, said: str) -> None:
    with Loopback(failing) as first, Loopback(openai_stream("Here I am.")) as second:
        write_lineup(home, first.base_url, second.base_url)

        async def act(theatre: Theatre) -> None:
            await theatre.ask("Anybody?")
            answer = await theatre.answered()
            assert theatre.rows()[-1] == ("assistant", "Here I am.")
            assert answer.standin.startswith(said)

        play(home, act)


def test_that_a_refused_connection_hands_over(home: Path) -> None:
    with Loopback() as gone:
        address = gone.base_url
    with Loopback(openai_stream("Here I am.")) as second:
        write_lineup(home, address, second.base_url)

        async def act(theatre: Theatre) -> None:
            await theatre.ask("Anybody?")
            answer = await theatre.answered()
            assert theatre.rows()[-1] == ("assistant", "Here I am.")
            assert "could not be reached" in answer.standin or "not running" in answer.standin

        play(home, act)


def test_that_pulling_the_plug_in_mid_answer_loses_no_word(home: Path) -> None:
    """The first writes half of it and dies; the second carries on in the same sentence."""
    half, rest = "The water gathers into ", "two bulges, one under the Moon."
    with Loopback(broken_stream(half)) as first, Loopback(openai_stream(rest)) as second:
        write_lineup(home, first.base_url, second.base_url)

        async def act(theatre: Theatre) -> None:
            await theatre.ask("Explain the tides")
            answer = await theatre.answered()
            assert theatre.rows()[-1] == ("assistant", half + rest)
            assert answer.state == "complete"
            seam = answer.segments[1].seam
            assert seam is not None
            assert seam.title == "First broke off"
            assert seam.title_end == "Second carries on"
            assert len(seam.trace) == 2
            view = theatre.shell.window.pane.transcript
            closed = view.action_rect(1, "copy_trace:0")
            await theatre.press(Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
            await theatre.until(lambda: view.action_rect(1, "copy_trace:0") != closed)

        play(home, act)
        handed_over = second.requests[-1].json()["messages"]
    assert [message["role"] for message in handed_over] == ["user", "assistant", "user"]
    assert handed_over[1]["content"] == half

    async def reopen(theatre: Theatre) -> None:
        await theatre.until(lambda: theatre.shell.transcript.count == 2)
        assert theatre.rows()[-1] == ("assistant", half + rest)
        seam = theatre.answer.segments[1].seam
        assert seam is not None
        assert seam.title == "First broke off"

    play(home, reopen)


def test_that_an_answer_that_starts_again_is_the_same_after_a_restart(home: Path) -> None:
    """The first dies inside a fence; the second starts again, and nothing of it is code."""
    half, whole = "Like this:\n\n```python\ntides =", "Tides are *two* bulges."
    with Loopback(broken_stream(half)) as first, Loopback(openai_stream(whole)) as second:
        write_lineup(home, first.base_url, second.base_url, rescue="restart")
        pictures: list[str] = []

        async def act(theatre: Theatre) -> None:
            await theatre.ask("Explain the tides")
            answer = await theatre.answered()
            assert theatre.rows()[-1] == ("assistant", "Tides are two bulges.")
            assert answer.state == "complete"
            seam = answer.segments[1].seam
            assert seam is not None
            assert (seam.title, seam.title_end) == ("First broke off", "Second starts again")
            view = theatre.shell.window.pane.transcript
            view.selection.select_all(2)
            assert view.selected_text().split()[-8:] == [
                *("Like", "this:", "tides", "="),
                *("Tides", "are", "two", "bulges."),
            ]
            pictures.append(repr(answer.segments))

        play(home, act)
        handed = second.requests[-1].json()["messages"]

        async def reopen(theatre: Theatre) -> None:
            await theatre.until(lambda: theatre.shell.transcript.count == 2)
            assert theatre.rows()[-1] == ("assistant", "Tides are two bulges.")
            assert repr(theatre.answer.segments) == pictures[0]

        play(home, reopen)
    assert [message["role"] for message in handed] == ["user"]


def test_that_nobody_answering_shows_ways_out_in_the_page_and_keeps_the_question(
    home: Path,
) -> None:
    with Loopback(wrong_key(), wrong_key(), openai_stream("Now it works.")) as server:
        write_lineup(home, server.base_url)

        async def act(theatre: Theatre) -> None:
            await theatre.ask("Hello?")
            answer = await theatre.answered()
            assert answer.failure is not None
            assert "First rejected the key (401)." in answer.failure.text
            assert theatre.rows()[0] == ("user", "Hello?")
            assert theatre.shell.application.activeModalWidget() is None
            assert theatre.session.workplace is not None
            theatre.session.workplace.workspace.router.key_changed("first")
            theatre.shell.window.pane.transcript.action.emit(1, "try_again")
            await theatre.until(lambda: theatre.session.conversation.busy)
            await theatre.answered()

        play(home, act)


def test_that_escape_stops_and_keeps_what_was_said(home: Path) -> None:
    slow = openai_stream("One two three four five six seven eight", delay=0.1)
    with Loopback(slow) as server:
        write_lineup(home, server.base_url)

        async def act(theatre: Theatre) -> None:
            await theatre.ask("Count")
            await theatre.until(lambda: theatre.shell.transcript.count > 1 and theatre.answer.text)
            await theatre.press(Qt.Key.Key_Escape)
            answer = await theatre.answered()
            assert answer.state == "stopped"
            assert "One two three four five six seven eight".startswith(answer.text)
            assert await server.requests[-1].saw_disconnect() is not None

        play(home, act)


def test_that_quitting_in_mid_answer_keeps_the_text(home: Path) -> None:
    slow = openai_stream("One two three four five six seven eight", delay=0.2)
    shown: list[str] = []
    with Loopback(slow, openai_stream("Yes.")) as server:
        write_lineup(home, server.base_url)

        async def act(theatre: Theatre) -> None:
            await theatre.ask("Count")
            await theatre.until(lambda: theatre.shell.transcript.count > 1 and theatre.answer.text)
            shown.append(theatre.answer.text)

        play(home, act)

        async def reopen(theatre: Theatre) -> None:
            await theatre.until(lambda: theatre.shell.transcript.count == 2)
            assert theatre.answer.state == "interrupted"
            assert theatre.answer.text.startswith(shown[0])
            assert theatre.answer.failure is not None
            actions = [action for action, _ in theatre.answer.failure.actions]
            assert actions == ["continue", "try_again"]
            await theatre.ask("Still there?")
            await theatre.until(lambda: theatre.shell.transcript.count == 4)
            await theatre.answered()
            assert theatre.rows()[-1] == ("assistant", "Yes.")

        play(home, reopen)


def test_that_a_draft_and_the_windows_place_are_there_after_a_restart(
    home: Path, qapp: QApplication
) -> None:
    with Loopback(openai_stream("Yes.")) as server:
        write_lineup(home, server.base_url)

        async def act(theatre: Theatre) -> None:
            await theatre.ask("First question")
            await theatre.answered()
            await theatre.type("half a thought")
            theatre.shell.window.resize(1000, 700)
            await theatre.press(Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
            await theatre.until(lambda: not theatre.shell.window.sidebar_shown)

        play(home, act)

        async def reopen(theatre: Theatre) -> None:
            await theatre.until(lambda: theatre.shell.transcript.count == 2)
            assert theatre.shell.window.pane.composer.text == "half a thought"
            assert not theatre.shell.window.sidebar_shown
            assert theatre.shell.window.width() == 1000

        play(home, reopen)
    assert qapp.topLevelWidgets() is not None


def test_that_without_any_key_the_practice_provider_answers_and_says_so(home: Path) -> None:
    async def act(theatre: Theatre) -> None:
        banners = theatre.shell.window.pane.banners
        assert "Practice answers" in banners.words()["practice"]
        await theatre.ask("What are you?")
        answer = await theatre.answered()
        assert answer.meta is not None
        assert answer.meta.provider == "Practice"
        assert "practice provider" in theatre.rows()[-1][1]

    play(home, act)


def test_that_ctrl_n_begins_anew_and_ctrl_tab_goes_back(home: Path) -> None:
    with Loopback(openai_stream("Yes.")) as server:
        write_lineup(home, server.base_url)

        async def act(theatre: Theatre) -> None:
            await theatre.ask("First")
            await theatre.answered()
            await theatre.press(Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
            await theatre.until(lambda: theatre.shell.transcript.count == 0)
            await theatre.ask("Second")
            await theatre.answered()
            await theatre.press(Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
            await theatre.until(lambda: theatre.rows() and theatre.rows()[0][1] == "First")
            await theatre.press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
            await theatre.type("Second")
            await theatre.until(lambda: len(theatre.shell.conversations.ids()) == 1)

        play(home, act)


def test_that_a_rest_that_ends_after_the_window_is_closed_wakes_nobody(
    home: Path, qtbot: QtBot
) -> None:
    with Loopback(rate_limited("1")) as first, Loopback(openai_stream("Here I am.")) as second:
        write_lineup(home, first.base_url, second.base_url)

        async def act(theatre: Theatre) -> None:
            await theatre.ask("Anybody?")
            await theatre.answered()

        play(home, act)
    qtbot.wait(1500)

"""``understudy chat``: a conversation in the terminal."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from helpers.lineup import write_lineup
from helpers.loopback import Loopback
from helpers.replies import broken_stream, openai_stream, unavailable
from understudy.history import History

if TYPE_CHECKING:
    from pathlib import Path

    from helpers.command_line import CommandLine
    from understudy.history import StoredMessage


def test_that_each_line_is_answered_with_the_conversation_before_it(
    cli: CommandLine, home: Path
) -> None:
    with Loopback(openai_stream("First answer."), openai_stream("Second answer.")) as server:
        write_lineup(home, server.base_url)
        outcome = cli("chat", "--system", "Be brief.", stdin="One?\nTwo,\\\nand more?\n")
        second = server.chats[1].json()["messages"]
    assert (outcome.code, outcome.out, outcome.err) == (0, "First answer.\nSecond answer.\n", "")
    assert [(turn["role"], turn["content"]) for turn in second] == [
        ("system", "Be brief."),
        ("user", "One?"),
        ("assistant", "First answer."),
        ("user", "Two,\nand more?"),
    ]


def test_that_json_streams_every_answers_events(cli: CommandLine, home: Path) -> None:
    with Loopback(openai_stream("Yes.")) as server:
        write_lineup(home, server.base_url)
        outcome = cli("chat", "--json", stdin="One?\nTwo?\n")
    finishes = [event for event in outcome.objects if event["type"] == "finished"]
    assert [finish["provider"] for finish in finishes] == ["first", "first"]


def test_that_a_failed_question_is_kept_and_an_empty_line_asks_it_again(
    cli: CommandLine, home: Path
) -> None:
    with Loopback(unavailable(), openai_stream("Yes.")) as server:
        write_lineup(home, server.base_url)
        outcome = cli("chat", stdin="Is it?\n\n")
        questions = [request.json()["messages"][-1]["content"] for request in server.chats]
    assert outcome.code == 0
    assert "Nobody in the line-up could answer." in outcome.err
    assert outcome.out == "Yes.\n"
    assert questions == ["Is it?", "Is it?"]


def test_that_a_conversation_whose_last_question_found_no_answer_exits_1(
    cli: CommandLine, home: Path
) -> None:
    with Loopback(unavailable()) as server:
        write_lineup(home, server.base_url)
        assert cli("chat", stdin="Is it?\n").code == 1


def test_that_a_part_that_broke_off_is_context_for_the_next_question(
    cli: CommandLine, home: Path
) -> None:
    with Loopback(broken_stream("Half an "), openai_stream("Whole.")) as server:
        write_lineup(home, server.base_url)
        outcome = cli("chat", stdin="One?\nTwo?\n")
        turns = [turn["content"] for turn in server.chats[-1].json()["messages"]]
    assert outcome.out == "Half an \nWhole.\n"
    assert turns[0] == "One?"
    assert "Half an " in turns[1]
    assert turns[-1] == "Two?"


def test_that_ctrl_c_stops_the_answer_and_the_conversation_goes_on(
    cli: CommandLine, home: Path
) -> None:
    slow, quick = openai_stream("b" * 400, delay=0.05), openai_stream("Quick.")
    with Loopback(slow, quick) as server:
        write_lineup(home, server.base_url)
        with cli.started("chat") as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("One?\n")
            process.stdin.flush()
            assert process.stdout.read(4) == "bbbb"
            process.send_signal(signal.SIGINT)
            assert server.chats[0].wait_disconnected() is not None
            out, err = process.communicate("Two?\n", timeout=10)
    assert process.returncode == 0
    assert out.endswith("Quick.\n")
    assert "Stopped." in err


async def kept(home: Path) -> list[StoredMessage]:
    """Read the one conversation that the history holds."""
    history = await History.open(home / "data" / "history.db")
    [conversation] = await history.conversations()
    messages = await history.page(conversation.id, 0, 100)
    await history.close()
    return messages


@pytest.mark.anyio
async def test_that_the_conversation_is_kept_where_the_window_keeps_its_own(
    cli: CommandLine, home: Path
) -> None:
    with (
        Loopback(broken_stream("The sky ")) as first,
        Loopback(openai_stream("is blue.")) as second,
    ):
        write_lineup(home, first.base_url, second.base_url)
        cli("chat", stdin="Why is the sky blue?\n")
    question, answer = await kept(home)
    assert (question.role, question.text) == ("user", "Why is the sky blue?")
    assert (answer.text, answer.state) == ("The sky is blue.", "complete")
    assert [segment.provider for segment in answer.segments] == ["first", "second"]
    [seam] = answer.seams
    assert seam["attempt"]["provider"] == "first"
    attempts = answer.meta["trace"]["attempts"]
    assert [attempt["outcome"] for attempt in attempts] == ["failed", "answered"]


@pytest.mark.anyio
async def test_that_an_answer_asked_for_again_is_a_further_version_of_the_failed_one(
    cli: CommandLine, home: Path
) -> None:
    with Loopback(unavailable(), openai_stream("Yes.")) as server:
        write_lineup(home, server.base_url)
        cli("chat", stdin="Is it?\n\n")
    _, answer = await kept(home)
    assert (answer.text, answer.version, answer.versions) == ("Yes.", 2, 2)


def test_that_a_history_that_cannot_be_used_costs_only_the_keeping(
    cli: CommandLine, home: Path
) -> None:
    with Loopback(openai_stream("Yes.")) as server:
        write_lineup(home, server.base_url)
        (home / "data" / "history.db").mkdir(parents=True)
        outcome = cli("chat", stdin="Is it?\n")
    assert (outcome.code, outcome.out) == (0, "Yes.\n")
    assert "not kept" in outcome.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_that_a_person_at_a_terminal_is_greeted_and_prompted(cli: CommandLine, home: Path) -> None:
    with Loopback(openai_stream("Yes.")) as server:
        write_lineup(home, server.base_url, server.base_url)
        master, slave = pty.openpty()
        command = [sys.executable, "-m", "understudy", "chat"]
        with subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=cli.environment()
        ) as process:
            os.close(slave)
            seen = read_until(master, "> ")
            os.write(master, b"Is it?\n")
            seen += read_until(master, "> ")
            os.write(master, b"\x04")
            process.wait(10)
        os.close(master)
    assert "First answers first. Second waits in the wings." in seen
    assert "Ctrl C stops an answer" in seen
    assert "Yes.\r\n" in seen
    assert process.returncode == 0


def read_until(terminal: int, end: str) -> str:
    """Read what a terminal shows up to ``end``."""
    seen = b""
    while not seen.endswith(end.encode()):
        seen += os.read(terminal, 1)
    return seen.decode()

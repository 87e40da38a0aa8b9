"""``understudy ask`` against real servers: answers, hand-overs, failures, stopping."""

from __future__ import annotations

import json
import signal
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from helpers.lineup import MODEL, write_lineup
from helpers.loopback import Loopback, closed_port
from helpers.replies import (
    SILENCE,
    Reply,
    broken_stream,
    openai_error,
    openai_stream,
    rate_limited,
    unavailable,
    wrong_key,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from helpers.command_line import CommandLine

ANSWER = "The sky scatters blue light. 하늘은 파랗습니다."
FAILURES: dict[str, tuple[Reply | None, str]] = {
    "refused": (None, "is not running"),
    "401": (wrong_key(), "(401)"),
    "429": (rate_limited("60"), "(429)"),
    "503": (unavailable(), "(503"),
    "silence": (SILENCE, "nothing"),
}


@pytest.fixture
def second() -> Iterator[Loopback]:
    """The one in line after the failing one; it answers."""
    with Loopback(openai_stream(ANSWER)) as server:
        yield server


def test_that_with_no_key_and_no_server_the_practice_provider_answers(cli: CommandLine) -> None:
    outcome = cli("ask", "Who are you?")
    assert outcome.code == 0
    assert "Understudy" in outcome.out
    assert outcome.err == ""


def test_that_the_answer_alone_goes_to_standard_output(
    cli: CommandLine, home: Path, second: Loopback
) -> None:
    write_lineup(home, second.base_url)
    outcome = cli("ask", "Why is the sky blue?")
    assert (outcome.code, outcome.out, outcome.err) == (0, f"{ANSWER}\n", "")
    [request] = second.chats
    assert request.json()["model"] == MODEL
    assert request.json()["messages"] == [{"role": "user", "content": "Why is the sky blue?"}]


def test_that_the_question_and_instructions_come_from_where_they_are_given(
    cli: CommandLine, home: Path, second: Loopback
) -> None:
    write_lineup(home, second.base_url)
    outcome = cli("ask", "--system", "Review this.", "-", stdin="- old\n+ 새 줄\n")
    assert outcome.code == 0
    assert second.chats[0].json()["messages"] == [
        {"role": "system", "content": "Review this."},
        {"role": "user", "content": "- old\n+ 새 줄\n"},
    ]


@pytest.mark.parametrize("failure", FAILURES)
def test_that_the_next_answers_where_the_first_cannot_and_that_this_is_said(
    cli: CommandLine, home: Path, second: Loopback, failure: str
) -> None:
    reply, said = FAILURES[failure]
    with ExitStack() as stack:
        address = f"http://127.0.0.1:{closed_port()}/v1"
        if reply is not None:
            address = stack.enter_context(Loopback(reply)).base_url
        patience = 0.5 if reply is SILENCE else 10
        write_lineup(home, address, second.base_url, first_token_within=patience)
        outcome = cli("ask", "Why is the sky blue?")
    assert outcome.code == 0
    assert outcome.out == f"{ANSWER}\n"
    assert "First" in outcome.err
    assert said in outcome.err
    assert "Second" in outcome.err


def test_that_a_break_in_mid_answer_keeps_the_words_and_the_next_carries_on(
    cli: CommandLine, home: Path
) -> None:
    with Loopback(broken_stream("The sky is ")) as first, Loopback(openai_stream("blue.")) as other:
        write_lineup(home, first.base_url, other.base_url)
        outcome = cli("ask", "Why is the sky blue?")
    assert (outcome.code, outcome.out) == (0, "The sky is blue.\n")
    assert "Second carries on" in outcome.err


def test_that_json_prints_the_streams_events_one_a_line_and_last_the_finish(
    cli: CommandLine, home: Path, second: Loopback
) -> None:
    with Loopback(unavailable()) as first:
        write_lineup(home, first.base_url, second.base_url)
        outcome = cli("ask", "--json", "Why is the sky blue?")
    assert (outcome.code, outcome.err) == (0, "")
    events = outcome.objects
    types = [event["type"] for event in events]
    assert types[:3] == ["route_chosen", "route_chosen", "handed_over"]
    words = [event["text"] for event in events if event["type"] == "text_delta"]
    assert "".join(words) == ANSWER
    finished = events[-1]
    assert finished["type"] == "finished"
    assert (finished["provider"], finished["model"]) == ("second", MODEL)
    assert finished["finish_reason"] == "stop"
    assert finished["usage"]["output_tokens"] == 11
    outcomes = [attempt["outcome"] for attempt in finished["trace"]["attempts"]]
    assert outcomes == ["failed", "answered"]


def test_that_when_nobody_answers_it_says_so_with_a_reason_each_and_exits_1(
    cli: CommandLine, home: Path
) -> None:
    with Loopback(wrong_key()) as first, Loopback(unavailable()) as other:
        write_lineup(home, first.base_url, other.base_url)
        outcome = cli("ask", "Hello?")
    assert (outcome.code, outcome.out) == (1, "")
    assert "Nobody in the line-up could answer." in outcome.err
    assert "401" in outcome.err
    assert "503" in outcome.err


def test_that_json_ends_with_the_failure_and_its_trail(cli: CommandLine, home: Path) -> None:
    with Loopback(openai_error(400, "Unknown parameter.")) as first:
        write_lineup(home, first.base_url)
        outcome = cli("ask", "--json", "Hello?")
    assert outcome.code == 1
    failed = outcome.objects[-1]
    assert failed["type"] == "failed"
    assert failed["error"]["happened"]
    assert failed["error"]["trace"]["attempts"][0]["status"] == 400


def test_that_a_part_that_nobody_carries_on_stays_and_the_exit_code_tells(
    cli: CommandLine, home: Path
) -> None:
    with Loopback(broken_stream("The sky is ")) as first:
        write_lineup(home, first.base_url)
        outcome = cli("ask", "Hello?")
    assert (outcome.code, outcome.out) == (1, "The sky is \n")
    assert "broke off" in outcome.err


def test_that_models_given_on_the_command_line_are_asked_in_their_order(
    cli: CommandLine, home: Path, second: Loopback
) -> None:
    with Loopback(unavailable()) as first:
        write_lineup(home, first.base_url, second.base_url)
        outcome = cli("ask", "--model", "first/one/more", "--model", "second/other", "Hello?")
        assert first.chats[0].json()["model"] == "one/more"
    assert outcome.out == f"{ANSWER}\n"
    assert second.chats[0].json()["model"] == "other"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--route", "Tset", "Hello?"], 'Did you mean "Test"?'),
        (["--model", "frist/x", "Hello?"], 'Did you mean "first"?'),
        (["--model", "first/x", "--route", "Test", "Hello?"], "Both"),
        (["   "], "empty"),
        (["-"], "empty"),
    ],
)
def test_that_what_cannot_be_meant_is_wrong_usage_and_asks_nobody(
    cli: CommandLine, home: Path, second: Loopback, arguments: list[str], said: str
) -> None:
    write_lineup(home, second.base_url)
    outcome = cli("ask", *arguments)
    assert outcome.code == 2
    assert said in outcome.err
    assert second.chats == []


def test_that_words_are_shown_as_they_come_and_ctrl_c_closes_the_connection(
    cli: CommandLine, home: Path
) -> None:
    with Loopback(openai_stream("a" * 400, delay=0.05)) as server:
        write_lineup(home, server.base_url)
        with cli.started("ask", "Hello?") as process:
            assert process.stdout is not None
            assert process.stdout.read(8) == "aaaaaaaa"
            stopped_at = time.monotonic()
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=5)
        gone_at = server.chats[0].wait_disconnected()
    assert process.returncode == 130
    assert said == "Stopped.\n"
    assert gone_at is not None
    assert gone_at - stopped_at < 0.5


def test_that_a_stopped_stream_of_json_says_so(cli: CommandLine, home: Path) -> None:
    with Loopback(openai_stream("a" * 400, delay=0.05)) as server:
        write_lineup(home, server.base_url)
        with cli.started("ask", "--json", "Hello?") as process:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["type"] == "route_chosen"
            process.send_signal(signal.SIGINT)
            out, _ = process.communicate(timeout=5)
    assert json.loads(out.splitlines()[-1]) == {"type": "stopped"}


def test_that_a_reader_who_has_had_enough_ends_it_quietly(cli: CommandLine, home: Path) -> None:
    with Loopback(openai_stream("a" * 400, delay=0.02)) as server:
        write_lineup(home, server.base_url)
        with cli.started("ask", "Hello?") as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.read(4)
            process.stdout.close()
            said = process.stderr.read()
            process.wait(5)
        assert server.chats[0].wait_disconnected() is not None
    assert process.returncode == 1
    assert said == ""

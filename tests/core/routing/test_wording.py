"""The English sentences: each names the provider, keeps the code, and blames nobody."""

from __future__ import annotations

import pytest

from understudy.errors import ErrorKind
from understudy.routing.trace import Attempt, Trace
from understudy.routing.wording import (
    broke_off,
    nobody_answered,
    not_asked,
    reasons,
    resting_for,
    what_happened,
    why_resting,
)


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        (ErrorKind.RATE_LIMIT, 429, "Groq was rate limited (429)."),
        (ErrorKind.AUTH, 401, "Groq rejected the key (401)."),
        (ErrorKind.QUOTA, 402, "Groq has no credit left (402)."),
        (ErrorKind.NETWORK, None, "Groq could not be reached."),
        (ErrorKind.MODEL_GONE, 404, "Groq does not have llama-9 (404)."),
        (ErrorKind.FIRST_TOKEN_TIMEOUT, None, "Groq sent nothing for 8 s."),
        (ErrorKind.CONTENT_POLICY, None, "Groq declined to answer."),
    ],
)
def test_that_a_failure_reads_as_a_sentence(kind: ErrorKind, status: int | None, said: str) -> None:
    assert what_happened(kind, "Groq", "llama-9", status=status, seconds=8.0) == said


@pytest.mark.parametrize("kind", list(ErrorKind))
def test_that_every_kind_has_its_sentences(kind: ErrorKind) -> None:
    for said in (
        what_happened(kind, "Groq"),
        broke_off(kind, "Groq", status=529),
        why_resting("Groq", kind, 529, probing=False),
        why_resting("Groq", kind, None, probing=True),
    ):
        assert "Groq" in said
        assert said.endswith(".")
        assert "{" not in said


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        (ErrorKind.TRANSIENT, 529, "Claude broke off (529 overloaded)."),
        (ErrorKind.TRANSIENT, 500, "Claude broke off (500)."),
        (ErrorKind.INTERRUPTED, None, "Claude broke off."),
        (ErrorKind.IDLE_TIMEOUT, None, "Claude fell silent in mid-answer."),
        (ErrorKind.CONTENT_POLICY, None, "Claude declined to answer."),
        (ErrorKind.CANCELLED, None, "Claude was stopped."),
    ],
)
def test_that_a_failure_after_the_first_words_is_a_break(
    kind: ErrorKind, status: int | None, said: str
) -> None:
    assert broke_off(kind, "Claude", status=status) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "1 s"),
        (42.4, "42 s"),
        (99.0, "99 s"),
        (100.0, "2 min"),
        (5_000.0, "83 min"),
        (7_200, "2 h"),
    ],
)
def test_that_a_stretch_of_time_is_told_in_its_measure(seconds: float, said: str) -> None:
    assert resting_for(seconds) == said


def test_that_one_who_rests_is_told_with_the_time_left_where_there_is_one() -> None:
    why = "Groq was rate limited (429) and rests."
    assert not_asked(why, 142.0, 100.0) == f"{why} It can be asked again in 42 s."
    assert not_asked(why, None, 100.0) == why
    assert not_asked(why, 99.0, 100.0) == why


def _attempt(provider: str, happened: str, outcome: str = "failed") -> Attempt:
    assert outcome in {"failed", "cancelled"}
    return Attempt(
        provider,
        provider.upper(),
        "m",
        0.0,
        0.0,
        "failed" if outcome == "failed" else "cancelled",
        "next",
        kind=ErrorKind.NETWORK,
        happened=happened,
    )


def test_that_each_provider_has_one_reason_and_its_last_failure_counts() -> None:
    attempts = (
        _attempt("a", "A was slow."),
        _attempt("b", "B was stopped.", "cancelled"),
        _attempt("a", "A rejected the key (401)."),
    )

    told = reasons(attempts, (("c", "C is switched off."), ("a", "A rests.")))

    assert told == ("A rejected the key (401).", "C is switched off.")


def test_that_nobody_answered_reads_as_three_short_sentences() -> None:
    trace = Trace("r", (_attempt("a", "A could not be reached."),))
    error = nobody_answered(None, trace, ("A could not be reached.",))
    assert str(error) == (
        "Nobody in the line-up could answer. A could not be reached. "
        "The question is kept: try again, or mend one of the providers."
    )


def test_that_a_trace_is_plain_json() -> None:
    assert Trace("r", (_attempt("a", "A was slow."),)).as_json() == {
        "route": "r",
        "attempts": (
            {
                "provider": "a",
                "provider_name": "A",
                "model": "m",
                "started_at": 0.0,
                "duration": 0.0,
                "outcome": "failed",
                "decision": "next",
                "kind": "network",
                "status": None,
                "code": "",
                "happened": "A was slow.",
                "detail": "",
                "retry_after": None,
                "first_token": None,
                "characters": 0,
                "usage": None,
                "cost": None,
                "estimated": False,
            },
        ),
    }


@pytest.mark.parametrize(("seconds", "said"), [(0.5, "0.5 s"), (8.0, "8 s"), (120.0, "120 s")])
def test_that_a_deadline_reads_as_it_was_set(seconds: float, said: str) -> None:
    sentence = what_happened(ErrorKind.FIRST_TOKEN_TIMEOUT, "Groq", seconds=seconds)
    assert sentence == f"Groq sent nothing for {said}."

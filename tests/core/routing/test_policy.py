"""The decision table, row by row, and what is computed from it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.errors import ErrorKind
from understudy.providers.base import Availability
from understudy.routing.health import Rest
from understudy.routing.policy import Candidate, Known, Moment, make_plan, next_index, suits
from understudy.routing.route import Route, RouteEntry
from understudy.routing.rules import BACKOFF_CAP, PATIENCE, RULES
from understudy.routing.verdict import Situation, backoff, decide

K = ErrorKind

# kind, retried after a backoff, a short reset time is waited for, who is next, rest, who rests
TABLE = [
    (K.OFFLINE, False, False, "this-computer", "none", "provider"),
    (K.NETWORK, True, True, "anyone", "counted", "provider"),
    (K.TRANSIENT, True, True, "anyone", "counted", "model"),
    (K.RATE_LIMIT, False, True, "anyone", "reset", "model"),
    (K.QUOTA, False, False, "anyone", "long", "provider"),
    (K.AUTH, False, False, "anyone", "until-key", "provider"),
    (K.MODEL_GONE, False, False, "anyone", "long", "model"),
    (K.REGION, False, False, "anyone", "long", "provider"),
    (K.CONTEXT, False, False, "larger-window", "none", "model"),
    (K.CONTENT_POLICY, False, False, "nobody", "none", "model"),
    (K.BAD_REQUEST, False, False, "nobody", "none", "model"),
    (K.FIRST_TOKEN_TIMEOUT, False, False, "anyone", "counted", "model"),
    (K.IDLE_TIMEOUT, False, False, "anyone", "counted", "model"),
    (K.INTERRUPTED, False, False, "anyone", "counted", "model"),
    (K.MALFORMED_CHUNK, False, False, "anyone", "counted", "model"),
    (K.CANCELLED, False, False, "nobody", "none", "model"),
]


def situation(kind: ErrorKind, **changes: Any) -> Situation:
    usual = Situation(
        kind,
        retry_after=None,
        attempts=1,
        retries=0,
        waited=0.0,
        shown=False,
        tool_called=False,
        rescue="carry-on",
        somebody_left=True,
    )
    return replace(usual, **changes)


def test_that_every_kind_of_failure_has_its_row() -> None:
    assert {row[0] for row in TABLE} == set(ErrorKind) == set(RULES)


@pytest.mark.parametrize(("kind", "retried", "patient", "then", "cooldown", "scope"), TABLE)
def test_that_the_table_says_what_follows_from_a_failure(
    kind: ErrorKind, retried: bool, patient: bool, then: str, cooldown: str, scope: str
) -> None:
    here = Candidate("a", "A", "m", 8.0)
    local = Candidate("b", "B", "m", 8.0, local=True)
    far = Candidate("c", "C", "m", 8.0)

    with_retries = decide(situation(kind, retries=1), 0.5)
    with_short_reset = decide(situation(kind, retry_after=2.0), 0.5)

    assert (with_retries.decision == "again") == retried
    assert (with_short_reset.decision == "again") == patient
    assert suits(kind, here, far) == (then in {"anyone", "larger-window"})
    assert suits(kind, here, local) == (then in {"anyone", "larger-window", "this-computer"})
    assert (RULES[kind].then, RULES[kind].cooldown, RULES[kind].scope) == (then, cooldown, scope)


@pytest.mark.parametrize("kind", list(ErrorKind))
def test_that_after_the_first_word_nobody_is_asked_again_and_the_next_carries_on(
    kind: ErrorKind,
) -> None:
    shown = situation(kind, shown=True, retries=5, retry_after=0.1)

    assert decide(shown, 0.5).decision == "carry_on"
    assert decide(replace(shown, somebody_left=False), 0.5).decision == "stop"
    assert decide(replace(shown, rescue="keep"), 0.5).decision == "stop"
    assert decide(replace(shown, tool_called=True), 0.5).decision == "stop"


@pytest.mark.parametrize(
    ("retry_after", "attempts", "retries", "waited", "again"),
    [
        (0.0, 1, 0, 0.0, True),
        (PATIENCE, 1, 0, 0.0, True),
        (PATIENCE + 0.1, 1, 5, 0.0, False),
        (1.0, 2, 0, 1.0, False),
        (1.0, 2, 2, 1.0, True),
        (1.0, 3, 5, 2.5, False),
    ],
)
def test_that_a_reset_time_is_waited_for_within_the_patience_and_the_retries(
    retry_after: float, attempts: int, retries: int, waited: float, again: bool
) -> None:
    verdict = decide(
        situation(
            K.RATE_LIMIT, retry_after=retry_after, attempts=attempts, retries=retries, waited=waited
        ),
        0.5,
    )

    assert (verdict.decision, verdict.wait) == (("again", retry_after) if again else ("next", 0.0))


@given(st.integers(1, 2000), st.floats(0, 1, exclude_max=True))
def test_that_a_backoff_doubles_is_spread_and_has_a_cap(attempts: int, jitter: float) -> None:
    seconds = backoff(attempts, jitter)

    assert backoff(attempts, 0.0) <= seconds <= BACKOFF_CAP
    assert backoff(attempts, 0.0) == min(BACKOFF_CAP, 0.4 * 2 ** min(attempts - 1, 10)) / 2


@pytest.mark.parametrize(
    ("failed", "other", "asked"),
    [(8, 16, True), (8, 8, False), (8, 4, False), (None, 4, True), (8, None, True)],
)
def test_that_too_long_a_conversation_goes_to_windows_not_known_to_be_no_larger(
    failed: int | None, other: int | None, asked: bool
) -> None:
    here = Candidate("a", "A", "m", 8.0, context_window=failed)

    assert suits(K.CONTEXT, here, Candidate("b", "B", "m", 8.0, context_window=other)) == asked


def test_that_a_plan_keeps_the_order_and_says_why_each_other_is_skipped() -> None:
    available = Availability("available")
    known = {
        "a": Known("A", local=False, default_model="a-1", availability=available),
        "here": Known("Here", local=True, default_model="", availability=available),
        "bare": Known("Bare", False, "b", Availability("not-configured", "Bare has no key.")),
        "off": Known("Off", False, "o", Availability("disabled", "Off is switched off.")),
    }
    rests = {
        ("a", "tired"): Rest(K.RATE_LIMIT, 0.0, 99.0, 1, 429),
        ("a", "tried"): Rest(K.TRANSIENT, 0.0, 1.0, 2, 503, probing=True),
    }
    entries = (
        RouteEntry("here"),
        RouteEntry("bare"),
        RouteEntry("a", "tired"),
        RouteEntry("a", first_token_within=3.0, retries=2),
        RouteEntry("off"),
        RouteEntry("a", "tried"),
        RouteEntry("ghost", "g"),
        RouteEntry("a", "a-2", enabled=False),
    )

    plan = make_plan(
        Route("r", entries), known, Moment(lambda provider, model: rests.get((provider, model)))
    )

    assert plan.route == "r"
    assert plan.candidates == (
        Candidate("here", "Here", "", 30.0, local=True, expected_cost=0.0),
        Candidate("a", "A", "a-1", 3.0, retries=2),
    )
    assert [(skip.provider, skip.model, skip.reason, skip.until) for skip in plan.skipped] == [
        ("bare", "b", "not-configured", None),
        ("a", "tired", "cooling", 99.0),
        ("off", "o", "disabled", None),
        ("a", "tried", "probing", 1.0),
        ("ghost", "g", "not-registered", None),
        ("a", "a-2", "disabled", None),
    ]
    assert [skip.why for skip in plan.skipped] == [
        "Bare has no key.",
        "A was rate limited (429) and rests.",
        "Off is switched off.",
        "A could not answer (503); one request is trying it again just now.",
        "ghost is not set up here.",
        "A is switched off in this route.",
    ]


def test_that_one_who_was_not_asked_after_all_hands_on_to_anyone() -> None:
    candidates = [Candidate(name, name, "m", 8.0) for name in "abc"]
    rest = Rest(K.AUTH, 0.0, None, 1)

    def rest_of(provider: str, model: str) -> Rest | None:
        return rest if provider == "b" and model == "m" else None

    assert next_index(candidates, 0, [], rest_of) == 2
    assert next_index(candidates, 2, [], rest_of) is None


def nobody_rests(_provider: str, _model: str) -> None:
    """A health without rests."""


def test_that_whoever_is_asked_suits_all_failures_before_and_not_only_the_last() -> None:
    small = Candidate("a", "A", "m", 8.0, context_window=8)
    large = Candidate("b", "B", "m", 8.0, context_window=128)
    smaller = Candidate("c", "C", "m", 8.0, context_window=4)
    far = Candidate("d", "D", "m", 8.0, context_window=256)
    here = Candidate("e", "E", "m", 8.0, context_window=256, local=True)
    candidates = [small, large, smaller, far, here]
    too_long, unreachable = (K.CONTEXT, small), (K.NETWORK, large)

    assert next_index(candidates, 1, [too_long, unreachable], nobody_rests) == 3
    assert next_index(candidates, 1, [too_long, (K.OFFLINE, large)], nobody_rests) == 4

"""Every fault of the catalogue, over real sockets and in process: who answers, and what is lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from math import inf
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.errors import ErrorKind
from understudy.model_facts import ModelFacts
from understudy.providers.base import ProviderRow
from understudy.rehearsal.fault import Chunk, Fault
from understudy.rehearsal.faults import CATALOGUE
from understudy.rehearsal.in_process import InProcess
from understudy.rehearsal.on_sockets import OnSockets
from understudy.rehearsal.rehearsal import play
from understudy.rehearsal.run import Run, Terms, Who
from understudy.rehearsal.speech import ANSWER, SPEECH
from understudy.routing.route import Route, RouteEntry

if TYPE_CHECKING:
    from understudy.wire.format import WireName

STAGES: Final = {"sockets": OnSockets, "in process": InProcess}
ROWS: Final = {
    row.id: row
    for row in (
        ProviderRow("a", "A", "openai-chat", "", models=("a-1",)),
        ProviderRow("b", "B", "anthropic", "", models=("b-1",)),
        ProviderRow("c", "C", "ollama", "", models=("c-1",), local=True),
    )
}
A, B, C = (Who(provider, f"{provider}-1") for provider in "abc")
ROUTE: Final = Route("r", tuple(RouteEntry(provider) for provider in ROWS))
TERMS: Final = Terms(lambda provider, model: ModelFacts())
BY_ID: Final = {fault.id: fault for fault in CATALOGUE}
ONCE: Final = [fault for fault in CATALOGUE if fault.questions == 1]
WAYS: Final = [
    pytest.param(fault, way, id=f"{fault.id}-{way}")
    for fault in ONCE
    for way in STAGES
    if way == "in process" or fault.on_sockets
]
ANSWERS: Final = {"next": "b", "same": "a", "larger-window": "b", "this-computer": "c"}


@cache
def played(
    fault: Fault, way: str = "in process", *, route: Route = ROUTE, all_but_last: bool = False
) -> Run:
    """What came of a fault; several tests look at the same run."""
    stage = STAGES[way]()
    return play(fault, route, ROWS, stage, terms=TERMS, all_but_last=all_but_last)


def answered_by(run: Run) -> list[str | None]:
    """Who gave each answer; nobody where it did not come."""
    return [each.trail[-1].provider if each.finished else None for each in run.heard]


def asked_of_first(fault: Fault) -> int:
    """How many requests reach the first by the rules as they ship."""
    if not fault.replies[0].is_heard:
        return 0
    return len(fault.replies) + fault.recovers


@pytest.mark.parametrize(("fault", "way"), WAYS)
def test_that_it_is_understood_and_the_right_one_answers_without_a_loss(
    fault: Fault, way: str
) -> None:
    run = played(fault, way)

    [heard] = run.heard
    kinds = [attempt.kind for attempt in heard.trail if attempt.kind is not None]
    refused = [ErrorKind.BAD_REQUEST] if fault.behind == "refuses-prefill" else []
    assert kinds == ([] if fault.kind is None else [fault.kind, *refused])
    assert answered_by(run) == [ANSWERS.get(fault.then)]
    assert heard.text == (ANSWER if heard.finished else "")


@pytest.mark.parametrize(("fault", "way"), WAYS)
def test_that_nobody_is_asked_more_often_than_needed(fault: Fault, way: str) -> None:
    requests = Counter(played(fault, way).requests)

    first = asked_of_first(fault)
    match fault.then:
        case "same" | "nobody":
            assert requests == {A: first, B: 0, C: 0}
        case "this-computer":
            assert requests == {A: first, B: 0, C: 1}
        case "next" | "larger-window":
            second = 2 if fault.behind == "refuses-prefill" else 1
            assert requests == {A: first, B: second, C: 0}


@pytest.mark.parametrize(("fault", "way"), WAYS)
def test_that_whoever_failed_rests_as_long_as_it_should_and_nobody_else(
    fault: Fault, way: str
) -> None:
    rests = played(fault, way).rests

    expected = {"none": 0.0, "counted": 0.0, "until-key": inf}
    rest = expected[fault.rests] if isinstance(fault.rests, str) else fault.rests
    assert rests == {A: pytest.approx(rest, abs=1e-3), B: 0.0, C: 0.0}


@pytest.mark.parametrize(("fault", "way"), WAYS)
def test_that_the_last_one_answers_where_all_others_meet_it(fault: Fault, way: str) -> None:
    run = played(fault, way, all_but_last=True)

    last = {"same": "a", "nobody": None}
    assert answered_by(run) == [last.get(fault.then, "c")]
    [heard] = run.heard
    assert heard.text == (ANSWER if heard.finished else "")
    first, *_ = heard.trail
    assert first.kind is fault.kind


@pytest.mark.parametrize("fault", [each for each in ONCE if each.on_sockets], ids=lambda f: f.id)
def test_that_it_goes_in_process_as_it_goes_over_sockets(fault: Fault) -> None:
    runs = [played(fault, way) for way in STAGES]

    [[over_sockets], [in_process]] = [run.heard for run in runs]
    assert over_sockets.text == in_process.text
    assert over_sockets.first_word == pytest.approx(in_process.first_word)
    assert over_sockets.duration == pytest.approx(in_process.duration)
    assert runs[0].requests == runs[1].requests
    assert [(each.kind, each.status, each.decision) for each in over_sockets.trail] == [
        (each.kind, each.status, each.decision) for each in in_process.trail
    ]


def test_that_the_catalogue_holds_every_kind_of_failure_that_a_provider_can_cause() -> None:
    kinds = {fault.kind for fault in CATALOGUE} - {None}
    assert kinds == set(ErrorKind) - {ErrorKind.CANCELLED}
    assert len(CATALOGUE) >= 30
    assert len(BY_ID) == len({fault.title for fault in CATALOGUE}) == len(CATALOGUE)
    assert {fault.wire for fault in CATALOGUE} >= {"openai-chat", "anthropic", "gemini", "ollama"}


def test_that_titles_fit_into_a_table() -> None:
    assert [fault.title for fault in CATALOGUE if len(fault.title) > 60] == []


@pytest.mark.parametrize(
    ("fault", "first_word", "duration"),
    [
        ("silence", 8.0, 8.0),
        ("slow-first-word", 8.0, 8.0),
        ("stalled", 0.0, 30.0),
        ("frozen", 0.0, 30.0),
        ("trickle", 1.0, 24.0),
        ("limit-short", 1.0, 1.0),
        ("left-open", 0.0, 2.0),
    ],
)
@pytest.mark.parametrize("way", STAGES)
def test_that_the_clocks_are_kept_to_the_second(
    fault: str, first_word: float, duration: float, way: str
) -> None:
    [heard] = played(BY_ID[fault], way).heard
    assert heard.first_word == pytest.approx(first_word)
    assert heard.duration == pytest.approx(duration)


@pytest.mark.parametrize("way", STAGES)
def test_that_an_outage_that_comes_and_goes_costs_a_few_requests_and_no_answer(way: str) -> None:
    run = played(BY_ID["flapping"], way)

    assert [each.text for each in run.heard] == [ANSWER] * 20
    failures = [each for heard in run.heard for each in heard.trail if each.outcome == "failed"]
    assert {failure.provider for failure in failures} == {"a"}
    assert len(failures) <= 7, "13 questions fall into its outages"
    assert answered_by(run)[-1] == "a", "it is asked again once it is back"
    assert all(heard.duration == 0.0 for heard in run.heard)


def test_that_a_limited_provider_is_passed_by_until_its_reset_and_asked_again_after_it() -> None:
    fault = replace(BY_ID["limit-seconds"], questions=3, every=30.0, recovers=True)

    run = played(fault)

    assert answered_by(run) == ["b", "b", "a"]
    assert run.requests[A] == 2
    assert run.rests[A] == 0.0


def test_that_a_rejected_key_is_not_tried_again_all_day() -> None:
    run = played(replace(BY_ID["key-rejected"], questions=25, every=3_600.0))
    assert run.requests[A] == 1
    assert answered_by(run) == ["b"] * 25


def test_that_a_network_that_is_down_charges_nobody_however_often_one_asks() -> None:
    run = played(replace(BY_ID["offline"], questions=5, every=1.0))
    assert answered_by(run) == ["c"] * 5
    assert set(run.rests.values()) == {0.0}


def test_that_a_window_that_is_not_larger_is_not_asked() -> None:
    entries = (
        RouteEntry("a", context_window=8_000),
        RouteEntry("b", context_window=8_000),
        RouteEntry("c", context_window=9_000),
    )
    run = played(BY_ID["context"], route=Route("r", entries))
    assert answered_by(run) == ["c"]
    assert run.requests[B] == 0


@pytest.mark.parametrize("way", STAGES)
def test_that_starting_again_loses_nothing_either(way: str) -> None:
    run = played(BY_ID["cut"], way, route=replace(ROUTE, rescue="restart"))
    [heard] = run.heard
    assert (heard.text, heard.finished) == (ANSWER, True)


def test_that_keeping_the_part_keeps_it() -> None:
    run = played(BY_ID["cut"], route=replace(ROUTE, rescue="keep"))
    [heard] = run.heard
    assert not heard.finished
    assert heard.text
    assert ANSWER.startswith(heard.text)


def test_that_all_models_of_a_provider_meet_what_concerns_all_of_it() -> None:
    route = Route("r", (RouteEntry("a", "a-1"), RouteEntry("a", "a-2"), RouteEntry("b")))
    run = played(BY_ID["key-rejected"], route=route)
    assert run.met_by == (A, Who("a", "a-2"))
    assert run.requests[Who("a", "a-2")] == 0, "the key is the same"
    assert answered_by(run) == ["b"]


@given(wire=st.sampled_from(list(SPEECH)), place=st.floats(0, 1), lumps=st.integers(1, 2_000))
def test_that_an_answer_cut_at_any_byte_in_any_format_is_carried_on_without_a_seam_in_the_text(
    wire: WireName, place: float, lumps: int
) -> None:
    stream = b"".join(chunk.data for chunk in SPEECH[wire].whole().chunks)
    begun = stream[: int(place * len(stream))]
    chunks = [Chunk(begun[at : at + lumps]) for at in range(0, len(begun), lumps)]
    reply = replace(SPEECH[wire].whole(), chunks=tuple(chunks), ending="cut")

    fault = Fault("cut", "Cut", ErrorKind.INTERRUPTED, (reply,), wire=wire)
    [heard] = play(fault, ROUTE, ROWS, InProcess(), terms=TERMS).heard

    assert heard.finished
    assert heard.text == ANSWER

"""A whole rehearsal of a route, and what its scorecard says."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from understudy.errors import ErrorKind, UsageError
from understudy.model_facts import ModelFacts
from understudy.providers.base import ProviderRow
from understudy.providers.catalog import CATALOG
from understudy.rehearsal.faults import CATALOGUE
from understudy.rehearsal.in_process import InProcess
from understudy.rehearsal.rehearsal import play, rehearse
from understudy.rehearsal.run import Terms, Who
from understudy.rehearsal.scorecard import Line, compare, judge
from understudy.rehearsal.speech import ANSWER
from understudy.routing.route import Route, RouteEntry
from understudy.routing.rules import RuleChange

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.rehearsal.scorecard import Scorecard

BY_ID = {fault.id: fault for fault in CATALOGUE}
ROWS = {row.id: row for row in CATALOG}
TERMS = Terms(lambda provider, model: ModelFacts())


def route_of(*providers: str, **how: Any) -> Route:
    return Route("Everyday", tuple(RouteEntry(provider) for provider in providers), **how)


def card_of(
    *faults: str, route: Route | None = None, rows: Mapping[str, ProviderRow] = ROWS
) -> Scorecard:
    played = [BY_ID[fault] for fault in faults] or CATALOGUE
    route = route_of("openai", "anthropic", "ollama") if route is None else route
    return rehearse(route, rows, faults=played, terms=TERMS)


def test_that_a_route_of_three_stands_everything() -> None:
    told: list[Line] = []
    route = route_of("openai", "anthropic", "ollama")
    card = rehearse(route, ROWS, terms=TERMS, told=told.append)

    assert card.nothing_lost
    assert card.misunderstood == ()
    assert card.count("unanswered") == 0
    stopped = {line.fault.id for line in card.lines if line.outcome == "stopped"}
    assert stopped == {"bad-request", "declined", "declined-in-answer", "tool-cut"}
    assert card.verdict() == (
        f"{len(CATALOGUE) - 4} of {len(CATALOGUE)} answered, 4 rightly stopped, nothing lost."
    )
    assert tuple(told) == card.lines


def test_that_stand_ins_have_the_names_and_models_of_the_real_ones() -> None:
    card = card_of("cut")
    assert [(each.provider, each.provider_name, each.local) for each in card.order] == [
        ("openai", "OpenAI", False),
        ("anthropic", "Anthropic", False),
        ("ollama", "Ollama", True),
    ]
    [line] = card.lines
    first, all_but_last = line.results
    assert first.met_by == (f"openai/{ROWS['openai'].models[0]}",)
    assert first.answered_by == ("Anthropic",)
    assert all_but_last.met_by == (*first.met_by, f"anthropic/{ROWS['anthropic'].models[0]}")
    assert all_but_last.answered_by == ("Ollama",)


def test_that_a_route_of_one_says_who_has_nobody_behind_it() -> None:
    card = card_of("cut", "key-rejected", "limit-short", "declined", route=route_of("openai"))
    assert card.nobody_behind == "OpenAI"
    assert not card.nothing_lost
    assert [line.outcome for line in card.lines] == [
        "unanswered",
        "unanswered",
        "answered",
        "stopped",
    ]
    cut, rejected, *_ = (line.results[0] for line in card.lines)
    assert cut.lost == len(ANSWER) - 130
    assert rejected.lost == len(ANSWER)
    assert card.verdict() == "1 of 4 answered, 1 rightly stopped, 2 unanswered."


def test_that_a_route_of_two_is_played_once_each() -> None:
    card = card_of("cut", "offline", route=route_of("openai", "ollama"))
    assert [len(line.results) for line in card.lines] == [1, 1]
    assert card.nobody_behind == ""


def test_that_without_a_model_on_this_computer_being_offline_is_no_fault_of_the_route() -> None:
    card = card_of("offline", route=route_of("openai", "groq"))
    [line] = card.lines
    assert (line.outcome, line.is_whole, line.is_understood) == ("stopped", True, True)
    [result] = line.results
    assert result.met_by == tuple(
        f"{provider}/{ROWS[provider].models[0]}" for provider in ("openai", "groq")
    )
    assert set(result.rests.values()) == {0.0}


def test_that_a_route_on_this_computer_does_not_meet_the_networks_faults() -> None:
    card = card_of("offline", "captive-portal", route=route_of("ollama", "lmstudio"))
    assert [line.outcome for line in card.lines] == ["answered", "answered"]
    assert card.misunderstood == ()


def test_that_a_program_of_this_computer_that_is_closed_does_not_rest() -> None:
    route = Route("r", (RouteEntry("ollama", retries=2), RouteEntry("openai")))
    card = card_of("refused", route=route)
    assert card.misunderstood == ()
    assert set(card.lines[0].results[0].rests.values()) == {0.0}


def test_that_the_routes_own_retries_deadlines_and_rescue_count() -> None:
    first = RouteEntry("openai", retries=2, first_token_within=3.0)
    route = Route("r", (first, RouteEntry("ollama")), rescue="keep")
    card = card_of("silence", "server-error", "cut", route=route)
    silence, server_error, cut = (line.results[0] for line in card.lines)
    assert silence.first_word == pytest.approx(3.0)
    assert sum(server_error.requests.values()) == 4, "three of the first, one of the next"
    assert server_error.remembered
    assert max(server_error.rests.values()) > 0.0, "after failures in a row"
    assert (cut.outcome, cut.lost) == ("stopped", 0), "as the route has it"
    assert card.nothing_lost


def test_that_the_routes_own_rules_count() -> None:
    rules = (
        RuleChange(ErrorKind.RATE_LIMIT, then="nobody"),
        RuleChange(ErrorKind.CONTENT_POLICY, then="anyone"),
    )
    card = card_of("limit-seconds", "declined", route=route_of("openai", "groq", rules=rules))
    assert [line.outcome for line in card.lines] == ["stopped", "answered"]
    assert card.nothing_lost


def test_that_a_private_route_is_rehearsed_as_it_is() -> None:
    card = card_of("refused", route=route_of("openai", "ollama", "lmstudio", private=True))
    assert [each.provider for each in card.order] == ["ollama", "lmstudio"]
    assert [each.reason for each in card.skipped] == ["outside"]


def test_that_a_strategy_decides_who_meets_the_fault() -> None:
    facts = {"openai": ModelFacts(input_price=9.0, output_price=9.0)}
    terms = Terms(lambda provider, model: facts.get(provider, ModelFacts()))
    route = route_of("openai", "ollama", strategy="cheapest")
    card = rehearse(route, ROWS, faults=[BY_ID["cut"]], terms=terms)
    [line] = card.lines
    assert line.results[0].met_by == ("ollama",)
    assert line.results[0].answered_by == ("OpenAI",)


def test_that_a_provider_that_is_not_described_is_skipped_and_named() -> None:
    card = card_of("cut", route=route_of("gone", "openai", "ollama"))
    assert [each.provider for each in card.skipped] == ["gone"]
    assert card.nothing_lost


def test_that_a_route_in_which_nobody_can_be_asked_is_said() -> None:
    with pytest.raises(UsageError, match="Nobody in the route"):
        card_of("cut", route=Route("Empty", ()))


def test_that_nothing_is_sent_but_to_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts: set[str] = set()
    connect = socket.socket.connect

    def watched(self: socket.socket, address: tuple[str, int]) -> None:
        hosts.add(address[0])
        connect(self, address)

    def forbidden(*arguments: object, **_: object) -> None:
        raise AssertionError(f"looked up {arguments}")

    monkeypatch.setattr(socket.socket, "connect", watched)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    card = card_of("key-rejected", "cut", "moved", "silence", "no-names", "refused")
    assert card.nothing_lost
    assert hosts == {"127.0.0.1"}


def test_that_no_key_and_no_header_of_the_users_goes_along() -> None:
    rows = {**ROWS, "openai": replace(ROWS["openai"], extra_headers=(("x-team", "secret"),))}
    card = card_of("cut", rows=rows)
    assert "secret" not in repr(card)


@pytest.mark.parametrize(
    ("fault", "wrongly"),
    [
        ("limit-seconds", {"a": 0.0, "b": 0.0}),
        ("limit-seconds", {"a": 20.0, "b": 0.0}),
        ("limit-seconds", {"a": 42.0, "b": 5.0}),
        ("key-rejected", {"a": 86_400.0, "b": 0.0}),
        ("cut", {"a": 5.0, "b": 0.0}),
        ("offline", {"a": 5.0, "b": 0.0}),
    ],
)
def test_that_a_rest_that_should_not_be_or_is_too_short_is_found(
    fault: str, wrongly: dict[str, float]
) -> None:
    rows = {id_: ProviderRow(id_, id_, "openai-chat", "") for id_ in "ab"}
    route = route_of("a", "b")
    run = play(BY_ID[fault], route, rows, InProcess(), terms=TERMS)
    assert judge(BY_ID[fault], run, route).remembered
    rests = {Who(provider, ""): rest for provider, rest in wrongly.items()}
    assert not judge(BY_ID[fault], replace(run, rests=rests), route).remembered


def test_that_a_failure_that_is_taken_for_another_is_told() -> None:
    fault = replace(BY_ID["cut"], kind=ErrorKind.AUTH)
    card = rehearse(route_of("openai", "ollama"), ROWS, faults=[fault], terms=TERMS)
    assert card.misunderstood == ("cut",)
    assert card.nothing_lost, "which is another question"


def test_that_the_scorecard_is_plain_json() -> None:
    card = card_of("key-rejected", "trickle")
    rejected, trickle = (json.loads(json.dumps(line.as_json())) for line in card.lines)
    assert rejected["kind"] == "auth"
    assert rejected["played"] == "over a socket"
    assert trickle["played"] == "in process"
    assert trickle["met"][0]["first_word"] == 1.0
    [first, _] = rejected["met"]
    assert None in first["rests"].values(), "until the key is replaced"
    summary = json.loads(json.dumps(card.as_json()))
    assert summary["type"] == "summary"
    assert (summary["faults"], summary["answered"], summary["nothing_lost"]) == (2, 2, True)


@pytest.mark.parametrize(
    ("text", "whole", "lost", "doubled"),
    [
        (ANSWER, True, 0, 0),
        (ANSWER[:100], True, len(ANSWER) - 100, 0),
        (ANSWER[:100], False, 0, 0),
        (ANSWER[:100] + ANSWER[80:], True, 0, 20),
        (ANSWER[:100] + ANSWER[110:], True, 10, 0),
        (ANSWER + ANSWER, True, 0, len(ANSWER)),
        ("", True, len(ANSWER), 0),
        ("", False, 0, 0),
    ],
)
def test_that_every_missing_and_doubled_character_is_counted(
    text: str, lost: int, doubled: int, *, whole: bool
) -> None:
    assert compare(text, whole=whole) == (lost, doubled)

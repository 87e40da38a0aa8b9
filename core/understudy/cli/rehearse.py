"""``understudy rehearse``: what a route does when its providers fail, played on this computer."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from understudy.cli.session import chosen_route, with_workspace
from understudy.model_facts import ModelFacts
from understudy.providers.base import KnowsModels

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Mapping

    from understudy.assembly import Workspace
    from understudy.cli.console import Console
    from understudy.providers.base import ProviderRow
    from understudy.rehearsal.scorecard import Line, Result, Scorecard
    from understudy.routing.route import Route

_NO_ROUTE = (
    "You have set no route: this is the order without the keys in your keyring, "
    "which are not read here."
)


class _Rehearsed(NamedTuple):
    """A route, its providers as rows, what is known of their models, and who is left out."""

    route: Route
    rows: Mapping[str, ProviderRow]
    facts: Callable[[str, str], ModelFacts]
    left_out: Mapping[str, str]


def run(args: argparse.Namespace, console: Console) -> int:
    """Play every fault against the route and print the scorecard; 0 where nothing was lost."""
    from understudy.rehearsal.rehearsal import rehearse
    from understudy.rehearsal.run import Terms

    rehearsed = with_workspace(console, partial(_look_up, args.route, console), keys=False)
    told = _told_as_json(console) if console.json else None
    card = rehearse(rehearsed.route, rehearsed.rows, terms=Terms(rehearsed.facts), told=told)
    if console.json:
        console.object(card.as_json())
    else:
        _print(card, rehearsed, console)
    return 0 if card.nothing_lost else 1


async def _look_up(name: str, console: Console, workspace: Workspace) -> _Rehearsed:
    """Find the route and describe its providers; no key of theirs is read for it."""
    route = workspace.router.route(await chosen_route(workspace, name, ()))
    if not workspace.settings.routes:
        console.note(_NO_ROUTE)
    rows: dict[str, ProviderRow] = {}
    left_out: dict[str, str] = {}
    for provider in dict.fromkeys(entry.provider for entry in route.entries):
        problem = _problem(workspace, provider)
        if problem:
            left_out[provider] = problem
        else:
            model = workspace.provider(provider).default_model
            row = workspace.placed(provider).row
            rows[provider] = replace(row, models=row.models or ((model,) if model else ()))
    providers = {provider: workspace.provider(provider) for provider in rows}

    def facts(provider: str, model: str) -> ModelFacts:
        known = providers[provider]
        return known.facts(model) if isinstance(known, KnowsModels) else ModelFacts()

    return _Rehearsed(route, rows, facts, left_out)


def _problem(workspace: Workspace, provider: str) -> str:
    """Say why a provider of the route could not be asked, whatever its key is."""
    if provider not in workspace.provider_ids:
        return f"{provider} is not set up here."
    placed = workspace.placed(provider)
    return placed.problem or ("" if placed.enabled else f"{placed.row.name} is switched off.")


def _told_as_json(console: Console) -> Callable[[Line], None]:
    return lambda line: console.object(line.as_json())


def _print(card: Scorecard, rehearsed: _Rehearsed, console: Console) -> None:
    order = " → ".join(each.provider_name for each in card.order)
    console.line(f"{card.route}: {order}")
    for why in _skipped(card, rehearsed):
        console.line(f"Not rehearsed: {why}")
    console.line()
    console.table(_rows(card), indent="")
    console.line()
    for line in _closing(card):
        console.line(line)


def _skipped(card: Scorecard, rehearsed: _Rehearsed) -> Iterator[str]:
    for each in card.skipped:
        yield rehearsed.left_out.get(each.provider, each.why)


def _rows(card: Scorecard) -> Iterator[tuple[str, ...]]:
    last = card.order[-1].provider_name
    more = any(len(line.results) > 1 for line in card.lines)
    second = (f"ONLY {last} LEFT",) if more else ()
    yield ("FAULT", "TAKEN FOR", "ANSWERED BY", *second, "FIRST WORD", "LOST")
    for line in card.lines:
        answered = [_answered(result) for result in line.results]
        answered += [""] * (more and len(line.results) == 1)
        yield (line.fault.title, _taken_for(line), *answered, _first_word(line), _lost(line))


def _taken_for(line: Line) -> str:
    """Name the failure as it was understood; with a mark where it is something else."""
    kind = line.results[0].understood
    told = "nothing" if kind is None else kind.value.replace("_", " ")
    return told if line.is_understood else f"{told} (!)"


def _answered(result: Result) -> str:
    match result.outcome:
        case "answered":
            return ", ".join(result.answered_by)
        case "stopped":
            return "rightly nobody"
        case "unanswered":
            return "nobody"


def _first_word(line: Line) -> str:
    """Tell how long the first word took, for each column where they differ."""
    firsts = [result.first_word for result in line.results if result.first_word is not None]
    return ", ".join(dict.fromkeys(f"{first:.3g} s" if first else "at once" for first in firsts))


def _lost(line: Line) -> str:
    lost = sum(result.lost for result in line.results)
    doubled = sum(result.doubled for result in line.results)
    told = [f"{lost} characters"] if lost else []
    told += [f"{doubled} twice"] if doubled else []
    return ", ".join(told) or "nothing"


def _closing(card: Scorecard) -> Iterator[str]:
    """Say how it was played, what is wrong, and last what came of it."""
    sockets = sum(line.played == "over a socket" for line in card.lines)
    inside = len(card.lines) - sockets
    yield f"{sockets} played over sockets of this computer, {inside} in process, on virtual time."
    if card.misunderstood:
        yield f"Taken for something else, or remembered wrongly: {', '.join(card.misunderstood)}."
    if card.nobody_behind:
        yield (
            f"{card.nobody_behind} has nobody behind it: put another into the route with "
            "understudy routes set."
        )
    yield card.verdict()

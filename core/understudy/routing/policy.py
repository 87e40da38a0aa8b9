"""Who would be asked in which order, and why others would not. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from understudy.routing.needs import Needs
from understudy.routing.ordering import Insight, Rated, cost, in_order
from understudy.routing.route import DEFAULT_FIRST_TOKEN, DEFAULT_FIRST_TOKEN_LOCAL
from understudy.routing.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from understudy.errors import ErrorKind
    from understudy.model_facts import ModelFacts
    from understudy.providers.base import Availability
    from understudy.routing.health import Rest
    from understudy.routing.route import Route, RouteEntry
    from understudy.routing.rules import Rule

ANY_NEEDS = Needs()
NO_INSIGHT = Insight()
FITS_FROM = 0.8
"""How much of the estimated tokens has to fit: an estimate must not keep anybody from answering."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One that would be asked. ``first_token_within`` is its deadline in seconds.

    An empty ``model`` leaves the choice to the provider. ``expected_cost`` is what the request
    would cost in USD, ``saves`` what staying here costs less than moving on; ``None`` where that
    is not known. ``prefill``: it goes on from an answer that was begun for it.
    """

    provider: str
    provider_name: str
    model: str
    first_token_within: float
    retries: int = 0
    local: bool = False
    context_window: int | None = None
    weight: float = 1.0
    prefill: bool = False
    expected_cost: float | None = None
    saves: float | None = None


SkipReason: TypeAlias = Literal[
    "not-registered",
    "not-configured",
    "disabled",
    "cooling",
    "probing",
    "outside",
    "too-small",
    "no-tools",
    "over-budget",
    "own-limit",
]


@dataclass(frozen=True, slots=True)
class Skipped:
    """One that would not be asked, and why. ``until`` is seconds since the epoch, where known."""

    provider: str
    provider_name: str
    model: str
    reason: SkipReason
    why: str
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The order that is tried for a request, and why each other entry of the route is not."""

    route: str
    candidates: tuple[Candidate, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What the policy has to know of a registered provider."""

    name: str
    local: bool
    default_model: str
    availability: Availability


@dataclass(frozen=True, slots=True)
class Bar:
    """A limit of the user's own that is reached; ``until`` in seconds since the epoch."""

    reason: Literal["over-budget", "own-limit"]
    why: str
    until: float


def _no_bar(provider: str) -> Bar | None:
    del provider
    return None


def _no_accounts(provider: str) -> tuple[str, ...]:
    del provider
    return ()


def _no_insight(provider: str, model: str) -> Insight:
    del provider, model
    return NO_INSIGHT


@dataclass(frozen=True, slots=True)
class Moment:
    """How things stand just now.

    ``rest_of`` tells whether (provider, model) rests, and why; ``bar_of`` which limit of the user's
    own a provider has reached; ``insight_of`` how (provider, model) has done. ``accounts_of`` a
    provider are its further keys, by the ids that they have. ``draw`` is chance's number.
    """

    rest_of: RestOf
    bar_of: Callable[[str], Bar | None] = _no_bar
    insight_of: Callable[[str, str], Insight] = _no_insight
    accounts_of: Callable[[str], tuple[str, ...]] = _no_accounts
    draw: float = 0.0


RestOf: TypeAlias = "Callable[[str, str], Rest | None]"


def make_plan(
    route: Route, known: Mapping[str, Known], moment: Moment, needs: Needs = ANY_NEEDS
) -> Plan:
    """Put the route's entries in order: those to ask, and those to skip with their reason."""
    rated: list[Rated] = []
    skipped: list[Skipped] = []
    for entry in _with_accounts(route.entries, moment.accounts_of):
        place = _place(route, entry, known.get(entry.provider), moment, needs)
        if isinstance(place, Skipped):
            skipped.append(place)
        else:
            rated.append(place)
    candidates = in_order(route, rated, needs, moment.draw)
    return Plan(route.name, candidates, tuple(skipped))


def _with_accounts(
    entries: Sequence[RouteEntry], accounts_of: Callable[[str], tuple[str, ...]]
) -> Iterator[RouteEntry]:
    """Put a provider's further keys behind its first: one key's limits are not the others'."""
    for entry in entries:
        yield entry
        for account in accounts_of(entry.provider):
            yield replace(entry, provider=account)


def _place(
    route: Route, entry: RouteEntry, known: Known | None, moment: Moment, needs: Needs
) -> Rated | Skipped:
    if known is None:
        name = entry.provider
        return Skipped(name, name, entry.model, "not-registered", f"{name} is not set up here.")
    model = entry.model or known.default_model
    skipped = _cannot(route, entry, known, model) or _must_wait(entry, known, model, moment)
    if skipped is not None:
        return skipped
    insight = moment.insight_of(entry.provider, model)
    candidate = _candidate(entry, known, model, needs, insight)
    return _does_not_fit(candidate, insight.facts, needs) or Rated(candidate, insight)


def _cannot(route: Route, entry: RouteEntry, known: Known, model: str) -> Skipped | None:
    """Say what the user set that keeps an entry from being asked."""
    if route.private and not known.local:
        why = f"{known.name} is not on this computer, and this route is private."
        return Skipped(entry.provider, known.name, model, "outside", why)
    if not entry.enabled:
        why = f"{known.name} is switched off in this route."
        return Skipped(entry.provider, known.name, model, "disabled", why)
    if known.availability.state != "available":
        reason = known.availability.state
        return Skipped(entry.provider, known.name, model, reason, known.availability.why)
    return None


def _must_wait(entry: RouteEntry, known: Known, model: str, moment: Moment) -> Skipped | None:
    """Say what keeps an entry from being asked just now."""
    rest = moment.rest_of(entry.provider, model)
    if rest is not None:
        reason = "probing" if rest.probing else "cooling"
        return Skipped(entry.provider, known.name, model, reason, rest.why(known.name), rest.until)
    bar = moment.bar_of(entry.provider)
    if bar is not None:
        return Skipped(entry.provider, known.name, model, bar.reason, bar.why, bar.until)
    return None


def _does_not_fit(candidate: Candidate, facts: ModelFacts, needs: Needs) -> Skipped | None:
    """Say what a request needs that a model is known not to have."""
    name, model = candidate.provider_name, candidate.model
    window = candidate.context_window
    if window is not None and needs.tokens * FITS_FROM + needs.limit > window:
        why = f"This conversation is too long for {model or 'the model'} at {name} ({window:,})."
        return Skipped(candidate.provider, name, model, "too-small", why)
    if needs.tools and facts.tools is False:
        why = f"{model or 'The model'} at {name} cannot call tools."
        return Skipped(candidate.provider, name, model, "no-tools", why)
    return None


def _candidate(
    entry: RouteEntry, known: Known, model: str, needs: Needs, insight: Insight
) -> Candidate:
    default = DEFAULT_FIRST_TOKEN_LOCAL if known.local else DEFAULT_FIRST_TOKEN
    within = default if entry.first_token_within is None else entry.first_token_within
    facts = insight.facts
    return Candidate(
        entry.provider,
        known.name,
        model,
        within,
        entry.retries,
        known.local,
        entry.context_window or facts.context_window,
        entry.weight,
        prefill=bool(facts.prefill),
        expected_cost=cost(needs, insight, local=known.local),
    )


def suits(
    kind: ErrorKind,
    failed: Candidate,
    candidate: Candidate,
    rules: Mapping[ErrorKind, Rule] = RULES,
) -> bool:
    """Whether ``candidate`` may be asked after ``failed`` failed in this way.

    A window that nobody stated may be larger, so such a candidate is asked. Without the network
    only a model on this computer can answer.
    """
    then = rules[kind].then
    if then == "larger-window":
        return not _known_not_larger(failed.context_window, candidate.context_window)
    return then == "anyone" or (then == "this-computer" and candidate.local)


def _known_not_larger(failed: int | None, candidate: int | None) -> bool:
    return failed is not None and candidate is not None and candidate <= failed


def next_index(
    candidates: Sequence[Candidate],
    index: int,
    failures: Sequence[tuple[ErrorKind, Candidate]],
    rest_of: RestOf,
    rules: Mapping[ErrorKind, Rule] = RULES,
) -> int | None:
    """Find who is asked after ``candidates[index]``; ``None`` where nobody is left.

    ``failures`` are all that this request has met: whoever is asked suits every one of them. Those
    that came to rest since the plan was made are passed over, for example the second entry of a
    provider whose key was just rejected.
    """
    for position in range(index + 1, len(candidates)):
        candidate = candidates[position]
        if not all(suits(kind, failed, candidate, rules) for kind, failed in failures):
            continue
        if rest_of(candidate.provider, candidate.model) is None:
            return position
    return None

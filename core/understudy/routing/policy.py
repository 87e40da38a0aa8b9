"""Who is asked in which order, and what follows from each failure. Pure: values in, values out.

``RULES`` is the whole decision table. A failure is first of all a kind; the rule of its kind says
whether the same provider is asked again, who may be asked next, and how long the failed one rests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from understudy.errors import ErrorKind
from understudy.routing.route import DEFAULT_FIRST_TOKEN, DEFAULT_FIRST_TOKEN_LOCAL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from understudy.providers.base import Availability
    from understudy.routing.health import Rest
    from understudy.routing.route import Rescue, Route, RouteEntry
    from understudy.routing.trace import Decision

PATIENCE: Final = 3.0
"""Seconds that a provider may ask for and still be waited for, all its waits taken together."""

BACKOFF_FIRST: Final = 0.4
BACKOFF_CAP: Final = 5.0

SameProvider: TypeAlias = Literal["never", "after-backoff"]
NextProvider: TypeAlias = Literal["anyone", "larger-window", "this-computer", "nobody"]
Cooldown: TypeAlias = Literal["none", "counted", "reset", "long", "until-key"]
Scope: TypeAlias = Literal["provider", "model"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What follows from a kind of failure.

    ``again``: ``after-backoff`` spends the entry's retries. ``patient``: a short reset time that
    the provider names itself is waited for. ``then``: who may be asked next. ``cooldown``:
    ``counted`` rests after failures in a row, ``reset`` until the provider's own time, ``long`` for
    a day or until its own time, ``until-key`` until the key is replaced. ``scope``: who rests, the
    model that failed or the whole provider.
    """

    again: SameProvider
    patient: bool
    then: NextProvider
    cooldown: Cooldown
    scope: Scope


RULES: Final[Mapping[ErrorKind, Rule]] = {
    ErrorKind.OFFLINE: Rule("never", False, "this-computer", "none", "provider"),
    ErrorKind.NETWORK: Rule("after-backoff", False, "anyone", "counted", "provider"),
    ErrorKind.TRANSIENT: Rule("after-backoff", True, "anyone", "counted", "model"),
    ErrorKind.RATE_LIMIT: Rule("never", True, "anyone", "reset", "model"),
    ErrorKind.QUOTA: Rule("never", False, "anyone", "long", "provider"),
    ErrorKind.AUTH: Rule("never", False, "anyone", "until-key", "provider"),
    ErrorKind.MODEL_GONE: Rule("never", False, "anyone", "long", "model"),
    ErrorKind.REGION: Rule("never", False, "anyone", "long", "provider"),
    ErrorKind.CONTEXT: Rule("never", False, "larger-window", "none", "model"),
    ErrorKind.CONTENT_POLICY: Rule("never", False, "nobody", "none", "model"),
    ErrorKind.BAD_REQUEST: Rule("never", False, "nobody", "none", "model"),
    ErrorKind.FIRST_TOKEN_TIMEOUT: Rule("never", False, "anyone", "counted", "model"),
    ErrorKind.IDLE_TIMEOUT: Rule("never", False, "anyone", "counted", "model"),
    ErrorKind.INTERRUPTED: Rule("never", False, "anyone", "counted", "model"),
    ErrorKind.MALFORMED_CHUNK: Rule("never", False, "anyone", "counted", "model"),
    ErrorKind.CANCELLED: Rule("never", False, "nobody", "none", "model"),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One that would be asked. ``first_token_within`` is its deadline in seconds.

    An empty ``model`` leaves the choice to the provider.
    """

    provider: str
    provider_name: str
    model: str
    first_token_within: float
    retries: int = 0
    local: bool = False
    context_window: int | None = None


SkipReason: TypeAlias = Literal[
    "not-registered", "not-configured", "disabled", "cooling", "probing"
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


RestOf: TypeAlias = "Callable[[str, str], Rest | None]"
"""Whether (provider, model) rests just now, and why."""


def make_plan(route: Route, known: Mapping[str, Known], rest_of: RestOf) -> Plan:
    """Put the route's entries in order: those to ask, and those to skip with their reason."""
    placed = [_place(entry, known.get(entry.provider), rest_of) for entry in route.entries]
    return Plan(
        route.name,
        tuple(place for place in placed if isinstance(place, Candidate)),
        tuple(place for place in placed if isinstance(place, Skipped)),
    )


def _place(entry: RouteEntry, known: Known | None, rest_of: RestOf) -> Candidate | Skipped:
    if known is None:
        name = entry.provider
        return Skipped(name, name, entry.model, "not-registered", f"{name} is not set up here.")
    model = entry.model or known.default_model
    if not entry.enabled:
        why = f"{known.name} is switched off in this route."
        return Skipped(entry.provider, known.name, model, "disabled", why)
    if known.availability.state != "available":
        reason = known.availability.state
        return Skipped(entry.provider, known.name, model, reason, known.availability.why)
    rest = rest_of(entry.provider, model)
    if rest is not None:
        reason = "probing" if rest.probing else "cooling"
        return Skipped(entry.provider, known.name, model, reason, rest.why(known.name), rest.until)
    return _candidate(entry, known, model)


def _candidate(entry: RouteEntry, known: Known, model: str) -> Candidate:
    default = DEFAULT_FIRST_TOKEN_LOCAL if known.local else DEFAULT_FIRST_TOKEN
    within = default if entry.first_token_within is None else entry.first_token_within
    return Candidate(
        entry.provider, known.name, model, within, entry.retries, known.local, entry.context_window
    )


@dataclass(frozen=True, slots=True)
class Situation:
    """How things stand when an attempt has failed.

    ``attempts`` were made at this entry, ``waited`` seconds were spent waiting for it. ``shown``:
    some of the answer was delivered. ``tool_called``: a tool call was.
    """

    kind: ErrorKind
    retry_after: float | None
    attempts: int
    retries: int
    waited: float
    shown: bool
    tool_called: bool
    rescue: Rescue
    somebody_left: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is done now, and how many seconds to wait before it."""

    decision: Decision
    wait: float = 0.0


def decide(situation: Situation, jitter: float) -> Verdict:
    """Look the failure up in the table. ``jitter`` in [0, 1) spreads the waits of many clients."""
    if situation.tool_called or (situation.shown and situation.rescue == "keep"):
        return Verdict("stop")
    if not situation.shown:
        wait = wait_before_again(situation, jitter)
        if wait is not None:
            return Verdict("again", wait)
    if not situation.somebody_left:
        return Verdict("stop")
    return Verdict("carry_on" if situation.shown else "next")


def wait_before_again(situation: Situation, jitter: float) -> float | None:
    """Seconds until the same provider is asked again, or ``None`` where it is not."""
    rule = RULES[situation.kind]
    if situation.retry_after is not None and (rule.patient or rule.again != "never"):
        within_patience = situation.waited + situation.retry_after <= PATIENCE
        often_enough = situation.attempts > max(1, situation.retries)
        return situation.retry_after if within_patience and not often_enough else None
    if rule.again == "after-backoff" and situation.attempts <= situation.retries:
        return backoff(situation.attempts, jitter)
    return None


def backoff(attempts: int, jitter: float) -> float:
    """Seconds before retry number ``attempts``: doubling up to a cap, half of it by chance."""
    full = min(BACKOFF_CAP, BACKOFF_FIRST * 2.0 ** min(attempts - 1, 16))
    return full * (0.5 + 0.5 * jitter)


def suits(kind: ErrorKind, failed: Candidate, candidate: Candidate) -> bool:
    """Whether ``candidate`` may be asked after ``failed`` failed in this way.

    A window that nobody stated may be larger, so such a candidate is asked. Without the network
    only a model on this computer can answer.
    """
    then = RULES[kind].then
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
) -> int | None:
    """Find who is asked after ``candidates[index]``; ``None`` where nobody is left.

    ``failures`` are all that this request has met: whoever is asked suits every one of them. Those
    that came to rest since the plan was made are passed over, for example the second entry of a
    provider whose key was just rejected.
    """
    for position in range(index + 1, len(candidates)):
        candidate = candidates[position]
        if not all(suits(kind, failed, candidate) for kind, failed in failures):
            continue
        if rest_of(candidate.provider, candidate.model) is None:
            return position
    return None

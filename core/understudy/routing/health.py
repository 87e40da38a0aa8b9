"""What is remembered of failures between requests: who rests, why, and until when.

A circuit per provider and model. Closed, it counts failures in a row. Open, it rests until the
provider's own reset time, or for a time that doubles. When that is over it is half open: one
request probes, all others still pass it by, and what the probe meets closes or opens it again.
Failures that concern the whole provider (key, credit, region, network) rest all its models.

Times are seconds since the epoch, so that a rest survives a restart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from understudy.errors import ErrorKind
from understudy.routing.rules import RULES
from understudy.routing.wording import why_resting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from understudy.errors import ProviderError

FAILURES_IN_A_ROW: Final = 2
COUNTED_FIRST: Final = 5.0
COUNTED_CAP: Final = 120.0
RATE_LIMIT_FIRST: Final = 20.0
RATE_LIMIT_CAP: Final = 600.0
LONG: Final = 86_400.0
FORGET_AFTER: Final = 600.0
"""Failures further apart than this are not "in a row"."""
RESET_CAP: Final = 31 * 86_400.0
"""No provider's limit runs longer than a month; a date beyond it is a mistake."""

WHOLE_PROVIDER: Final = ""


@dataclass(frozen=True, slots=True)
class Rest:
    """A circuit that is open. ``until`` is ``None`` where only a new key ends it."""

    kind: ErrorKind
    since: float
    until: float | None
    failures: int
    status: int | None = None
    probing: bool = False

    def why(self, name: str) -> str:
        """Say why it rests, as a sentence about the provider called ``name``."""
        return why_resting(name, self.kind, self.status, probing=self.probing)


@dataclass(slots=True)
class _Circuit:
    kind: ErrorKind
    since: float
    until: float | None
    failures: int
    is_open: bool
    status: int | None = None
    probing: bool = False


class Health:
    """The circuits of all providers. ``changed`` is called at once after one opens or closes."""

    def __init__(self, clock: Callable[[], float], changed: Callable[[], None]) -> None:
        self._clock = clock
        self._changed = changed
        self._circuits: dict[tuple[str, str], _Circuit] = {}

    def rest_of(self, provider: str, model: str) -> Rest | None:
        """Why ``model`` must not be asked just now; ``None`` when it may."""
        now = self._clock()
        for key in ((provider, WHOLE_PROVIDER), (provider, model)):
            circuit = self._circuits.get(key)
            if circuit is not None and _blocks(circuit, now):
                return _as_rest(circuit)
        return None

    def begin(self, provider: str, model: str) -> tuple[tuple[str, str], ...]:
        """Note that an attempt begins; returns the circuits that it probes, for ``release``."""
        probes: list[tuple[str, str]] = []
        for key in ((provider, WHOLE_PROVIDER), (provider, model)):
            circuit = self._circuits.get(key)
            if circuit is not None and circuit.is_open and not circuit.probing:
                circuit.probing = True
                probes.append(key)
        return tuple(probes)

    def release(self, probes: Iterable[tuple[str, str]]) -> None:
        """Let the next one probe: this attempt came to no verdict (it was cancelled)."""
        for key in probes:
            circuit = self._circuits.get(key)
            if circuit is not None:
                circuit.probing = False

    def succeeded(self, provider: str, model: str, started: float) -> None:
        """Close the circuits, except where they opened after this attempt had begun."""
        for key in ((provider, WHOLE_PROVIDER), (provider, model)):
            circuit = self._circuits.get(key)
            if circuit is not None and circuit.since <= started:
                del self._circuits[key]
                if circuit.is_open:
                    self._changed()

    def failed(self, provider: str, model: str, error: ProviderError, *, local: bool) -> None:
        """Charge a failure to the circuit that it concerns, as the decision table says.

        A program on this computer that is not running refuses in a millisecond: resting would
        only delay the moment at which it is found running again.
        """
        rule = RULES[error.kind]
        if rule.cooldown == "none" or (local and error.kind is ErrorKind.NETWORK):
            return
        whole = rule.scope == "provider" and not error.model_only
        key = (provider, WHOLE_PROVIDER if whole else model)
        old = self._circuits.get(key)
        was_open = old is not None and old.is_open
        circuit = self._after_failure(old, error)
        self._circuits[key] = circuit
        if circuit.is_open or was_open:
            self._changed()

    def _after_failure(self, old: _Circuit | None, error: ProviderError) -> _Circuit:
        now = self._clock()
        in_a_row = 0 if old is None or _forgotten(old, now) else old.failures
        failures = in_a_row + 1
        seconds = _seconds_of_rest(error, failures)
        if seconds is None:
            return _Circuit(error.kind, now, now, failures, is_open=False, status=error.status)
        until = None if math.isinf(seconds) else now + seconds
        circuit = _Circuit(error.kind, now, until, failures, is_open=True, status=error.status)
        return _never_shorter(circuit, old)

    def lift(self, provider: str, kinds: frozenset[ErrorKind] | None = None) -> None:
        """Forget the failures of ``provider``; all of them, or only those of these ``kinds``."""
        gone = [
            key
            for key, circuit in self._circuits.items()
            if key[0] == provider and (kinds is None or circuit.kind in kinds)
        ]
        for key in gone:
            del self._circuits[key]
        if gone:
            self._changed()

    def snapshot(self) -> list[dict[str, Any]]:
        """Give the rests that outlive the process, as plain JSON values.

        Rejected keys are left out: a key may be replaced from outside while nobody watches, and
        asking once more costs one refusal.
        """
        return [
            {
                "provider": provider,
                "model": model,
                "kind": circuit.kind.value,
                "since": circuit.since,
                "until": circuit.until,
                "failures": circuit.failures,
                "status": circuit.status,
            }
            for (provider, model), circuit in self._circuits.items()
            if circuit.is_open and circuit.until is not None
        ]

    def restore(self, rows: Iterable[object]) -> None:
        """Take up what ``snapshot`` gave. A row that makes no sense is left out."""
        for row in rows:
            read = _read_row(row)
            if read is not None:
                key, circuit = read
                self._circuits[key] = _never_shorter(circuit, self._circuits.get(key))
        self._changed()


def _blocks(circuit: _Circuit, now: float) -> bool:
    if not circuit.is_open:
        return False
    return circuit.probing or circuit.until is None or now < circuit.until


def _as_rest(circuit: _Circuit) -> Rest:
    return Rest(
        circuit.kind,
        circuit.since,
        circuit.until,
        circuit.failures,
        circuit.status,
        circuit.probing,
    )


def _forgotten(circuit: _Circuit, now: float) -> bool:
    return circuit.until is not None and now - circuit.until > FORGET_AFTER


def _seconds_of_rest(error: ProviderError, failures: int) -> float | None:
    """How long to rest after this failure; ``None`` for not at all, infinite until the key."""
    rule = RULES[error.kind]
    if rule.cooldown == "until-key":
        return math.inf
    if error.retry_after is not None:
        return min(max(error.retry_after, 0.0), RESET_CAP)
    if rule.cooldown == "long":
        return LONG
    if rule.cooldown == "reset":
        return _doubling(RATE_LIMIT_FIRST, RATE_LIMIT_CAP, failures - 1)
    if failures < FAILURES_IN_A_ROW:
        return None
    return _doubling(COUNTED_FIRST, COUNTED_CAP, failures - FAILURES_IN_A_ROW)


def _doubling(first: float, cap: float, times: int) -> float:
    return min(cap, first * 2.0 ** min(max(times, 0), 16))


def _never_shorter(circuit: _Circuit, old: _Circuit | None) -> _Circuit:
    """Keep the later end of the two, with the reason that belongs to it."""
    if old is None or not old.is_open or circuit.until is None:
        return circuit
    if old.until is None or old.until > circuit.until:
        circuit.until, circuit.kind, circuit.status = old.until, old.kind, old.status
    return circuit


def _read_row(row: object) -> tuple[tuple[str, str], _Circuit] | None:
    if not isinstance(row, dict):
        return None
    values = cast("dict[str, Any]", row)
    try:
        circuit = _Circuit(
            ErrorKind(values["kind"]),
            float(values["since"]),
            float(values["until"]),
            int(values["failures"]),
            is_open=True,
            status=None if values["status"] is None else int(values["status"]),
        )
        key = str(values["provider"]), str(values["model"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return (key, circuit) if circuit.until is not None and math.isfinite(circuit.until) else None

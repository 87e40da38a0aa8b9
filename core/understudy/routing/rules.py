"""What follows from each failure, as data: the decision table, and what a route changes in it.

A failure is first of all a kind. The rule of its kind says whether the same provider is asked
again, who may be asked next, and how long the failed one rests.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from understudy.errors import ErrorKind

if TYPE_CHECKING:
    from collections.abc import Mapping

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

    ``again``: ``after-backoff`` spends the entry's retries. ``patience``: so many seconds until a
    reset time that the provider names itself are waited for. ``then``: who may be asked next.
    ``cooldown``: ``counted`` rests after failures in a row, ``reset`` until the provider's own
    time, ``long`` for a day or until its own time, ``until-key`` until the key is replaced.
    ``scope``: who rests, the model that failed or the whole provider.
    """

    again: SameProvider
    patience: float
    then: NextProvider
    cooldown: Cooldown
    scope: Scope


RULES: Final[Mapping[ErrorKind, Rule]] = {
    ErrorKind.OFFLINE: Rule("never", 0.0, "this-computer", "none", "provider"),
    ErrorKind.NETWORK: Rule("after-backoff", PATIENCE, "anyone", "counted", "provider"),
    ErrorKind.TRANSIENT: Rule("after-backoff", PATIENCE, "anyone", "counted", "model"),
    ErrorKind.RATE_LIMIT: Rule("never", PATIENCE, "anyone", "reset", "model"),
    ErrorKind.QUOTA: Rule("never", 0.0, "anyone", "long", "provider"),
    ErrorKind.AUTH: Rule("never", 0.0, "anyone", "until-key", "provider"),
    ErrorKind.MODEL_GONE: Rule("never", 0.0, "anyone", "long", "model"),
    ErrorKind.REGION: Rule("never", 0.0, "anyone", "long", "provider"),
    ErrorKind.CONTEXT: Rule("never", 0.0, "larger-window", "none", "model"),
    ErrorKind.CONTENT_POLICY: Rule("never", 0.0, "nobody", "none", "model"),
    ErrorKind.BAD_REQUEST: Rule("never", 0.0, "nobody", "none", "model"),
    ErrorKind.FIRST_TOKEN_TIMEOUT: Rule("never", 0.0, "anyone", "counted", "model"),
    ErrorKind.IDLE_TIMEOUT: Rule("never", 0.0, "anyone", "counted", "model"),
    ErrorKind.INTERRUPTED: Rule("never", 0.0, "anyone", "counted", "model"),
    ErrorKind.MALFORMED_CHUNK: Rule("never", 0.0, "anyone", "counted", "model"),
    ErrorKind.CANCELLED: Rule("never", 0.0, "nobody", "none", "model"),
}

_FIXED: Final = frozenset({ErrorKind.CANCELLED, ErrorKind.OFFLINE})
"""Whoever stopped an answer wants no other, and a network that is down is nobody's fault."""


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What a route does otherwise for one kind of failure; ``None`` leaves the table's word.

    Who rests and for how long is not a route's to say: it is known to all routes.
    """

    kind: ErrorKind
    again: SameProvider | None = None
    patience: float | None = None
    then: NextProvider | None = None


def rules_with(changes: tuple[RuleChange, ...]) -> Mapping[ErrorKind, Rule]:
    """Give the table with a route's changes; those that cannot be meant are passed over."""
    if not changes:
        return RULES
    table = dict(RULES)
    for change in changes:
        if change.kind not in _FIXED:
            rule = table[change.kind]
            table[change.kind] = replace(
                rule,
                again=change.again or rule.again,
                patience=rule.patience if change.patience is None else max(change.patience, 0.0),
                then=change.then or rule.then,
            )
    return table

"""From a failure to what is done now. Pure: the table's rule, and how things stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.routing.rules import BACKOFF_CAP, BACKOFF_FIRST, RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.errors import ErrorKind
    from understudy.routing.route import Rescue
    from understudy.routing.rules import Rule
    from understudy.routing.trace import Decision


@dataclass(frozen=True, slots=True)
class Situation:
    """How things stand when an attempt has failed.

    ``attempts`` were made at this entry, ``waited`` seconds were spent waiting for it. ``shown``:
    some of the answer was delivered. ``tool_called``: a tool call was. ``slept``: the computer was
    asleep meanwhile, so that the failure tells nothing of the provider.
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
    slept: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is done now, and how many seconds to wait before it."""

    decision: Decision
    wait: float = 0.0


def decide(situation: Situation, jitter: float, rules: Mapping[ErrorKind, Rule] = RULES) -> Verdict:
    """Look the failure up in the table. ``jitter`` in [0, 1) spreads the waits of many clients."""
    if situation.tool_called or (situation.shown and situation.rescue == "keep"):
        return Verdict("stop")
    if not situation.shown:
        wait = wait_before_again(situation, jitter, rules)
        if wait is not None:
            return Verdict("again", wait)
    if not situation.somebody_left:
        return Verdict("stop")
    if not situation.shown:
        return Verdict("next")
    return Verdict("carry_on" if situation.rescue == "carry-on" else "restart")


def wait_before_again(
    situation: Situation, jitter: float, rules: Mapping[ErrorKind, Rule] = RULES
) -> float | None:
    """Seconds until the same provider is asked again, or ``None`` where it is not."""
    rule = rules[situation.kind]
    if situation.slept and situation.attempts == 1:
        return 0.0
    if situation.retry_after is not None and (rule.patience or rule.again != "never"):
        within_patience = situation.waited + situation.retry_after <= rule.patience
        often_enough = situation.attempts > max(1, situation.retries)
        return situation.retry_after if within_patience and not often_enough else None
    if rule.again == "after-backoff" and situation.attempts <= situation.retries:
        return backoff(situation.attempts, jitter)
    return None


def backoff(attempts: int, jitter: float) -> float:
    """Seconds before retry number ``attempts``: doubling up to a cap, half of it by chance."""
    full = min(BACKOFF_CAP, BACKOFF_FIRST * 2.0 ** min(attempts - 1, 16))
    return full * (0.5 + 0.5 * jitter)

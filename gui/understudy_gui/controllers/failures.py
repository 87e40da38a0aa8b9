"""Failures as the transcript shows them: what happened, and buttons for what one can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from understudy.errors import ErrorKind
from understudy_gui.controllers import wording
from understudy_gui.i18n import tr
from understudy_gui.models.transcript import Failure

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from understudy.routing.trace import Attempt

Case: TypeAlias = Literal["nobody", "declined", "broke-off", "interrupted", "unexpected"]
Action: TypeAlias = tuple[str, str]

FIX = "fix:"
"""Begins the id of an action that opens the settings at a provider."""


def failure(
    stored: Mapping[str, Any] | None,
    attempts: Sequence[Attempt],
    local: Collection[str] = (),
    *,
    has_text: bool,
) -> Failure:
    """Compose what stands below an answer that did not come, or did not come to its end."""
    case = str((stored or {}).get("case", "interrupted"))
    failed = [each for each in wording.last_of_each(attempts) if each.outcome == "failed"]
    reasons = [wording.happened(each, local) for each in failed]
    if case in {"nobody", "broke-off"}:
        reasons += _not_asked(stored)
    reasons = reasons or [str(reason) for reason in (stored or {}).get("reasons", ())]
    actions = _actions(failed, local, has_text=has_text)
    match case:
        case "nobody":
            text = " ".join([*reasons, tr("Your question is kept.")])
            return Failure(tr("Nobody in the line-up could answer"), text, actions)
        case "declined":
            text = " ".join([*reasons[1:], tr("Understudy did not ask anyone else.")])
            return Failure(_title(reasons), text, actions, "warn")
        case "broke-off":
            text = " ".join([*reasons, tr("What was written is kept.")])
            return Failure(tr("The answer broke off and nobody carried on"), text, actions)
        case "unexpected":
            text = " ".join([*reasons, tr("Your question is kept.")])
            return Failure(tr("Understudy could not ask anyone"), text, actions)
        case _:
            kept = tr("What was written is kept.") if has_text else tr("Your question is kept.")
            return Failure(tr("The answer was interrupted"), kept, actions, "warn")


def _not_asked(stored: Mapping[str, Any] | None) -> list[str]:
    """Say why others were not asked, one sentence a provider, from what was stored of it."""
    told: dict[str, str] = {}
    for each in (stored or {}).get("skipped", ()):
        name, model = str(each.get("name", "")), str(each.get("model", ""))
        sentence = wording.not_asked(each.get("reason"), name, model, each.get("rests"))
        told.setdefault(str(each.get("provider", "")), sentence)
    return [sentence for sentence in told.values() if sentence]


def _title(reasons: Sequence[str]) -> str:
    return reasons[0].removesuffix(".") if reasons else tr("The question was declined")


def _actions(
    failed: Sequence[Attempt], local: Collection[str], *, has_text: bool
) -> tuple[Action, ...]:
    actions: list[Action] = []
    if has_text:
        actions.append(("continue", tr("Continue")))
    actions.append(("try_again", tr("Try again")))
    fix = next(filter(None, (_fix(attempt, local) for attempt in failed)), None)
    if fix is not None:
        actions.append(fix)
    if failed:
        actions.append(("trace", tr("Show trace")))
    return tuple(actions)


def _fix(attempt: Attempt, local: Collection[str]) -> Action | None:
    """Offer the way to what mends this provider; none where only time does."""
    name, action = attempt.provider_name, FIX + attempt.provider
    match attempt.kind:
        case ErrorKind.AUTH:
            return action, tr("Replace key")
        case ErrorKind.QUOTA | ErrorKind.MODEL_GONE | ErrorKind.REGION:
            return action, tr("{name} settings", name=name)
        case ErrorKind.NETWORK if attempt.provider in local:
            return action, tr("{name} settings", name=name)
        case ErrorKind.FIRST_TOKEN_TIMEOUT:
            return "deadline", tr("Change deadline")
        case _:
            return None

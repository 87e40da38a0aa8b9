"""An answer's trail for people: rows of what was tried, and attempts read back from storage."""

from __future__ import annotations

import time
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, cast

from understudy.errors import ErrorKind
from understudy.requests import Usage
from understudy.routing.trace import Attempt
from understudy_gui.controllers import wording
from understudy_gui.i18n import tr
from understudy_gui.models.transcript import TraceRow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from understudy_gui.models.transcript import Tone

_ATTEMPT_FIELDS = {field.name for field in fields(Attempt)}
_USAGE_FIELDS = {field.name for field in fields(Usage)}


def attempt_from(stored: Mapping[str, Any]) -> Attempt:
    """Read an attempt back. Fields of a newer version are passed over, missing ones are empty."""
    empty: dict[str, Any] = {
        "provider": "",
        "provider_name": "",
        "model": "",
        "started_at": 0.0,
        "duration": 0.0,
        "outcome": "failed",
        "decision": "stop",
    }
    known = {name: value for name, value in stored.items() if name in _ATTEMPT_FIELDS}
    known["kind"] = _kind(known.get("kind"))
    known["usage"] = _usage(known.get("usage"))
    return Attempt(**(empty | known))


def _kind(stored: object) -> ErrorKind | None:
    try:
        return ErrorKind(str(stored)) if stored else None
    except ValueError:
        return None


def _usage(stored: object) -> Usage | None:
    if not isinstance(stored, dict):
        return None
    given = cast("dict[str, Any]", stored)
    return Usage(**{name: value for name, value in given.items() if name in _USAGE_FIELDS})


def attempts_from(trace: Mapping[str, Any] | None) -> list[Attempt]:
    """Read the attempts of a stored trace; none where there is no trace."""
    return [attempt_from(stored) for stored in (trace or {}).get("attempts", ())]


def rows(attempts: Iterable[Attempt], local: Collection[str] = ()) -> tuple[TraceRow, ...]:
    """Write one row for every attempt."""
    return tuple(_row(attempt, local) for attempt in attempts)


def _row(attempt: Attempt, local: Collection[str]) -> TraceRow:
    return TraceRow(
        time=_clock_time(attempt.started_at),
        provider=attempt.provider_name,
        model=attempt.model or attempt.provider_name,
        code=_code(attempt),
        tone=_tone(attempt),
        what=_what(attempt, local),
        why=_why(attempt),
    )


def _clock_time(epoch: float) -> str:
    tenth = int(epoch * 10) % 10
    return f"{time.strftime('%H:%M:%S', time.localtime(epoch))}.{tenth}"


def _code(attempt: Attempt) -> str:
    if attempt.status is not None:
        return str(attempt.status)
    if attempt.outcome == "answered":
        return tr("ok")
    return "–"


def _tone(attempt: Attempt) -> Tone:
    if attempt.outcome == "answered":
        return "ok"
    soft = {ErrorKind.RATE_LIMIT, ErrorKind.FIRST_TOKEN_TIMEOUT, ErrorKind.CANCELLED}
    return "warn" if attempt.kind in soft else "danger"


def _what(attempt: Attempt, local: Collection[str]) -> str:
    if attempt.outcome == "answered":
        return _answered(attempt)
    if attempt.outcome == "cancelled":
        return wording.happened(replace(attempt, kind=ErrorKind.CANCELLED))
    if attempt.characters:
        return tr(
            "Sent {count} characters, then: {reason}",
            count=wording.number(attempt.characters),
            reason=attempt.detail or attempt.code or wording.happened(attempt, local),
        )
    said = wording.happened(attempt, local)
    return f"{said} {attempt.detail}" if attempt.detail else said


def _answered(attempt: Attempt) -> str:
    if attempt.first_token is None:
        return tr("Answered in {time}", time=wording.span(round(attempt.duration, 1)))
    return tr(
        "First token after {first}, whole answer in {time}",
        first=wording.span(round(attempt.first_token, 1)),
        time=wording.span(round(attempt.duration, 1)),
    )


def _why(attempt: Attempt) -> str:
    match attempt.decision:
        case "again":
            return tr("Worth another try: asked again.")
        case "next" if attempt.code == wording.LOST_RACE:
            return tr("Two were asked at once: the faster one answers.")
        case "next":
            return tr("Before the first word: the next was asked.")
        case "carry_on":
            return tr("In mid-answer: the next carries on with all that was there.")
        case "restart":
            return tr("In mid-answer: the next starts again from the beginning.")
        case "stop" if attempt.outcome == "failed":
            return tr("Nobody else was asked after this.")
        case _:
            return ""

"""One value that says how long to wait, or until when: ``42``, ``6m0s``, a date, an epoch."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

LONGEST = 31 * 24 * 3600.0
"""Seconds. A wait beyond a month is a broken header, and is taken as a month."""

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_EPOCH = (
    1_000_000_000  # numbers above this are a moment (seconds), above 1000 times it milliseconds
)
_NUMBER = re.compile(r"\d{1,15}(?:\.\d+)?")
_DURATION = re.compile(r"(?:\d{1,15}(?:\.\d+)?(?:ms|s|m|h|d))+")
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")


def parse_wait(text: str, now: float | None = None) -> float | None:
    """Read one value of a Retry-After header or its like: seconds, a duration, or a moment."""
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return _until(float(text), now)
    if _DURATION.fullmatch(text):
        return bounded(sum(float(n) * UNITS[unit] for n, unit in _DURATION_PART.findall(text)))
    return until(moment(text), now)


def until(when: float | None, now: float | None) -> float | None:
    """Seconds from ``now`` until ``when``; None where one of them is not known."""
    return None if when is None or now is None else bounded(when - now)


def moment(text: str) -> float | None:
    """Read an HTTP-date or an RFC 3339 time as seconds since the epoch."""
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            when = parse(text)
        except (ValueError, OverflowError):
            continue
        if when.tzinfo is None:
            when = when.replace(tzinfo=timezone.utc)  # noqa: UP017 - one name for 3.11 on
        return when.timestamp()
    return None


def bounded(seconds: float) -> float:
    """Keep a wait between nothing and the longest that is believed."""
    return min(max(seconds, 0.0), LONGEST)


def _until(number: float, now: float | None) -> float | None:
    if number < _EPOCH:
        return bounded(number)
    return until(number / 1000 if number >= _EPOCH * 1000 else number, now)

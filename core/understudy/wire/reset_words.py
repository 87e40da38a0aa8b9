"""When to come back, as the body of a refusal says it: in a field, or in a sentence.

Sources: ai.google.dev (google.rpc.RetryInfo; requests per day are reset at midnight Pacific time);
platform.openai.com and console.groq.com ("Please try again in 7m12s"); docs.z.ai/api-reference/
api-code ("Your limit will reset at …"); docs.claude.com ("You will regain access on …");
huggingface.co (``estimated_time``); openrouter.ai/docs (``resets_at``, the headers of a refusal
within its body); learn.microsoft.com ("Quota will be replenished in 12.08:25:33").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from understudy.wire.waits import UNITS, bounded, moment, parse_wait, until

if TYPE_CHECKING:
    from collections.abc import Iterator

_READ = 40_000  # characters of a body that are read
_FIELD = re.compile(
    r"\\?\"(?:retryDelay|quotaResetDelay|estimated_time|resets?_in_seconds|resets?_at"
    r"|retry_after(?:_seconds)?|x-ratelimit-reset)\\?\"\s*:\s*(?:\\?\")?([^\s\",\\}\]]{1,40})",
    re.IGNORECASE,
)
_PER_DAY = re.compile(r"\"quotaId\\?\"\s*:\s*\\?\"[^\"]{0,80}PerDay", re.IGNORECASE)
_PART = r"\d{1,9}(?:\.\d{1,12})?\s?"
_UNIT = (
    r"(?:milliseconds?|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|ms|s|m|h|d)"
    r"(?![a-z])"
)
_IN_WORDS = re.compile(
    r"(?:try again|retry|resets?|refreshed|replenished|available|wait)(?: again)?"
    r" (?:(?:in|within|after|for) )?(?:about |another )?"
    rf"((?:{_PART}{_UNIT}[ ,]*(?:and )?){{1,6}})",
    re.IGNORECASE,
)
_WORD_PART = re.compile(r"(\d+(?:\.\d+)?)\s?([a-z]+)")
_CLOCK = re.compile(r"replenished in (?:(\d{1,3})\.)?(\d{1,2}):(\d\d):(\d\d)", re.IGNORECASE)
_DATE, _TIME = r"(?P<date>\d{4}-\d\d-\d\d)", r"(?P<time>\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)"
_ZONE = r"\s?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?"
_AT = re.compile(
    r"(?:resets? (?:at|on)|access on|again (?:at|after)|限额将在|将于)\s*"
    rf"{_DATE}(?:T| at |\s){_TIME}{_ZONE}",
    re.IGNORECASE,
)
_BEIJING = "+08:00"
"""The zone of Zhipu's and Z.ai's times, which they write without one."""

_HOUR, _DAY = 3600.0, 86_400.0
_PACIFIC_MIDNIGHT = 8 * _HOUR
"""Seconds of UTC's day: midnight in California in winter; in summer an hour late, never early."""


def wait_in_body(body: str, now: float | None) -> float | None:
    """Seconds until the provider wants to be asked again, as its body says; None if it does not."""
    body = body[:_READ]
    waits = (_google_day(body, now), _in_a_field(body, now), _in_words(body), _at(body, now))
    return next((wait for wait in waits if wait is not None), None)


def _in_a_field(body: str, now: float | None) -> float | None:
    waits = (parse_wait(match[1], now) for match in _FIELD.finditer(body))
    return next((wait for wait in waits if wait is not None), None)


def _google_day(body: str, now: float | None) -> float | None:
    """Wait for the next day where that is what is used up.

    The RetryInfo beside it may speak of half a minute: it is the wait of the minute's budget.
    """
    if now is None or not _PER_DAY.search(body):
        return None
    told = _in_a_field(body, now)
    if told is not None and told >= _HOUR:
        return told
    return (_PACIFIC_MIDNIGHT - now) % _DAY


def _in_words(body: str) -> float | None:
    clock = _CLOCK.search(body)
    if clock:
        days, hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return bounded(days * _DAY + hours * _HOUR + minutes * 60 + seconds)
    match = _IN_WORDS.search(body)
    return bounded(sum(_seconds(match[1]))) if match else None


def _seconds(words: str) -> Iterator[float]:
    for number, unit in _WORD_PART.findall(words.lower()):
        yield float(number) * UNITS["ms" if unit.startswith(("ms", "milli")) else unit[0]]


def _at(body: str, now: float | None) -> float | None:
    match = _AT.search(body)
    if match is None:
        return None
    zone = match["zone"] or _BEIJING
    zone = "+00:00" if zone.upper() in {"Z", "UTC", "GMT"} else zone
    return until(moment(f"{match['date']}T{match['time']}{zone}"), now)

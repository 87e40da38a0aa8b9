"""When a provider asks to be tried again, in the many ways in which providers say so.

Sources: RFC 9110 section 10.2.3 (seconds, HTTP-date); learn.microsoft.com (``retry-after-ms``);
platform.openai.com/docs/guides/rate-limits and console.groq.com/docs/rate-limits (``6m0s``,
"Please try again in 5.289s"); ai.google.dev (google.rpc.RetryInfo); openrouter.ai/docs (epoch
milliseconds in ``X-RateLimit-Reset``).
"""

from __future__ import annotations

import re
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 31 * 24 * 3600.0
"""Seconds. A wait beyond a month is a broken header, and is taken as a month."""

_EPOCH = (
    1_000_000_000  # numbers above this are a moment (seconds), above 1000 times it milliseconds
)
_NUMBER = re.compile(r"\d{1,15}(?:\.\d+)?")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+")
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_RETRY_INFO = re.compile(r'"retryDelay"\s*:\s*"([^"]{1,40})"')
_IN_WORDS = re.compile(
    r"(?:try again|retry|reset|resets) (?:in|after) (?:about )?"
    r"((?:\d+(?:\.\d+)?\s?(?:milliseconds?|seconds?|secs?|minutes?|mins?|hours?|days?|ms|s|m|h|d)"
    r"(?![a-z])[ ,]*(?:and )?)+)",
    re.IGNORECASE,
)
_WORD_PART = re.compile(r"(\d+(?:\.\d+)?)\s?([a-z]+)", re.IGNORECASE)


def retry_after(headers: Mapping[str, str], body: str, now: float | None = None) -> float | None:
    """Seconds until the provider wants to be asked again; None where it does not say.

    ``headers`` has its names in lower case. Moments are counted from the server's own ``Date``
    where it sends one, else from ``now`` (seconds since the epoch).
    """
    reference = _moment(headers.get("date", ""))
    reference = now if reference is None else reference
    found = (
        _milliseconds(headers),
        parse_wait(headers.get("retry-after", ""), reference),
        parse_wait(_first(_RETRY_INFO, body), reference),
        _in_words(body),
        _rate_limit_reset(headers, reference),
    )
    return next((wait for wait in found if wait is not None), None)


def parse_wait(text: str, now: float | None = None) -> float | None:
    """One value of a Retry-After header or its like: seconds, a duration, or a moment."""
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return _until(float(text), now)
    if _DURATION.fullmatch(text):
        return _bounded(sum(float(n) * _UNITS[unit] for n, unit in _DURATION_PART.findall(text)))
    moment = _moment(text)
    return None if moment is None or now is None else _bounded(moment - now)


def _until(number: float, now: float | None) -> float | None:
    if number < _EPOCH:
        return _bounded(number)
    moment = number / 1000 if number >= _EPOCH * 1000 else number
    return None if now is None else _bounded(moment - now)


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST)


def _moment(text: str) -> float | None:
    """Read an HTTP-date or an RFC 3339 time as seconds since the epoch."""
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = parse(text)
        except (ValueError, OverflowError):
            continue
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)  # noqa: UP017 - one name for 3.11 on
        return moment.timestamp()
    return None


def _milliseconds(headers: Mapping[str, str]) -> float | None:
    """``retry-after-ms``; its zero is passed over: Azure sends it beside ``retry-after: 1``."""
    for name in ("retry-after-ms", "x-ms-retry-after-ms"):
        text = headers.get(name, "").strip()
        if _NUMBER.fullmatch(text) and float(text) > 0:
            return _bounded(float(text) / 1000)
    return None


def _in_words(body: str) -> float | None:
    words = _first(_IN_WORDS, body)
    parts = [(float(number), unit.lower()) for number, unit in _WORD_PART.findall(words)]
    return _bounded(sum(number * _UNITS[_unit(unit)] for number, unit in parts)) if parts else None


def _unit(word: str) -> str:
    return "ms" if word.startswith(("ms", "milli")) else word[0]


def _rate_limit_reset(headers: Mapping[str, str], now: float | None) -> float | None:
    """Find the latest reset of the budgets that are used up, where rate headers tell them apart."""
    waits: list[float] = []
    for suffix in ("", "-requests", "-tokens"):
        spent = headers.get(f"x-ratelimit-remaining{suffix}", "").strip() in {"0", "0.0"}
        wait = parse_wait(headers.get(f"x-ratelimit-reset{suffix}", ""), now)
        if spent and wait is not None:
            waits.append(wait)
    return max(waits, default=None)


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match.group(1) if match else ""

"""When a provider asks to be tried again, in the many ways in which providers say so.

Sources: RFC 9110 section 10.2.3 (seconds, HTTP-date); learn.microsoft.com (``retry-after-ms``);
platform.openai.com/docs/guides/rate-limits and console.groq.com/docs/rate-limits (``6m0s``);
docs.claude.com/en/api/rate-limits (RFC 3339); openrouter.ai/docs (epoch milliseconds);
draft-ietf-httpapi-ratelimit-headers (``ratelimit-reset`` up to its sixth version, ``RateLimit``
since). What stands in the body is ``reset_words``'s.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from understudy.wire.reset_words import wait_in_body
from understudy.wire.waits import bounded, moment, parse_wait

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NUMBER = re.compile(r"\d{1,15}(?:\.\d+)?")
_SPENT = re.compile(r"0+(?:\.0+)?")
_REMAINING = re.compile(r"rate-?limit-(?:.+-)?remaining\b")
_PARAMETER = re.compile(r"\b(\w+)=(\d{1,15})\b")


def retry_after(headers: Mapping[str, str], body: str, now: float | None = None) -> float | None:
    """Seconds until the provider wants to be asked again; None where it does not say.

    ``headers`` has its names in lower case. Moments are counted from the server's own ``Date``
    where it sends one, else from ``now`` (seconds since the epoch).
    """
    sent = moment(headers.get("date", ""))
    reference = now if sent is None else sent
    for find in (_milliseconds, _seconds):
        wait = find(headers, reference)
        if wait is not None:
            return wait
    wait = wait_in_body(body, reference)
    return max(_spent_budgets(headers, reference), default=None) if wait is None else wait


def _milliseconds(headers: Mapping[str, str], _now: float | None) -> float | None:
    """``retry-after-ms``; its zero is passed over: Azure sends it beside ``retry-after: 1``."""
    for name in ("retry-after-ms", "x-ms-retry-after-ms"):
        text = headers.get(name, "").strip()
        if _NUMBER.fullmatch(text) and float(text) > 0:
            return bounded(float(text) / 1000)
    return None


def _seconds(headers: Mapping[str, str], now: float | None) -> float | None:
    return parse_wait(headers.get("retry-after", ""), now)


def _spent_budgets(headers: Mapping[str, str], now: float | None) -> Iterator[float]:
    """Find when the budgets that are used up are filled again.

    Every header that tells what remains has one beside it that tells when it is reset. Budgets that
    are not spent say nothing of why this request was refused.
    """
    yield from _spent_policies(headers.get("ratelimit", ""))
    for name, value in headers.items():
        if _REMAINING.search(name) and _SPENT.fullmatch(value.strip()):
            reset = name.replace("remaining", "reset")
            after = parse_wait(headers.get(f"{reset}-after", ""), now)
            wait = parse_wait(headers.get(reset, ""), now) if after is None else after
            if wait is not None:
                yield wait


def _spent_policies(value: str) -> Iterator[float]:
    """Read ``"minute";r=0;t=30, "day";r=9;t=8000``, or the older ``remaining=0, reset=30``."""
    for policy in value.split(","):
        found = dict(_PARAMETER.findall(policy))
        if found.get("r") == "0" and "t" in found:
            yield bounded(float(found["t"]))
    older = dict(_PARAMETER.findall(value))
    if older.get("remaining") == "0" and "reset" in older:
        yield bounded(float(older["reset"]))

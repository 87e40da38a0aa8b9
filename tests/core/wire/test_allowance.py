"""What a provider still lets through, read from the headers in which each says it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.events import AllowanceReported
from understudy.wire.allowance import read_allowance

NOW = 1_800_000_000.0
IN_A_MINUTE = "2027-01-15T08:01:00Z"

CASES = [
    (  # platform.openai.com/docs/guides/rate-limits
        {
            "x-ratelimit-limit-requests": "60",
            "x-ratelimit-limit-tokens": "150000",
            "x-ratelimit-remaining-requests": "59",
            "x-ratelimit-remaining-tokens": "149984",
            "x-ratelimit-reset-requests": "1s",
            "x-ratelimit-reset-tokens": "6m0s",
        },
        AllowanceReported(59, 1.0, 149_984, 360.0),
    ),
    (  # learn.microsoft.com: no reset
        {"X-RateLimit-Remaining-Tokens": "9000", "x-ratelimit-remaining-requests": "9"},
        AllowanceReported(9, None, 9_000, None),
    ),
    (  # inference-docs.cerebras.ai/support/rate-limits
        {
            "x-ratelimit-remaining-requests-day": "14399",
            "x-ratelimit-remaining-tokens-minute": "59988",
            "x-ratelimit-reset-requests-day": "33011.38",
            "x-ratelimit-reset-tokens-minute": "11.38",
        },
        AllowanceReported(14_399, 33_011.38, 59_988, 11.38),
    ),
    (  # docs.claude.com/en/api/rate-limits: the tightest counts
        {
            "anthropic-ratelimit-requests-remaining": "49",
            "anthropic-ratelimit-requests-reset": IN_A_MINUTE,
            "anthropic-ratelimit-input-tokens-remaining": "29000",
            "anthropic-ratelimit-input-tokens-reset": IN_A_MINUTE,
            "anthropic-ratelimit-tokens-remaining": "37000",
            "anthropic-ratelimit-tokens-reset": IN_A_MINUTE,
        },
        AllowanceReported(49, 60.0, 29_000, 60.0),
    ),
]


@pytest.mark.parametrize(("headers", "told"), CASES)
def test_that_every_dialect_is_read(headers: dict[str, str], told: AllowanceReported) -> None:
    assert read_allowance(headers.items(), NOW) == told


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/event-stream"},
        {"x-ratelimit-limit-tokens": "150000"},
        {"x-ratelimit-remaining-tokens": "many"},
        {"x-ratelimit-remaining-tokens": "-5"},
    ],
)
def test_that_what_tells_nothing_is_nothing(headers: dict[str, str]) -> None:
    assert read_allowance(headers.items(), NOW) is None


names = st.sampled_from(
    [name for headers, _ in CASES for name in headers] + ["x-ratelimit-remaining-", "ratelimit"]
)


@given(st.dictionaries(names, st.text(max_size=20)))
def test_that_no_header_breaks_what_reads_them(headers: dict[str, str]) -> None:
    told = read_allowance(headers.items(), NOW)
    assert told is None or (told.tokens_left or 0) >= 0

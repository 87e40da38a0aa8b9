"""When to come back, in every dialect in which providers say so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.wire.retry_after import LONGEST, parse_wait, retry_after

NOW = 1_794_000_000.0  # 2026-11-06T21:20:00Z
DATE = "Fri, 06 Nov 2026 21:20:00 GMT"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("42", 42),
        (" 0.5 ", 0.5),
        ("0", 0),
        ("6m0s", 360),
        ("1h2m3.5s", 3723.5),
        ("17ms", 0.017),
        ("2d", 172800),
        ("31s", 31),
        ("Fri, 06 Nov 2026 21:20:30 GMT", 30),
        ("Friday, 06-Nov-26 21:20:30 GMT", 30),
        ("Fri Nov  6 21:20:30 2026", 30),
        ("2026-11-06T21:20:30Z", 30),
        ("2026-11-06T22:20:30.5+01:00", 30.5),
        ("2026-11-06 21:20:30", 30),
        ("1794000030", 30),
        ("1794000030000", 30),
        ("Fri, 06 Nov 2026 21:19:00 GMT", 0),
        ("999999999", LONGEST),
        ("2999-01-01T00:00:00Z", LONGEST),
    ],
)
def test_that_a_wait_is_read(text: str, seconds: float) -> None:
    assert parse_wait(text, NOW) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text", ["", " ", "soon", "-1", "nan", "inf", "1e9", "1,5", "5 s", "9" * 400, "0000-00-00"]
)
def test_that_what_is_no_wait_is_none(text: str) -> None:
    assert parse_wait(text, NOW) is None


@pytest.mark.parametrize("text", ["2026-11-06T21:20:30Z", DATE, "1794000030"])
def test_that_a_moment_without_a_clock_is_none(text: str) -> None:
    assert parse_wait(text) is None


@given(st.text(max_size=40))
def test_that_no_text_breaks_it(text: str) -> None:
    wait = parse_wait(text, NOW)
    assert wait is None or 0 <= wait <= LONGEST


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"retry-after": "42"}, "", 42),
        ({"retry-after-ms": "1500", "retry-after": "2"}, "", 1.5),
        ({"x-ms-retry-after-ms": "20"}, "", 0.02),
        ({"retry-after-ms": "0", "retry-after": "1"}, "", 1),
        ({"retry-after-ms": "x", "retry-after": "1"}, "", 1),
        ({"retry-after": "soon"}, "", None),
        ({"retry-after": "Fri, 06 Nov 2026 21:21:00 GMT"}, "", 60),
        (
            {
                "retry-after": "Fri, 06 Nov 2026 20:20:09 GMT",
                "date": "Fri, 06 Nov 2026 20:20:00 GMT",
            },
            "",
            9,
        ),
        ({}, '{"error": {"details": [{"@type": "RetryInfo", "retryDelay": "31s"}]}}', 31),
        ({}, '"retryDelay":"0.847655010s"', 0.847655010),
        ({}, "Please try again in 5.289s. Visit", 5.289),
        ({}, "Please try again in 7m12.5s.", 432.5),
        ({}, "Please try again in 123ms.", 0.123),
        ({}, "Please retry after 20 seconds.", 20),
        ({}, "Retry in about 2 minutes and 3 secs", 123),
        ({}, "Limit resets in 1 hour, 5 minutes", 3900),
        ({}, "try again in 1 day", 86400),
        ({}, "try again in 3 months", None),
        ({}, "try again in a while", None),
        ({}, "try again later", None),
        ({"retry-after": "3"}, "Please try again in 5.289s", 3),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s"}, "", 360),
        (
            {
                "x-ratelimit-remaining-requests": "0",
                "x-ratelimit-reset-requests": "1s",
                "x-ratelimit-remaining-tokens": "0",
                "x-ratelimit-reset-tokens": "20ms",
            },
            "",
            1,
        ),
        ({"x-ratelimit-remaining-tokens": "9", "x-ratelimit-reset-tokens": "6m0s"}, "", None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1794000060000"}, "", 60),
        ({"x-ratelimit-remaining": "0"}, "", None),
        ({}, "", None),
    ],
)
def test_that_the_wait_is_found_wherever_it_stands(
    headers: dict[str, str], body: str, seconds: float | None
) -> None:
    found = retry_after(headers, body, NOW)
    assert found == (None if seconds is None else pytest.approx(seconds))


def test_that_a_body_of_megabytes_is_read_in_no_time() -> None:
    assert retry_after({}, "try again in 1" * 200_000, NOW) is None

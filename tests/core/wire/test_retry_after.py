"""When to come back, in every dialect in which providers say so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.wire.retry_after import retry_after
from understudy.wire.waits import LONGEST, parse_wait

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
        # console.groq.com/docs/rate-limits
        ({"retry-after": "2.5"}, "", 2.5),
        ({}, "Please try again in 2m59.56s. Need more tokens?", 179.56),
        ({}, "Please try again in 1.984999999s.", 1.984999999),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6ms"}, "", 0.006),
        # inference-docs.cerebras.ai/support/rate-limits
        (
            {
                "x-ratelimit-remaining-requests-day": "0",
                "x-ratelimit-reset-requests-day": "33011.382867",
            },
            "",
            33011.382867,
        ),
        # docs.claude.com/en/api/rate-limits
        (
            {
                "anthropic-ratelimit-requests-remaining": "0",
                "anthropic-ratelimit-requests-reset": "2026-11-06T21:20:05Z",
                "anthropic-ratelimit-tokens-remaining": "0",
                "anthropic-ratelimit-tokens-reset": "2026-11-06T21:20:50Z",
                "anthropic-ratelimit-output-tokens-remaining": "1",
                "anthropic-ratelimit-output-tokens-reset": "2026-11-06T23:00:00Z",
            },
            "",
            50,
        ),
        (
            {
                "anthropic-ratelimit-requests-remaining": "0",
                "anthropic-ratelimit-requests-reset": "2026-11-06T20:20:05Z",
                "date": "Fri, 06 Nov 2026 20:20:00 GMT",
            },
            "",
            5,
        ),
        ({}, "You will regain access on 2026-11-07 at 00:00 UTC.", 9600),
        # openrouter.ai/docs/api/reference/limits
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1794000060"}, "", 60),
        ({}, '{"metadata": {"headers": {"X-RateLimit-Reset": "1794000060000"}}}', 60),
        ({}, '{"metadata": {"resets_at": "2026-11-06T21:20:07Z"}}', 7),
        # draft-ietf-httpapi-ratelimit-headers, versions 6, 3 and 10
        ({"ratelimit-remaining": "0", "ratelimit-reset": "30"}, "", 30),
        ({"ratelimit-remaining": "1", "ratelimit-reset": "30"}, "", None),
        ({"ratelimit": "limit=100, remaining=0, reset=50"}, "", 50),
        ({"ratelimit": "limit=100, remaining=10, reset=50"}, "", None),
        ({"ratelimit": '"default";r=0;t=30'}, "", 30),
        ({"ratelimit": '"default";r=50;t=30'}, "", None),
        ({"ratelimit": '"minute";r=0;t=30, "day";r=0;t=8000, "year";r=9;t=9999'}, "", 8000),
        ({"ratelimit": '"default";r=0'}, "", None),
        # discord.com/developers/docs/topics/rate-limits, and servers like it
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset-after": "1.25"}, "", 1.25),
        ({"x-ratelimit-remaining": "1", "x-ratelimit-reset-after": "1.25"}, "", None),
        ({"x-rate-limit-remaining": "0", "x-rate-limit-reset": "5"}, "", 5),
        ({"x-ratelimit-remaining-tokens": "-1", "x-ratelimit-reset-tokens": "5s"}, "", None),
        ({}, '{"message": "You are being rate limited.", "retry_after": 64.57}', 64.57),
        # ai.google.dev
        ({}, '{\\"retryDelay\\": \\"31.5s\\"}', 31.5),
        ({}, "Please retry in 41.2s.", 41.2),
        ({}, '"metadata": {"quotaResetDelay": "3h14m20.7s"}', 11660.7),
        ({}, "Your quota will reset after 15h5m8s.", 54308),
        ({}, '{"quotaId": "GenerateRequestsPerDayPerProject"}', 38400),
        # huggingface.co
        ({}, '{"error": "Model x is currently loading", "estimated_time": 20.0}', 20),
        # docs.z.ai/api-reference/api-code: Beijing's time, unless told otherwise
        ({}, "Your limit will reset at 2026-11-07 05:20:30", 30),
        ({}, "您的限额将在 2026-11-07 05:20:30 重置", 30),
        ({}, "Resets at 2026-11-06T21:20:30Z", 30),
        ({}, "Your limit will reset at 2026-11-06 22:20:30 +01:00", 30),
        ({"date": DATE}, "Your limit will reset at 2026-11-07 05:19:00", 0),
        # learn.microsoft.com
        ({}, "Quota will be replenished in 00:05:30.", 330),
        ({}, "Quota will be replenished in 2.01:00:00.", 176400),
        ({}, "Please retry after 86400 seconds.", 86400),
        ({}, "Please wait 20 seconds before you try again.", 20),
        ({}, '{"error": {"type": "usage_limit_reached", "resets_in_seconds": 90}}', 90),
        ({}, "", None),
    ],
)
def test_that_the_wait_is_found_wherever_it_stands(
    headers: dict[str, str], body: str, seconds: float | None
) -> None:
    found = retry_after(headers, body, NOW)
    assert found == (None if seconds is None else pytest.approx(seconds))


def test_that_a_moment_in_a_body_without_a_clock_is_none() -> None:
    for body in ("reset at 2026-11-07 05:20:30", '"resets_at": 1794000030', '"quotaId": "PerDay"'):
        assert retry_after({}, body) is None
        assert retry_after({"date": DATE}, body) is not None


def test_that_a_time_that_is_none_is_not_read() -> None:
    assert retry_after({}, "reset at 2026-13-45 99:99:99", NOW) is None
    assert retry_after({"date": "yesterday", "retry-after": DATE}, "", NOW) == 0


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "date",
                "retry-after",
                "retry-after-ms",
                "ratelimit",
                "x-ratelimit-remaining",
                "x-ratelimit-reset",
                "x-ratelimit-reset-after",
            ]
        ),
        st.text(max_size=20) | st.sampled_from(["0", "30", '"a";r=0;t=5', "r=0;t=9", DATE]),
    ),
    st.text(max_size=60),
    st.none() | st.just(NOW),
)
def test_that_no_answer_breaks_it(headers: dict[str, str], body: str, now: float | None) -> None:
    wait = retry_after(headers, body, now)
    assert wait is None or 0 <= wait <= LONGEST


def test_that_a_body_of_megabytes_is_read_in_no_time() -> None:
    assert retry_after({}, "try again in 1" * 200_000, NOW) is None

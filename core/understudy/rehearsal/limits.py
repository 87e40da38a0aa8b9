"""Faults that pass by themselves: too many requests, and servers that cannot keep up.

The ways to say when to come back: RFC 9110 section 10.2.3 (seconds, a date),
learn.microsoft.com/azure/ai-services/openai/how-to/quota (milliseconds),
ai.google.dev/gemini-api/docs/rate-limits (RetryInfo), console.groq.com/docs/rate-limits (words),
platform.openai.com/docs/guides/rate-limits (``6m0s``).
"""

from __future__ import annotations

from typing import Final

from understudy.errors import ErrorKind
from understudy.rehearsal.fault import (
    Fault,
    anthropic_error,
    google_error,
    openai_error,
    page,
)
from understudy.rehearsal.refusals import EVENING

_TOO_MANY = ("Rate limit reached for requests.", "requests", "rate_limit_exceeded")
_AFTER_31 = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "31s"}

LIMITS: Final = (
    Fault(
        "limit-seconds",
        "Too many requests, back in 42 s (429, Retry-After)",
        ErrorKind.RATE_LIMIT,
        (openai_error(429, *_TOO_MANY, ("retry-after", "42")),),
        rests=42.0,
    ),
    Fault(
        "limit-date",
        "Too many requests, back at a moment (429, a date)",
        ErrorKind.RATE_LIMIT,
        (
            openai_error(
                429,
                *_TOO_MANY,
                ("date", EVENING),
                ("retry-after", "Fri, 06 Nov 2026 21:27:30 GMT"),
            ),
        ),
        rests=450.0,
    ),
    Fault(
        "limit-milliseconds",
        "Too many requests, back in milliseconds (429, Azure)",
        ErrorKind.RATE_LIMIT,
        (openai_error(429, *_TOO_MANY, ("retry-after-ms", "9500"), ("retry-after", "10")),),
        rests=9.5,
    ),
    Fault(
        "limit-details",
        "Too many requests, back in 31 s, in the body (429, Gemini)",
        ErrorKind.RATE_LIMIT,
        (google_error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted.", _AFTER_31),),
        wire="gemini",
        rests=31.0,
    ),
    Fault(
        "limit-words",
        "Too many requests, back in 5 s, in words (429, Groq)",
        ErrorKind.RATE_LIMIT,
        (
            openai_error(
                429,
                "Rate limit reached on tokens per minute (TPM). Please try again in 5.289s.",
                "tokens",
                "rate_limit_exceeded",
            ),
        ),
        rests=5.289,
    ),
    Fault(
        "limit-budget",
        "Too many requests, a budget with its reset (429, OpenAI)",
        ErrorKind.RATE_LIMIT,
        (
            openai_error(
                429,
                *_TOO_MANY,
                ("x-ratelimit-remaining-requests", "0"),
                ("x-ratelimit-reset-requests", "6m0s"),
            ),
        ),
        rests=360.0,
    ),
    Fault(
        "limit-untold",
        "Too many requests, and no word of until when (429)",
        ErrorKind.RATE_LIMIT,
        (anthropic_error(429, "rate_limit_error", "This would exceed your rate limit."),),
        wire="anthropic",
        rests=20.0,
    ),
    Fault(
        "limit-short",
        "Too many requests, back in 1 s (429)",
        ErrorKind.RATE_LIMIT,
        (openai_error(429, *_TOO_MANY, ("retry-after", "1")),),
        then="same",
        rests="none",
        recovers=True,
    ),
    Fault(
        "server-error",
        "The server fails inside (500)",
        ErrorKind.TRANSIENT,
        (openai_error(500, "The server had an error.", "server_error"),),
    ),
    Fault(
        "bad-gateway",
        "A gateway answers with a web page (502)",
        ErrorKind.TRANSIENT,
        (page(502, "502 Bad Gateway"),),
    ),
    Fault(
        "unavailable",
        "The model is overloaded (503)",
        ErrorKind.TRANSIENT,
        (google_error(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),),
        wire="gemini",
    ),
    Fault(
        "unavailable-until",
        "The server is down and says until when (503, Retry-After)",
        ErrorKind.TRANSIENT,
        (openai_error(503, "Service unavailable", "server_error", None, ("retry-after", "120")),),
        rests=120.0,
    ),
    Fault(
        "overloaded",
        "The provider is overloaded (529, Anthropic)",
        ErrorKind.TRANSIENT,
        (anthropic_error(529, "overloaded_error", "Overloaded"),),
        wire="anthropic",
    ),
)
"""In the order in which the scorecard tells them."""

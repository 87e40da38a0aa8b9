"""How Groq and Cerebras refuse."""

from __future__ import annotations

from helpers.refusals import Refusal, each
from understudy.errors import ErrorKind as K


def flat(message: str, kind: str = "invalid_request_error", code: str = "") -> str:
    more = f', "code": "{code}"' if code else ""
    return f'{{"message": "{message}", "type": "{kind}", "param": null{more}}}'


def error(message: str, kind: str = "invalid_request_error", code: str = "") -> str:
    return f'{{"error": {flat(message, kind, code)}}}'


# console.groq.com/docs/errors, docs/rate-limits; the words as seen in traffic
GROQ = [
    Refusal(
        "minute",
        429,
        error(
            "Rate limit reached for model `m-1` in organization `org_01kjh7p9n8f1qs6nz2bz77vy6b`"
            " service tier `on_demand` on tokens per minute (TPM): Limit 6000, Used 5034, Requested"
            " 1443. Please try again in 5.289s. Need more tokens? Upgrade to Dev Tier today at"
            " https://console.groq.com/settings/billing",
            "tokens",
            "rate_limit_exceeded",
        ),
        K.RATE_LIMIT,
        wait=5.289,
    ),
    Refusal(
        "day",
        429,
        error("on tokens per day (TPD): Limit 1. Please try again in 9m38.016s.", "tokens", "x"),
        K.RATE_LIMIT,
        wait=578.016,
    ),
    Refusal(
        "minute, by its headers",
        429,
        error("x", "requests", "rate_limit_exceeded"),
        K.RATE_LIMIT,
        wait=179.56,
        headers={
            "x-ratelimit-remaining-requests": "0",
            "x-ratelimit-reset-requests": "2m59.56s",
            "x-ratelimit-remaining-tokens": "17997",
            "x-ratelimit-reset-tokens": "7.66s",
        },
    ),
    Refusal(
        "size",
        413,
        error(
            "Request too large for model `m-1` on tokens per minute (TPM): Limit 8000, Requested"
            " 32979, please reduce your message size and try again.",
            "tokens",
            "rate_limit_exceeded",
        ),
        K.CONTEXT,
    ),
    Refusal(
        "flex", 498, error("Flex tier capacity exceeded", code="capacity_exceeded"), K.TRANSIENT
    ),
    Refusal("flex, bare", 498, "", K.TRANSIENT),
    Refusal(
        "model",
        400,
        error("The model `m-1` has been decommissioned", code="model_decommissioned"),
        K.MODEL_GONE,
    ),
    Refusal("no model", 404, error("The model `m-1` does not exist", code="x"), K.MODEL_GONE),
    Refusal(
        "model not allowed",
        403,
        error("The model is blocked", "permissions_error", "model_permission_blocked_org"),
        K.MODEL_GONE,
    ),
    Refusal(
        "tool",
        400,
        '{"error": {"message": "Failed to call a function. Please adjust your prompt.", "type":'
        ' "invalid_request_error", "code": "tool_use_failed", "failed_generation": "<x>"}}',
        K.TRANSIENT,
        code="tool_use_failed",
    ),
    Refusal(
        "tool in mid-answer",
        None,
        error("Failed to call a function.", code="tool_use_failed"),
        K.TRANSIENT,
    ),
    Refusal(
        "property",
        400,
        error("property 'logit_bias' is unsupported, did you mean 'logprobs'?"),
        K.BAD_REQUEST,
        parameter="logit_bias",
    ),
    Refusal("key", 401, error("Invalid API Key", code="invalid_api_key"), K.AUTH),
    Refusal("dependency", 424, error("A dependent request failed"), K.TRANSIENT),
]

# inference-docs.cerebras.ai/support/error, /support/rate-limits
CEREBRAS = [
    Refusal(
        "minute",
        429,
        flat(
            "Tokens per minute limit exceeded - too many tokens processed.",
            "too_many_tokens_error",
            "token_quota_exceeded",
        ),
        K.RATE_LIMIT,
        wait=11.38,
        code="token_quota_exceeded",
        headers={
            "x-ratelimit-remaining-tokens-minute": "0",
            "x-ratelimit-reset-tokens-minute": "11.38",
            "x-ratelimit-remaining-requests-day": "1200",
            "x-ratelimit-reset-requests-day": "33011.38",
        },
    ),
    Refusal(
        "requests",
        429,
        flat("x", "too_many_requests_error", "request_quota_exceeded"),
        K.RATE_LIMIT,
    ),
    Refusal(
        "queue",
        429,
        flat(
            "We're experiencing high traffic right now!",
            "too_many_requests_error",
            "queue_exceeded",
        ),
        K.TRANSIENT,
    ),
    Refusal("key", 401, flat("Wrong API Key", code="wrong_api_key"), K.AUTH),
    Refusal(
        "model",
        404,
        flat("Model x does not exist", "not_found_error", "model_not_found"),
        K.MODEL_GONE,
    ),
    Refusal(
        "context",
        400,
        flat(
            "Please reduce the length of the messages or completion. Current length is 9000 while"
            " limit is 8192",
            code="context_length_exceeded",
        ),
        K.CONTEXT,
    ),
    Refusal(
        "property",
        400,
        '{"message": "body.x: property \'body.x\' is unsupported", "type": "invalid_request_error",'
        ' "param": "validation_error", "code": "wrong_api_format"}',
        K.BAD_REQUEST,
        parameter="x",
    ),
    Refusal("payment", 402, flat("Payment required", "payment_required_error"), K.QUOTA),
    Refusal("busy", 503, flat("Service unavailable"), K.TRANSIENT),
]


@each([*GROQ, *CEREBRAS])
def test_that_a_fast_hosts_refusal_is_understood(refusal: Refusal) -> None:
    refusal.check()

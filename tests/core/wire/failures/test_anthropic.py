"""How Anthropic refuses."""

from __future__ import annotations

from helpers.refusals import DATE, Refusal, each
from understudy.errors import ErrorKind as K


def anthropic(kind: str, message: str, more: str = "") -> str:
    error = f'{{"type": "{kind}", "message": "{message}"{more}}}'
    return f'{{"type": "error", "error": {error}, "request_id": "req_011CSHoEeqs5C35K2UUqR7Fy"}}'


# docs.claude.com/en/api/errors, en/api/rate-limits
ANTHROPIC = [
    Refusal("request", 400, anthropic("invalid_request_error", "messages: empty"), K.BAD_REQUEST),
    Refusal(
        "credit",
        400,
        anthropic(
            "invalid_request_error",
            "Your credit balance is too low to access the Anthropic API. Please go to Plans &"
            " Billing to upgrade or purchase credits.",
        ),
        K.QUOTA,
        said="Example has no credit left (400).",
    ),
    Refusal(
        "limit of one's own",
        400,
        anthropic(
            "invalid_request_error",
            "You have reached your specified API usage limits. You will regain access on"
            " 2026-12-01 at 00:00 UTC.",
        ),
        K.QUOTA,
        wait=24 * 86_400 + 2 * 3_600 + 40 * 60,
        said="The allowance at Example is used up (400).",
    ),
    Refusal(
        "long",
        400,
        anthropic("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
        K.CONTEXT,
    ),
    Refusal(
        "field",
        400,
        anthropic("invalid_request_error", "top_k: Extra inputs are not permitted"),
        K.BAD_REQUEST,
        parameter="top_k",
    ),
    Refusal(
        "two fields",
        400,
        anthropic(
            "invalid_request_error",
            "`temperature` and `top_p` cannot both be specified for this model.",
        ),
        K.BAD_REQUEST,
        parameter="top_p",
    ),
    Refusal(
        "field of the past",
        400,
        anthropic("invalid_request_error", "`temperature` is deprecated for this model."),
        K.BAD_REQUEST,
        parameter="temperature",
    ),
    Refusal("key", 401, anthropic("authentication_error", "invalid x-api-key"), K.AUTH),
    Refusal("billing", 402, anthropic("billing_error", "Check your payment method."), K.QUOTA),
    Refusal("permission", 403, anthropic("permission_error", "Not allowed."), K.AUTH),
    Refusal("model", 404, anthropic("not_found_error", "model: claude-x"), K.MODEL_GONE),
    Refusal("large", 413, anthropic("request_too_large", "Request exceeds 32 MB"), K.CONTEXT),
    Refusal(
        "large, from before the API",
        413,
        "<html>\r\n<head><title>413 Request Entity Too Large</title></head></html>",
        K.CONTEXT,
    ),
    Refusal(
        "rate",
        429,
        anthropic("rate_limit_error", "This request would exceed your account's rate limit."),
        K.RATE_LIMIT,
        wait=13,
        code="rate_limit_error",
        headers={"retry-after": "13"},
    ),
    Refusal(
        "rate, by the budget that is used up",
        429,
        anthropic("rate_limit_error", "x"),
        K.RATE_LIMIT,
        wait=30,
        headers={
            "anthropic-ratelimit-requests-remaining": "49",
            "anthropic-ratelimit-requests-reset": "2026-11-06T23:00:00Z",
            "anthropic-ratelimit-input-tokens-remaining": "0",
            "anthropic-ratelimit-input-tokens-reset": "2026-11-06T21:20:30Z",
            "date": DATE,
        },
    ),
    Refusal(
        "month",
        429,
        anthropic(
            "rate_limit_error",
            "You have reached your usage tier's monthly limit.",
            ', "details": {"error_code": "enforced_spend_limit_reached"}',
        ),
        K.QUOTA,
        code="enforced_spend_limit_reached",
        said="The budget at Example is spent (429).",
    ),
    Refusal("server", 500, anthropic("api_error", "Internal server error"), K.TRANSIENT),
    Refusal("slow", 504, anthropic("timeout_error", "Timed out"), K.TRANSIENT),
    Refusal(
        "overloaded",
        529,
        anthropic("overloaded_error", "Overloaded"),
        K.TRANSIENT,
        code="overloaded_error",
        said="Example could not answer (529 overloaded).",
    ),
    Refusal(
        "overloaded in mid-answer",
        None,
        anthropic("overloaded_error", "Overloaded"),
        K.TRANSIENT,
        said="Example could not answer (529 overloaded).",
    ),
    Refusal("rate in mid-answer", None, anthropic("rate_limit_error", "x"), K.RATE_LIMIT),
    Refusal("server in mid-answer", None, anthropic("api_error", "x"), K.TRANSIENT),
    Refusal("request in mid-answer", None, anthropic("invalid_request_error", "x"), K.BAD_REQUEST),
    Refusal("permission in mid-answer", None, anthropic("permission_error", "x"), K.AUTH),
    Refusal("model in mid-answer", None, anthropic("not_found_error", "x"), K.MODEL_GONE),
    Refusal("billing in mid-answer", None, anthropic("billing_error", "x"), K.QUOTA),
]


@each(ANTHROPIC)
def test_that_anthropics_refusal_is_understood(refusal: Refusal) -> None:
    refusal.check()

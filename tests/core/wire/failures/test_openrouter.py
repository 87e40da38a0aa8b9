"""How OpenRouter refuses."""

from __future__ import annotations

from helpers.refusals import Refusal, each
from understudy.errors import ErrorKind as K


def openrouter(code: int, message: str, metadata: str = "") -> str:
    more = f', "metadata": {{{metadata}}}' if metadata else ""
    return f'{{"error": {{"code": {code}, "message": "{message}"{more}}}, "user_id": "user_x"}}'


# openrouter.ai/docs/api/reference/errors-and-debugging, docs/api/reference/limits
OPENROUTER = [
    Refusal("key", 401, openrouter(401, "No auth credentials found"), K.AUTH),
    Refusal("user", 401, openrouter(401, "User not found."), K.AUTH),
    Refusal("credit", 402, openrouter(402, "Insufficient credits"), K.QUOTA),
    Refusal(
        "credit for so long an answer",
        402,
        openrouter(402, "This request requires more credits, or fewer max_tokens."),
        K.QUOTA,
    ),
    Refusal(
        "credit, with its source",
        402,
        openrouter(402, "x", '"limit_source": "openrouter_credits", "remedy_hint": "x"'),
        K.QUOTA,
        code="openrouter_credits",
    ),
    Refusal(
        "credit that is under way",
        402,
        openrouter(
            402,
            "This request would exceed your available credits given your current in-flight"
            " requests. Retry after in-flight requests settle, or add credits.",
            '"reason": "in_flight_budget_exhausted", "limit_source": "openrouter_in_flight_budget"',
        ),
        K.RATE_LIMIT,
        wait=4,
        headers={"Retry-After": "4"},
    ),
    Refusal("key's limit", 403, openrouter(403, "Key limit exceeded (total limit)."), K.QUOTA),
    Refusal(
        "budget",
        403,
        openrouter(
            403,
            "Budget limit exceeded",
            '"limit_source": "openrouter_guardrail_budget", "resets_at": "2026-11-07T00:00:00Z"',
        ),
        K.QUOTA,
        wait=9_600,
        said="The budget at Example is spent (403).",
    ),
    Refusal(
        "moderation",
        403,
        openrouter(
            403,
            "m-1 requires moderation on OpenAI. Your input was flagged",
            '"reasons": ["violence"], "flagged_input": "x", "provider_name": "OpenAI"',
        ),
        K.CONTENT_POLICY,
    ),
    Refusal(
        "moderation, by its reasons alone",
        403,
        openrouter(403, "No.", '"reasons": ["violence"], "flagged_input": "x"'),
        K.CONTENT_POLICY,
    ),
    Refusal(
        "guardrail",
        403,
        openrouter(403, "Request blocked: prompt injection patterns detected", '"patterns": ["x"]'),
        K.CONTENT_POLICY,
    ),
    Refusal("no right", 403, openrouter(403, "Forbidden"), K.AUTH),
    Refusal("slow", 408, openrouter(408, "Timed out"), K.TRANSIENT),
    Refusal(
        "rate of the free models",
        429,
        openrouter(
            429,
            "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model"
            " requests per day",
            '"headers": {"X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "0",'
            ' "X-RateLimit-Reset": "1794009600000"}, "provider_name": null',
        ),
        K.RATE_LIMIT,
        wait=9_600,
    ),
    Refusal(
        "rate, by its headers",
        429,
        openrouter(429, "Rate limit exceeded", '"error_type": "rate_limit_exceeded"'),
        K.RATE_LIMIT,
        wait=60,
        code="rate_limit_exceeded",
        headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1794000060000"},
    ),
    Refusal(
        "upstream's rate",
        429,
        openrouter(
            429,
            "Provider returned error",
            '"raw": "m-1 is temporarily rate-limited upstream.", "provider_name": "Chutes"',
        ),
        K.RATE_LIMIT,
    ),
    Refusal(
        "upstream's quota is not one's own",
        429,
        openrouter(
            429,
            "Provider returned error",
            '"raw": "{\\"error\\":{\\"message\\":\\"You exceeded your current quota\\"}}",'
            ' "provider_name": "Google AI Studio"',
        ),
        K.QUOTA,
        model_only=True,
    ),
    Refusal(
        "upstream's context",
        400,
        openrouter(
            400,
            "Provider returned error",
            '"raw": "{\\"message\\":\\"prompt is too long: 9 tokens > 8 maximum\\"}",'
            ' "provider_name": "Anthropic"',
        ),
        K.CONTEXT,
    ),
    Refusal("down", 502, openrouter(502, "Provider returned error"), K.TRANSIENT),
    Refusal(
        "nobody",
        503,
        openrouter(503, "There is no available model provider that meets your requirements"),
        K.TRANSIENT,
        wait=9,
        headers={"Retry-After": "9"},
    ),
    Refusal("id", 400, openrouter(400, "x is not a valid model ID"), K.MODEL_GONE),
    Refusal("none", 404, openrouter(404, "No endpoints found for x."), K.MODEL_GONE),
    Refusal(
        "none allowed",
        404,
        openrouter(404, "No allowed providers are available for the selected model."),
        K.MODEL_GONE,
    ),
    Refusal(
        "none with tools",
        404,
        openrouter(404, "No endpoints found that support tool use."),
        K.BAD_REQUEST,
        parameter="tools",
    ),
    Refusal(
        "none that sees",
        404,
        openrouter(404, "No endpoints found that support image input"),
        K.BAD_REQUEST,
    ),
    Refusal(
        "in mid-answer",
        None,
        '{"id": "gen-1", "object": "chat.completion.chunk", "provider": "OpenAI", "error": {"code":'
        ' 502, "message": "Provider disconnected mid-stream", "metadata": {"error_type":'
        ' "provider_unavailable"}}, "choices": [{"index": 0, "delta": {"content": ""},'
        ' "finish_reason": "error"}]}',
        K.TRANSIENT,
        code="provider_unavailable",
        said="Example could not answer (502).",
    ),
    Refusal(
        "as Responses, which hides the cause",
        None,
        '{"type": "response.failed", "response": {"status": "failed", "error": {"code":'
        ' "server_error", "message": "x"}, "error_type": "authentication"}}',
        K.AUTH,
    ),
    Refusal(
        "as Responses, for its length",
        None,
        '{"type": "response.failed", "response": {"error": {"code": "invalid_prompt", "message":'
        ' "x"}, "error_type": "context_length_exceeded"}}',
        K.CONTEXT,
    ),
    Refusal(
        "as Messages",
        None,
        '{"type": "error", "error": {"type": "api_error", "message": "x", "error_type":'
        ' "provider_overloaded"}}',
        K.TRANSIENT,
    ),
]


@each(OPENROUTER)
def test_that_openrouters_refusal_is_understood(refusal: Refusal) -> None:
    refusal.check()

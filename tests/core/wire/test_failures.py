"""What each provider's refusal means.

Every line is an answer as the provider documents it or as it was seen in traffic: the page or the
project is named beside it. Read: code, then words, then status.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.errors import ErrorKind
from understudy.wire.failures import error_from_event, error_from_response

K = ErrorKind


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "message", "code", "type", "detail", "metadata", "raw"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


def openai(message: str, kind: str = "invalid_request_error", code: Any = None) -> Any:
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def gemini(code: int, status: str, message: str, *details: Any) -> Any:
    return {"error": {"code": code, "message": message, "status": status, "details": details}}


def quota_failure(quota: str) -> Any:
    return {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{"quotaId": quota, "quotaMetric": "generate_content_requests"}],
    }


REFUSALS: list[tuple[str, int, Any, ErrorKind]] = [
    # platform.openai.com/docs/guides/error-codes
    ("OpenAI key", 401, openai("Incorrect API key", code="invalid_api_key"), K.AUTH),
    ("OpenAI no key", 401, openai("You didn't provide an API key."), K.AUTH),
    ("OpenAI rate", 429, openai("Rate limit", "tokens", "rate_limit_exceeded"), K.RATE_LIMIT),
    ("OpenAI quota", 429, openai("Exceeded", code="insufficient_quota"), K.QUOTA),
    ("OpenAI credit", 429, openai("Spent", code="credit_balance_exhausted"), K.QUOTA),
    ("OpenAI limit", 429, openai("Spent", code="project_spend_limit_exceeded"), K.QUOTA),
    ("OpenAI slow down", 429, openai("Slow", code="slow_down"), K.RATE_LIMIT),
    ("OpenAI overloaded", 503, openai("Busy", code="server_is_overloaded"), K.TRANSIENT),
    ("OpenAI server", 500, openai("The server had an error", "server_error"), K.TRANSIENT),
    ("OpenAI context", 400, openai("Too long", code="context_length_exceeded"), K.CONTEXT),
    (
        "OpenAI model",
        404,
        openai("The model `x` does not exist", code="model_not_found"),
        K.MODEL_GONE,
    ),
    (
        "OpenAI region",
        403,
        openai("Country, region, or territory not supported", "request_forbidden"),
        K.REGION,
    ),
    (
        "OpenAI region code",
        403,
        openai("No.", code="unsupported_country_region_territory"),
        K.REGION,
    ),
    ("OpenAI parameter", 400, openai("Unsupported parameter: 'max_tokens'"), K.BAD_REQUEST),
    (
        "OpenAI too large for the minute",
        429,
        openai("Request too large for gpt on tokens per min", "tokens", "rate_limit_exceeded"),
        K.CONTEXT,
    ),
    # learn.microsoft.com, Azure OpenAI
    (
        "Azure filter",
        400,
        {
            "error": {
                "message": "The response was filtered",
                "code": "content_filter",
                "innererror": {"code": "ResponsibleAIPolicyViolation"},
            }
        },
        K.CONTENT_POLICY,
    ),
    (
        "Azure filter inside",
        400,
        {"error": {"message": "No.", "innererror": {"code": "ResponsibleAIPolicyViolation"}}},
        K.CONTENT_POLICY,
    ),
    ("Azure deployment", 404, openai("Not there", code="DeploymentNotFound"), K.MODEL_GONE),
    # openrouter.ai/docs/api-reference/errors
    (
        "OpenRouter moderation",
        403,
        {"error": {"code": 403, "message": "The model requires moderation: input was flagged"}},
        K.CONTENT_POLICY,
    ),
    (
        "OpenRouter upstream",
        429,
        {"error": {"code": 429, "message": "Provider returned error", "metadata": {"raw": "x"}}},
        K.RATE_LIMIT,
    ),
    (
        "OpenRouter credit",
        402,
        {"error": {"code": 402, "message": "Insufficient credits"}},
        K.QUOTA,
    ),
    (
        "OpenRouter id",
        400,
        {"error": {"code": 400, "message": "x is not a valid model ID"}},
        K.MODEL_GONE,
    ),
    (
        "OpenRouter none",
        404,
        {"error": {"code": 404, "message": "No endpoints found for x."}},
        K.MODEL_GONE,
    ),
    (
        "OpenRouter key",
        401,
        {"error": {"code": 401, "message": "No auth credentials found"}},
        K.AUTH,
    ),
    ("OpenRouter slow", 408, {"error": {"code": 408, "message": "Timed out"}}, K.TRANSIENT),
    # api-docs.deepseek.com/quick_start/error_codes
    ("DeepSeek balance", 402, openai("Insufficient Balance", "unknown_error"), K.QUOTA),
    ("DeepSeek model", 400, openai("Model Not Exist"), K.MODEL_GONE),
    ("DeepSeek content", 400, openai("Content Exists Risk"), K.CONTENT_POLICY),
    ("DeepSeek parameter", 422, openai("Failed to deserialize"), K.BAD_REQUEST),
    # console.groq.com/docs/errors
    ("Groq size", 413, openai("Request too large", "tokens", "rate_limit_exceeded"), K.CONTEXT),
    ("Groq flex", 498, openai("Capacity", code="capacity_exceeded"), K.TRANSIENT),
    ("Groq model", 400, openai("Gone", code="model_decommissioned"), K.MODEL_GONE),
    ("Groq tool", 400, openai("Failed to call", code="tool_use_failed"), K.TRANSIENT),
    # docs.mistral.ai; recorded traffic
    ("Mistral key", 401, {"detail": "Unauthorized"}, K.AUTH),
    (
        "Mistral field",
        422,
        {"detail": [{"loc": ["body", "x"], "msg": "Extra inputs"}]},
        K.BAD_REQUEST,
    ),
    (
        "Mistral model",
        400,
        {"object": "error", "message": "Invalid model: x", "type": "invalid_model", "code": "1500"},
        K.MODEL_GONE,
    ),
    (
        "Mistral capacity",
        429,
        {"object": "error", "message": "Full", "type": "service_tier_capacity_exceeded"},
        K.TRANSIENT,
    ),
    ("Mistral rate", 429, {"message": "Requests rate limit exceeded"}, K.RATE_LIMIT),
    # ai.google.dev/gemini-api/docs/api-errors
    ("Gemini key", 400, gemini(400, "INVALID_ARGUMENT", "API key not valid."), K.AUTH),
    ("Gemini array", 400, [gemini(400, "INVALID_ARGUMENT", "API key not valid.")], K.AUTH),
    ("Gemini place", 400, gemini(400, "X", "User location is not supported"), K.REGION),
    (
        "Gemini minute",
        429,
        gemini(
            429,
            "RESOURCE_EXHAUSTED",
            "You exceeded your current quota",
            quota_failure("GenerateRequestsPerMinutePerProjectPerModel-FreeTier"),
        ),
        K.RATE_LIMIT,
    ),
    (
        "Gemini day",
        429,
        gemini(
            429,
            "RESOURCE_EXHAUSTED",
            "You exceeded your current quota",
            quota_failure("GenerateRequestsPerDayPerProjectPerModel-FreeTier"),
        ),
        K.QUOTA,
    ),
    ("Gemini bare", 429, gemini(429, "RESOURCE_EXHAUSTED", "Exhausted"), K.RATE_LIMIT),
    ("Gemini busy", 503, gemini(503, "UNAVAILABLE", "The model is overloaded."), K.TRANSIENT),
    # docs.bigmodel.cn/cn/api/api-code
    ("GLM key", 401, {"error": {"code": "1001", "message": "x"}}, K.AUTH),
    ("GLM arrears", 429, {"error": {"code": "1113", "message": "余额不足"}}, K.QUOTA),
    ("GLM arrears in words", 429, {"error": {"message": "余额不足或无可用资源包"}}, K.QUOTA),
    ("GLM rate", 429, {"error": {"code": "1302", "message": "x"}}, K.RATE_LIMIT),
    ("GLM number", 429, {"error": {"code": 1308, "message": "x"}}, K.QUOTA),
    ("GLM model", 400, {"error": {"code": "1211", "message": "x"}}, K.MODEL_GONE),
    ("GLM long", 400, {"error": {"code": "1261", "message": "x"}}, K.CONTEXT),
    ("GLM policy", 400, {"error": {"code": "1301", "message": "x"}}, K.CONTENT_POLICY),
    # docs.x.ai; recorded traffic
    ("xAI key", 400, {"code": "Client error", "error": "Incorrect API key provided"}, K.AUTH),
    ("Cohere", 429, {"id": "1", "message": "You are past the rate limit"}, K.RATE_LIMIT),
    # docs.anthropic.com/en/api/errors, behind compatible gateways
    ("Anthropic credit", 400, openai("Your credit balance is too low"), K.QUOTA),
    ("Anthropic long", 400, openai("prompt is too long: 9 tokens > 8 maximum"), K.CONTEXT),
    ("Anthropic busy", 529, openai("Overloaded", "overloaded_error"), K.TRANSIENT),
    # llama.cpp tools/server; docs.ollama.com/api/errors; LM Studio
    (
        "llama.cpp context",
        400,
        {"error": {"code": 400, "message": "x", "type": "exceed_context_size_error", "n_ctx": 8}},
        K.CONTEXT,
    ),
    (
        "llama.cpp loading",
        503,
        {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}},
        K.TRANSIENT,
    ),
    (
        "Ollama model",
        404,
        openai('model "x" not found, try pulling it first', "api_error"),
        K.MODEL_GONE,
    ),
    ("Ollama own", 404, {"error": 'model "x" not found'}, K.MODEL_GONE),
    ("LM Studio none", 404, {"error": {"message": "No models loaded"}}, K.MODEL_GONE),
]


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [row[1:] for row in REFUSALS],
    ids=[row[0] for row in REFUSALS],
)
def test_that_a_documented_refusal_is_understood(status: int, body: Any, kind: ErrorKind) -> None:
    error = error_from_response(status, {}, json.dumps(body).encode(), name="Example")
    assert error.kind is kind
    assert error.status == status
    assert error.happened.endswith(f"({'529 overloaded' if status == 529 else status}).")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, K.BAD_REQUEST),
        (401, K.AUTH),
        (402, K.QUOTA),
        (403, K.AUTH),
        (404, K.MODEL_GONE),
        (405, K.BAD_REQUEST),
        (407, K.NETWORK),
        (408, K.TRANSIENT),
        (409, K.TRANSIENT),
        (410, K.MODEL_GONE),
        (413, K.CONTEXT),
        (422, K.BAD_REQUEST),
        (425, K.TRANSIENT),
        (429, K.RATE_LIMIT),
        (451, K.REGION),
        (498, K.TRANSIENT),
        (500, K.TRANSIENT),
        (502, K.TRANSIENT),
        (503, K.TRANSIENT),
        (504, K.TRANSIENT),
        (522, K.TRANSIENT),
        (529, K.TRANSIENT),
    ],
)
@pytest.mark.parametrize(
    "body", [b"", b"Nope", b"\xff\xfe", b"{", b"[]", b"null", b"7", b'{"error": {}}', b"[" * 9_999]
)
def test_that_the_status_decides_where_the_body_says_nothing(
    status: int, kind: ErrorKind, body: bytes
) -> None:
    assert error_from_response(status, {}, body).kind is kind


def test_that_a_kind_for_every_error_has_a_sentence() -> None:
    sentences = {
        error_from_response(status, {}, b"", name="Example", model="m-1").happened
        for status in (400, 401, 402, 404, 407, 413, 429, 451, 503)
    }
    assert sentences == {
        "Example did not accept the request (400).",
        "Example rejected the key (401).",
        "Example has no credit left (402).",
        "Example does not have the model m-1 (404).",
        "Example was not reached: the proxy wants a login (407).",
        "This conversation is too long for Example (413).",
        "Example was rate limited (429).",
        "Example does not serve this country or region (451).",
        "Example could not answer (503).",
    }


def test_that_the_providers_own_code_and_words_are_kept_for_the_trace() -> None:
    body = json.dumps(openai("The model\n is   gone", code="Model_Decommissioned")).encode()
    error = error_from_response(400, {}, body)
    assert (error.code, error.detail) == ("model_decommissioned", "The model is gone")


def test_that_words_of_the_upstream_behind_a_gateway_are_kept() -> None:
    told = {"message": "Provider returned error", "metadata": {"raw": {"why": "too many requests"}}}
    error = error_from_response(429, {}, json.dumps({"error": told}).encode())
    assert error.detail == 'Provider returned error · {"why": "too many requests"}'


def test_that_of_a_web_page_only_the_title_is_kept() -> None:
    page = b"<html><head><title>502 Bad Gateway</title></head><body>lots</body></html>"
    assert error_from_response(502, {}, page).detail == "502 Bad Gateway"
    assert error_from_response(502, {}, b"<html>lots</html>").detail == ""
    assert error_from_response(502, {}, b"upstream is down").detail == "upstream is down"


def test_that_nested_errors_end_somewhere() -> None:
    body: dict[str, Any] = {"message": "deep"}
    for _ in range(50):
        body = {"error": body}
    assert error_from_response(400, {}, json.dumps(body).encode()).kind is K.BAD_REQUEST


def test_that_a_detail_is_short_however_long_the_body() -> None:
    body = json.dumps(openai("long " * 100_000)).encode()
    assert len(error_from_response(400, {}, body).detail) == 500


CANARY = "sk-canary-0123456789abcdefghijABCDEFGHIJ"


@pytest.mark.parametrize(
    "body",
    [
        openai(f"Incorrect API key provided: {CANARY}. You can find yours at"),
        openai("Bad", code=CANARY),
        openai("Bad", kind=CANARY),
        {"error": CANARY},
        {"detail": CANARY},
        {"error": {"message": "x", "metadata": {"raw": f'{{"key": "{CANARY}"}}'}}},
        {"error": {"message": "x", "metadata": {"raw": {"headers": [f"Bearer {CANARY}"]}}}},
        [{"error": {"message": f"{'x' * 480} {CANARY}"}}],
    ],
)
@pytest.mark.parametrize("secrets", [(), (CANARY,)])
def test_that_no_part_of_a_key_stands_in_an_error(body: Any, secrets: tuple[str, ...]) -> None:
    told = json.dumps(body)
    for error in (
        error_from_response(401, {}, told.encode(), secrets=secrets),
        error_from_event(body, secrets=secrets),
        error_from_event(told, secrets=secrets),
    ):
        everything = " ".join([str(error), error.code, error.detail, repr(error.args)])
        assert "canary" not in everything
        assert "ABCDEFGHIJ" not in everything


def test_that_an_error_in_a_stream_without_a_status_is_transient() -> None:
    error = error_from_event({"error": {"message": "Something"}}, name="Example")
    assert (error.kind, error.status, str(error)) == (
        K.TRANSIENT,
        None,
        "Example could not answer.",
    )


def test_that_a_wait_is_read_from_headers_of_any_case_and_from_a_stream() -> None:
    assert error_from_response(429, {"Retry-After": "7"}, b"").retry_after == 7
    told = {"error": {"code": 429, "message": "Please try again in 5.289s"}}
    assert error_from_event(told).retry_after == pytest.approx(5.289)


@given(st.binary(max_size=60) | JSON_VALUES.map(lambda value: json.dumps(value).encode()))
def test_that_no_body_breaks_what_reads_it(body: bytes) -> None:
    error = error_from_response(500, {"retry-after": body.decode("latin-1")}, body)
    assert error.happened.startswith("The provider ") or "for The provider" in error.happened

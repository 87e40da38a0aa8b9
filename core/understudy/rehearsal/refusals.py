"""Faults that a server tells by a status: the key, the account, the model, the request.

Where their words are documented: platform.openai.com/docs/guides/error-codes,
docs.claude.com/en/api/errors, ai.google.dev/gemini-api/docs/api-errors, api-docs.deepseek.com
(quick_start/error_codes), docs.bigmodel.cn/cn/api/api-code, console.groq.com/docs/errors,
learn.microsoft.com/azure/ai-services/openai/concepts/content-filter, docs.perplexity.ai,
github.com/ggml-org/llama.cpp (tools/server).
"""

from __future__ import annotations

from typing import Final

from understudy.errors import ErrorKind
from understudy.rehearsal.fault import (
    A_DAY,
    HOUR,
    Fault,
    anthropic_error,
    google_error,
    json_reply,
    openai_error,
    page,
)
from understudy.rehearsal.speech import SPEECH, Chunk, event

EVENING: Final = "Fri, 06 Nov 2026 21:20:00 GMT"
"""When the servers of the catalogue say it is, where that matters."""
TO_MIDNIGHT: Final = 10 * HOUR + 40 * 60
"""From then to midnight in California, when Google counts a new day."""

_DAY = {
    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
    "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}],
}
_KEY_INVALID = {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    "reason": "API_KEY_INVALID",
    "domain": "googleapis.com",
}

REFUSALS: Final = (
    Fault(
        "key-rejected",
        "The key is rejected (401)",
        ErrorKind.AUTH,
        (openai_error(401, "Incorrect API key.", "invalid_request_error", "invalid_api_key"),),
        rests="until-key",
    ),
    Fault(
        "key-rejected-as-400",
        "The key is rejected as a bad request (400, Gemini)",
        ErrorKind.AUTH,
        (
            google_error(
                400,
                "INVALID_ARGUMENT",
                "API key not valid. Please pass a valid API key.",
                _KEY_INVALID,
            ),
        ),
        wire="gemini",
        rests="until-key",
    ),
    Fault(
        "key-rejected-by-page",
        "The key is rejected with a web page (401, Perplexity)",
        ErrorKind.AUTH,
        (page(401, "401 Authorization Required"),),
        rests="until-key",
    ),
    Fault(
        "no-balance",
        "The balance is empty (402)",
        ErrorKind.QUOTA,
        (openai_error(402, "Insufficient Balance", "unknown_error", "invalid_request_error"),),
        rests=A_DAY,
    ),
    Fault(
        "quota-as-429",
        "The credit is spent, told as too many requests (429)",
        ErrorKind.QUOTA,
        (
            openai_error(
                429,
                "You exceeded your current quota, please check your plan and billing details.",
                "insufficient_quota",
                "insufficient_quota",
            ),
        ),
        rests=A_DAY,
    ),
    Fault(
        "quota-as-code",
        "The account is in arrears, told by a number (429, Zhipu)",
        ErrorKind.QUOTA,
        (json_reply(429, {"error": {"code": "1113", "message": "您的账户已欠费"}}),),
        rests=A_DAY,
    ),
    Fault(
        "quota-as-400",
        "The credit is spent, told as a bad request (400, Anthropic)",
        ErrorKind.QUOTA,
        (
            anthropic_error(
                400,
                "invalid_request_error",
                "Your credit balance is too low to access the Anthropic API.",
            ),
        ),
        wire="anthropic",
        rests=A_DAY,
    ),
    Fault(
        "quota-of-the-day",
        "The day's free requests are used up (429, Gemini)",
        ErrorKind.QUOTA,
        (
            google_error(
                429,
                "RESOURCE_EXHAUSTED",
                "You exceeded your current quota, please check your plan and billing details.",
                _DAY,
                date=EVENING,
            ),
        ),
        wire="gemini",
        rests=TO_MIDNIGHT,
    ),
    Fault(
        "wrong-country",
        "This country is not served (403)",
        ErrorKind.REGION,
        (
            openai_error(
                403,
                "Country, region, or territory not supported",
                "request_forbidden",
                "unsupported_country_region_territory",
            ),
        ),
        rests=A_DAY,
    ),
    Fault(
        "model-gone",
        "The model does not exist (404)",
        ErrorKind.MODEL_GONE,
        (
            openai_error(
                404, "The model does not exist.", "invalid_request_error", "model_not_found"
            ),
        ),
        rests=A_DAY,
    ),
    Fault(
        "model-retired",
        "The model was retired (400, Groq)",
        ErrorKind.MODEL_GONE,
        (
            openai_error(
                400,
                "The model has been decommissioned and is no longer supported.",
                "invalid_request_error",
                "model_decommissioned",
            ),
        ),
        rests=A_DAY,
    ),
    Fault(
        "context",
        "The conversation is too long (400)",
        ErrorKind.CONTEXT,
        (
            openai_error(
                400,
                "This model's maximum context length is 8192 tokens.",
                "invalid_request_error",
                "context_length_exceeded",
            ),
        ),
        then="larger-window",
        rests="none",
    ),
    Fault(
        "context-on-this-computer",
        "The conversation is too long for its window (400, llama.cpp)",
        ErrorKind.CONTEXT,
        (
            json_reply(
                400,
                {
                    "error": {
                        "code": 400,
                        "message": "the request exceeds the available context size",
                        "type": "exceed_context_size_error",
                        "n_prompt_tokens": 9001,
                        "n_ctx": 4096,
                    }
                },
            ),
        ),
        then="larger-window",
        rests="none",
    ),
    Fault(
        "request-too-large",
        "The request is too large (413)",
        ErrorKind.CONTEXT,
        (anthropic_error(413, "request_too_large", "Request exceeds the maximum size"),),
        wire="anthropic",
        then="larger-window",
        rests="none",
    ),
    Fault(
        "bad-request",
        "The request is not accepted (400)",
        ErrorKind.BAD_REQUEST,
        (openai_error(400, "Invalid value for 'messages'.", "invalid_request_error"),),
        then="nobody",
        rests="none",
    ),
    Fault(
        "parameter-refused",
        "A parameter is not taken (400)",
        None,
        (
            openai_error(
                400,
                "Unrecognized request argument supplied: stream_options",
                "invalid_request_error",
            ),
        ),
        then="same",
        rests="none",
        recovers=True,
    ),
    Fault(
        "declined",
        "The question is declined by a filter (400, Azure)",
        ErrorKind.CONTENT_POLICY,
        (
            openai_error(
                400,
                "The response was filtered due to the content management policy.",
                "invalid_request_error",
                "content_filter",
            ),
        ),
        then="nobody",
        rests="none",
    ),
    Fault(
        "declined-in-answer",
        "The question is declined inside an answer (200, Gemini)",
        ErrorKind.CONTENT_POLICY,
        (
            SPEECH["gemini"].stream(
                Chunk(event({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}, end="\r\n"))
            ),
        ),
        wire="gemini",
        then="nobody",
        rests="none",
    ),
)
"""In the order in which the scorecard tells them."""

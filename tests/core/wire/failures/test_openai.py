"""How OpenAI refuses."""

from __future__ import annotations

from helpers.refusals import Refusal, each
from understudy.errors import ErrorKind as K

# platform.openai.com/docs/guides/error-codes; help.openai.com/en/articles/6614457; the words as
# they were seen in traffic
OPENAI = [
    Refusal(
        "wrong key",
        401,
        '{"error": {"message": "Incorrect API key provided: sk-ab****yz. You can find your API key'
        ' at https://platform.openai.com/account/api-keys.", "type": "invalid_request_error",'
        ' "param": null, "code": "invalid_api_key"}}',
        K.AUTH,
        code="invalid_api_key",
        said="Example rejected the key (401).",
    ),
    Refusal(
        "no key",
        401,
        '{"error": {"message": "You didn\'t provide an API key. You need to provide your API key in'
        ' an Authorization header", "type": "invalid_request_error", "param": null, "code": null}}',
        K.AUTH,
    ),
    Refusal(
        "address not allowed",
        401,
        '{"error": {"message": "Your request IP does not match.", "code": "ip_not_authorized"}}',
        K.AUTH,
    ),
    Refusal(
        "country",
        403,
        '{"error": {"code": "unsupported_country_region_territory", "message": "Country, region, or'
        ' territory not supported", "param": null, "type": "request_forbidden"}}',
        K.REGION,
        code="unsupported_country_region_territory",
        said="Example does not serve this country or region (403).",
    ),
    Refusal(
        "requests a minute",
        429,
        '{"error": {"message": "Rate limit reached for gpt-5.4-mini in organization org-x on'
        ' requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s.", "type":'
        ' "requests", "param": null, "code": "rate_limit_exceeded"}}',
        K.RATE_LIMIT,
        wait=20,
        code="rate_limit_exceeded",
    ),
    Refusal(
        "requests a day",
        429,
        '{"error": {"message": "Rate limit reached for gpt-5.4 on requests per day (RPD): Limit'
        ' 200, Used 200, Requested 1. Please try again in 7m12s.", "type": "requests", "param":'
        ' null, "code": "rate_limit_exceeded"}}',
        K.RATE_LIMIT,
        wait=432,
    ),
    Refusal(
        "too large for the minute",
        429,
        '{"error": {"message": "Request too large for gpt-4o in organization org-x on tokens per'
        " min (TPM): Limit 30000, Requested 30601. The input or output tokens must be reduced in"
        ' order to run successfully.", "type": "tokens", "param": null, "code":'
        ' "rate_limit_exceeded"}}',
        K.CONTEXT,
    ),
    Refusal(
        "slow down",
        429,
        '{"error": {"message": "Slow down", "type": "rate_limit_error", "code": "slow_down"}}',
        K.RATE_LIMIT,
        wait=2,
        headers={"Retry-After": "2"},
    ),
    Refusal(
        "quota",
        429,
        '{"error": {"message": "You exceeded your current quota, please check your plan and billing'
        ' details.", "type": "insufficient_quota", "param": null, "code": "insufficient_quota"}}',
        K.QUOTA,
        code="insufficient_quota",
        said="Example has no credit left (429).",
    ),
    Refusal(
        "prepaid credit",
        429,
        '{"error": {"message": "You exceeded your current quota", "type": "insufficient_quota",'
        ' "code": "credit_balance_exhausted"}}',
        K.QUOTA,
        code="credit_balance_exhausted",
    ),
    *(
        Refusal(
            code,
            429,
            f'{{"error": {{"message": "x", "type": "insufficient_quota", "code": "{code}"}}}}',
            K.QUOTA,
            code=code,
        )
        for code in (
            "organization_spend_limit_exceeded",
            "project_spend_limit_exceeded",
            "organization_usage_limit_exceeded",
            "billing_hard_limit_reached",
            "billing_not_active",
        )
    ),
    Refusal(
        "account closed",
        401,
        '{"error": {"message": "x", "type": "x", "code": "account_deactivated"}}',
        K.AUTH,
    ),
    Refusal(
        "overloaded",
        503,
        '{"error": {"message": "Overloaded", "type": "service_unavailable_error", "code":'
        ' "server_is_overloaded"}}',
        K.TRANSIENT,
        code="server_is_overloaded",
    ),
    Refusal(
        "server",
        500,
        '{"error": {"message": "The server had an error while processing your request", "type":'
        ' "server_error", "param": null, "code": null}}',
        K.TRANSIENT,
        said="Example could not answer (500).",
    ),
    Refusal(
        "context",
        400,
        '{"error": {"message": "This model\'s maximum context length is 8192 tokens. However, your'
        ' messages resulted in 9000 tokens.", "type": "invalid_request_error", "param": "messages",'
        ' "code": "context_length_exceeded"}}',
        K.CONTEXT,
        code="context_length_exceeded",
        said="This conversation is too long for Example (400).",
    ),
    Refusal(
        "one text too long",
        400,
        '{"error": {"message": "Invalid \'messages[0].content\': string too long.", "type":'
        ' "invalid_request_error", "param": "messages[0].content", "code":'
        ' "string_above_max_length"}}',
        K.CONTEXT,
    ),
    Refusal(
        "no such model",
        404,
        '{"error": {"message": "The model `m-1` does not exist or you do not have access to it.",'
        ' "type": "invalid_request_error", "param": null, "code": "model_not_found"}}',
        K.MODEL_GONE,
        said="Example does not have the model m-1 (404).",
    ),
    Refusal(
        "project without the model",
        403,
        '{"error": {"message": "Project `p` does not have access to model `m-1`", "type":'
        ' "invalid_request_error", "param": null, "code": "model_not_found"}}',
        K.MODEL_GONE,
    ),
    Refusal(
        "organisation not verified",
        404,
        '{"error": {"message": "Your organization must be verified to use the model `o3`.", "type":'
        ' "invalid_request_error", "param": null, "code": "model_not_found"}}',
        K.MODEL_GONE,
    ),
    Refusal(
        "flagged",
        400,
        '{"error": {"message": "Invalid prompt: your prompt was flagged as potentially violating'
        ' our usage policy.", "type": "invalid_request_error", "code": "invalid_prompt"}}',
        K.CONTENT_POLICY,
        said="Example declined to answer (400).",
    ),
    Refusal(
        "parameter",
        400,
        '{"error": {"message": "Unsupported parameter: \'max_tokens\' is not supported with this'
        ' model. Use \'max_completion_tokens\' instead.", "type": "invalid_request_error", "param":'
        ' "max_tokens", "code": "unsupported_parameter"}}',
        K.BAD_REQUEST,
        parameter="max_tokens",
    ),
    Refusal(
        "value",
        400,
        '{"error": {"message": "Unsupported value: \'temperature\' does not support 0.2 with this'
        ' model. Only the default (1) value is supported.", "type": "invalid_request_error",'
        ' "param": "temperature", "code": "unsupported_value"}}',
        K.BAD_REQUEST,
        parameter="temperature",
    ),
    Refusal(
        "tier",
        400,
        '{"error": {"message": "Invalid service_tier argument: The requested service tier is not'
        ' allowed for this project.", "type": "invalid_request_error", "param": "service_tier"}}',
        K.BAD_REQUEST,
        parameter="service_tier",
    ),
]

# platform.openai.com/docs/api-reference/responses-streaming
RESPONSES = [
    Refusal(
        "failed by its limit",
        None,
        '{"type": "response.failed", "response": {"id": "resp_1", "status": "failed", "error":'
        ' {"code": "rate_limit_exceeded", "message": "Rate limit reached. Please try again in'
        ' 1.5s."}}, "sequence_number": 4}',
        K.RATE_LIMIT,
        wait=1.5,
        code="rate_limit_exceeded",
        said="Example was rate limited.",
    ),
    Refusal(
        "failed by itself",
        None,
        '{"type": "response.failed", "response": {"status": "failed", "error": {"code":'
        ' "server_error", "message": "The model failed to generate a response."}}}',
        K.TRANSIENT,
        code="server_error",
        said="Example could not answer (500).",
    ),
    Refusal(
        "failed by its quota",
        None,
        '{"type": "response.failed", "response": {"status": "failed", "error": {"code":'
        ' "insufficient_quota", "message": "You exceeded your current quota"}}}',
        K.QUOTA,
    ),
    Refusal(
        "failed by the prompt",
        None,
        '{"type": "response.failed", "response": {"status": "failed", "error": {"code":'
        ' "invalid_prompt", "message": "The prompt cannot be used."}}}',
        K.BAD_REQUEST,
        code="invalid_prompt",
    ),
    Refusal(
        "an image that cannot be read",
        None,
        '{"type": "response.failed", "response": {"error": {"code": "image_parse_error", "message":'
        ' "x"}}}',
        K.BAD_REQUEST,
    ),
    Refusal(
        "an image that may not be",
        None,
        '{"type": "response.failed", "response": {"error": {"code":'
        ' "image_content_policy_violation", "message": "x"}}}',
        K.CONTENT_POLICY,
    ),
    Refusal(
        "error event",
        None,
        '{"type": "error", "code": "rate_limit_exceeded", "message": "x", "param": null}',
        K.RATE_LIMIT,
    ),
    Refusal(
        "error event with an object",
        None,
        '{"type": "error", "error": {"type": "invalid_request_error", "code":'
        ' "context_length_exceeded", "message": "Your input exceeds the context window"}}',
        K.CONTEXT,
    ),
    Refusal(
        "incomplete by the filter",
        None,
        '{"type": "response.incomplete", "response": {"status": "incomplete",'
        ' "incomplete_details": {"reason": "content_filter"}, "error": null}}',
        K.CONTENT_POLICY,
        code="content_filter",
    ),
]


@each([*OPENAI, *RESPONSES])
def test_that_openais_refusal_is_understood(refusal: Refusal) -> None:
    refusal.check()

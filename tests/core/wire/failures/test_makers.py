"""How makers of models refuse who speak OpenAI's language: DeepSeek, Mistral, xAI, Cohere."""

from __future__ import annotations

from helpers.refusals import Refusal, each
from understudy.errors import ErrorKind as K


def error(message: str, kind: str = "invalid_request_error", code: str = "") -> str:
    more = f', "code": "{code}"' if code else ""
    return f'{{"error": {{"message": "{message}", "type": "{kind}", "param": null{more}}}}}'


# api-docs.deepseek.com/quick_start/error_codes; the words as seen in traffic
DEEPSEEK = [
    Refusal(
        "balance",
        402,
        error("Insufficient Balance", "unknown_error", "invalid_request_error"),
        K.QUOTA,
    ),
    Refusal(
        "key",
        401,
        error("Authentication Fails, Your api key: ****abcd is invalid", "authentication_error"),
        K.AUTH,
    ),
    Refusal("model", 400, error("Model Not Exist"), K.MODEL_GONE),
    Refusal("content", 400, error("Content Exists Risk"), K.CONTENT_POLICY),
    Refusal(
        "long",
        400,
        error("This model's maximum context length is 65536 tokens. However, you requested 70000."),
        K.CONTEXT,
    ),
    Refusal(
        "field",
        422,
        error(
            "Failed to deserialize the JSON body into the target type: unknown field `x`, expected"
            " one of `model`, `messages` at line 1 column 5"
        ),
        K.BAD_REQUEST,
        parameter="x",
    ),
    Refusal(
        "image",
        422,
        error("Failed to deserialize: messages[0]: unknown variant `image_url`, expected `text`"),
        K.BAD_REQUEST,
    ),
    Refusal("rate", 429, error("Rate limit reached"), K.RATE_LIMIT),
    Refusal("server", 500, error("Server error"), K.TRANSIENT),
    Refusal("busy", 503, error("Server overloaded"), K.TRANSIENT),
]

# docs.mistral.ai/api; mistralai/platform-docs-public issue 7 and others for the words
MISTRAL = [
    Refusal("key", 401, '{"detail": "Unauthorized"}', K.AUTH),
    Refusal(
        "field",
        422,
        '{"detail": [{"type": "extra_forbidden", "loc": ["body", "max_completion_tokens"], "msg":'
        ' "Extra inputs are not permitted", "input": 32000}]}',
        K.BAD_REQUEST,
        parameter="max_completion_tokens",
    ),
    Refusal(
        "field, wrapped",
        422,
        '{"object": "error", "message": {"detail": [{"type": "extra_forbidden", "loc": ["body",'
        ' "n"], "msg": "Extra inputs are not permitted", "input": 1}]}, "type":'
        ' "invalid_request_error", "param": null, "code": null}',
        K.BAD_REQUEST,
        parameter="n",
    ),
    Refusal(
        "field, as text, with a number that is a wrong key at Zhipu",
        422,
        '{"object": "error", "message": "{\\"detail\\":[{\\"type\\":\\"extra_forbidden\\",'
        '\\"loc\\":[\\"body\\",\\"frequency_penalty\\"],\\"msg\\":\\"Extra inputs\\"}]}",'
        ' "type": "internal_error_proxy", "param": null, "code": "1000"}',
        K.BAD_REQUEST,
        parameter="frequency_penalty",
    ),
    Refusal(
        "field, twice",
        422,
        '{"object": "Error", "detail": [{"type": "extra_forbidden", "loc": ["body", "tools"],'
        ' "msg": "x"}], "message": [{"type": "extra_forbidden", "loc": ["body", "tools"], "msg":'
        ' "x"}], "type": "invalid_request_error", "code": 3001}',
        K.BAD_REQUEST,
        parameter="tools",
    ),
    Refusal(
        "field within a message",
        422,
        '{"object": "error", "message": {"detail": [{"type": "extra_forbidden", "loc": ["body",'
        ' "messages", 0, "user", "name"], "msg": "Extra inputs are not permitted"}]}}',
        K.BAD_REQUEST,
    ),
    Refusal(
        "model",
        400,
        '{"object": "error", "message": "Invalid model: x", "type": "invalid_model", "param": null,'
        ' "code": "1500"}',
        K.MODEL_GONE,
        code="1500",
    ),
    Refusal(
        "capacity",
        429,
        '{"object": "error", "message": "Service tier capacity exceeded for this model.", "type":'
        ' "service_tier_capacity_exceeded", "param": null, "code": "3505"}',
        K.TRANSIENT,
    ),
    Refusal("rate", 429, '{"message": "Requests rate limit exceeded"}', K.RATE_LIMIT),
    Refusal(
        "rate, with a number that is content policy at Zhipu",
        429,
        '{"object": "error", "message": "Rate limit exceeded", "type": "rate_limited", "param":'
        ' null, "code": "1300"}',
        K.RATE_LIMIT,
    ),
    Refusal("payment", 402, '{"detail": "Check your payment method"}', K.QUOTA),
]

# docs.x.ai/docs/debugging-errors; continuedev/continue issue 10373 and others for the words
XAI = [
    Refusal(
        "key",
        400,
        '{"code": "Client specified an invalid argument", "error": "Incorrect API key provided:'
        ' xa***ab. You can obtain an API key from https://console.x.ai."}',
        K.AUTH,
        code="client specified an invalid argument",
    ),
    Refusal(
        "model",
        404,
        '{"code": "Some requested entity was not found", "error": "The model m-1 does not exist or'
        ' your team does not have access to it."}',
        K.MODEL_GONE,
    ),
    Refusal(
        "long",
        400,
        '{"code": "Client specified an invalid argument", "error": "This model\'s maximum prompt'
        ' length is 131072 but the request contains 537812 tokens."}',
        K.CONTEXT,
    ),
    Refusal(
        "rate",
        429,
        '{"code": "Some resource has been exhausted", "error": "Too many requests for team"}',
        K.RATE_LIMIT,
    ),
    Refusal(
        "credits",
        429,
        '{"code": "Some resource has been exhausted", "error": "Your team has either used all'
        ' available credits or reached its monthly spending limit."}',
        K.QUOTA,
    ),
    Refusal(
        "no credits yet",
        403,
        '{"code": "The caller does not have permission to execute the specified operation",'
        ' "error": "Your newly created team doesn\'t have any credits or licenses yet."}',
        K.QUOTA,
    ),
    Refusal(
        "content",
        403,
        '{"code": "The caller does not have permission to execute the specified operation",'
        ' "error": "Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO"}',
        K.CONTENT_POLICY,
    ),
    Refusal(
        "argument",
        400,
        '{"code": "Client specified an invalid argument", "error": "Argument not supported on this'
        ' model: stop"}',
        K.BAD_REQUEST,
        parameter="stop",
    ),
]

# docs.cohere.com/v1/reference/errors, docs.cohere.com/docs/rate-limits
COHERE = [
    Refusal("key", 401, '{"message": "invalid api token"}', K.AUTH),
    Refusal("no key", 401, '{"id": "1", "message": "no api key supplied"}', K.AUTH),
    Refusal("model", 404, '{"id": "1", "message": "model \'m-1\' not found"}', K.MODEL_GONE),
    Refusal(
        "model of another kind",
        400,
        '{"message": "invalid request: model \'m-1\' is not supported by the generate API"}',
        K.MODEL_GONE,
    ),
    Refusal(
        "long",
        400,
        '{"message": "too many tokens: total number of tokens in the prompt cannot exceed 4081 -'
        ' received 4292."}',
        K.CONTEXT,
    ),
    Refusal(
        "long answer",
        400,
        '{"message": "too many tokens: max tokens must be less than or equal to 4096, the maximum'
        ' output for this model - received 8192."}',
        K.BAD_REQUEST,
        parameter="max_tokens",
    ),
    Refusal(
        "trial's minute",
        429,
        '{"message": "You are using a Trial key, which is limited to 20 API calls / minute."}',
        K.RATE_LIMIT,
    ),
    Refusal(
        "trial's month",
        429,
        '{"message": "You are using a Trial key, which is limited to 1000 API calls / month."}',
        K.QUOTA,
        said="The allowance at Example is used up (429).",
    ),
    Refusal(
        "trial's tokens",
        429,
        '{"message": "trial token rate limit exceeded, limit is 100000 tokens per minute"}',
        K.RATE_LIMIT,
    ),
    Refusal("payment", 402, '{"message": "Please add or update your payment method"}', K.QUOTA),
    Refusal("gone away", 499, '{"message": "request cancelled"}', K.TRANSIENT),
]


@each([*DEEPSEEK, *MISTRAL, *XAI, *COHERE])
def test_that_a_makers_refusal_is_understood(refusal: Refusal) -> None:
    refusal.check()

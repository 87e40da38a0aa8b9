"""How LiteLLM's proxy and Bedrock refuse."""

from __future__ import annotations

from helpers.refusals import Refusal, each
from understudy.errors import ErrorKind as K


def litellm(message: str, kind: str, code: int) -> str:
    return (
        f'{{"error": {{"message": "{message}", "type": "{kind}", "param": "None", "code":'
        f' "{code}"}}}}'
    )


# docs.litellm.ai/docs/exception_mapping, docs/proxy; BerriAI/litellm issues 14144 and 20615
LITELLM = [
    Refusal(
        "rate",
        429,
        litellm(
            "litellm.RateLimitError: AzureException RateLimitError - Please retry after 5 seconds."
            " Received Model Group=m-1",
            "throttling_error",
            429,
        ),
        K.RATE_LIMIT,
        wait=5,
    ),
    Refusal(
        "nobody free",
        429,
        litellm(
            "No deployments available for selected model, Try again in 5 seconds.", "None", 429
        ),
        K.RATE_LIMIT,
        wait=5,
    ),
    Refusal(
        "budget",
        400,
        litellm(
            "Budget has been exceeded! Current cost: 76.16, Max budget: 10.0",
            "budget_exceeded",
            400,
        ),
        K.QUOTA,
        said="The budget at Example is spent (400).",
    ),
    Refusal(
        "budget, in words",
        400,
        litellm("ExceededBudget: End User=x over budget. Spend=1, Budget=0.5", "auth_error_x", 400),
        K.QUOTA,
    ),
    Refusal(
        "key",
        401,
        litellm(
            "Authentication Error, LiteLLM Virtual Key expected. Received=sk-x", "auth_error", 401
        ),
        K.AUTH,
    ),
    Refusal(
        "key without that model",
        401,
        litellm(
            "key not allowed to access model. It can access ['x']", "key_model_access_denied", 401
        ),
        K.MODEL_GONE,
    ),
    Refusal(
        "model",
        400,
        litellm(
            "/chat/completions: Invalid model name passed in model=m-1.",
            "invalid_request_error",
            400,
        ),
        K.MODEL_GONE,
    ),
    Refusal(
        "context",
        400,
        litellm(
            "litellm.ContextWindowExceededError: This model's maximum context length is 8",
            "None",
            400,
        ),
        K.CONTEXT,
    ),
    Refusal(
        "field",
        400,
        litellm(
            "litellm.UnsupportedParamsError: openai does not support parameters: ['top_k'], for"
            " model=o1",
            "None",
            400,
        ),
        K.BAD_REQUEST,
        parameter="top_k",
    ),
    Refusal("connection", 500, litellm("litellm.APIConnectionError: x", "None", 500), K.TRANSIENT),
    # QuantumNous/new-api and its kin
    Refusal(
        "new-api's quota",
        403,
        '{"error": {"message": "user quota is not enough", "type": "new_api_error", "param": "",'
        ' "code": "insufficient_user_quota"}}',
        K.QUOTA,
    ),
]


def aws(code: str, message: str, status: int, kind: K, parameter: str = "") -> Refusal:
    headers = {"x-amzn-errortype": f"{code}:http://internal.amazon.com/coral/com.amazon.bedrock/"}
    body = f'{{"message": "{message}"}}'
    name = f"{code} {message}"[:60]
    return Refusal(name, status, body, kind, parameter=parameter, headers=headers)


# docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html
BEDROCK = [
    aws("ThrottlingException", "Too many requests, please wait", 429, K.RATE_LIMIT),
    aws("ThrottlingException", "Too many tokens per day, please wait", 429, K.QUOTA),
    aws("ServiceQuotaExceededException", "Your request exceeds the service quota", 400, K.QUOTA),
    aws("AccessDeniedException", "User is not authorized to perform this", 403, K.AUTH),
    aws(
        "AccessDeniedException",
        "You don't have access to the model with the specified model ID.",
        403,
        K.MODEL_GONE,
    ),
    aws("UnrecognizedClientException", "The security token is invalid", 403, K.AUTH),
    aws("ExpiredTokenException", "The security token is expired", 403, K.AUTH),
    aws("ModelNotReadyException", "Model is not ready for inference", 429, K.TRANSIENT),
    aws("ModelTimeoutException", "The model timed out", 408, K.TRANSIENT),
    aws("ModelErrorException", "The model failed", 424, K.TRANSIENT),
    aws("InternalServerException", "Internal", 500, K.TRANSIENT),
    aws("ServiceUnavailableException", "Try later", 503, K.TRANSIENT),
    aws("ResourceNotFoundException", "The model has been retired", 404, K.MODEL_GONE),
    aws("ValidationException", "Input is too long for requested model.", 400, K.CONTEXT),
    aws("ValidationException", "The provided model identifier is invalid.", 400, K.MODEL_GONE),
    aws(
        "ValidationException",
        "Invocation of model ID m-1 with on-demand throughput isn't supported.",
        400,
        K.MODEL_GONE,
    ),
    aws(
        "ValidationException",
        "Access to Anthropic models is not allowed from unsupported countries, regions, or"
        " territories",
        400,
        K.REGION,
    ),
    aws(
        "ValidationException",
        "Malformed input request: #: extraneous key [top_k] is not permitted",
        400,
        K.BAD_REQUEST,
        parameter="top_k",
    ),
    aws(
        "ValidationException",
        "This model doesn't support tool use.",
        400,
        K.BAD_REQUEST,
        parameter="tools",
    ),
    Refusal(
        "type in the body",
        429,
        '{"__type": "com.amazon.coral.availability#ThrottlingException", "message": "Exceeded"}',
        K.RATE_LIMIT,
        code="throttlingexception",
    ),
]


@each(LITELLM)
def test_that_a_proxys_refusal_is_understood(refusal: Refusal) -> None:
    refusal.check()


@each(BEDROCK)
def test_that_bedrocks_refusal_is_understood(refusal: Refusal) -> None:
    refusal.check()

"""How Azure refuses."""

from __future__ import annotations

from helpers.refusals import Refusal, each
from understudy.errors import ErrorKind as K

# learn.microsoft.com/azure/foundry/openai (content filters, quotas); the words as seen in traffic
AZURE = [
    Refusal(
        "filter",
        400,
        '{"error": {"message": "The response was filtered due to the prompt triggering Azure'
        ' OpenAI\'s content management policy.", "type": null, "param": "prompt", "code":'
        ' "content_filter", "status": 400, "innererror": {"code": "ResponsibleAIPolicyViolation",'
        ' "content_filter_result": {"hate": {"filtered": true, "severity": "high"}}}}}',
        K.CONTENT_POLICY,
        code="responsibleaipolicyviolation",
    ),
    Refusal(
        "filter told inside alone",
        400,
        '{"error": {"message": "No.", "innererror": {"code": "ResponsibleAIPolicyViolation"}}}',
        K.CONTENT_POLICY,
    ),
    Refusal(
        "deployment",
        404,
        '{"error": {"code": "DeploymentNotFound", "message": "The API deployment for this resource'
        " does not exist. If you created the deployment within the last 5 minutes, please wait a"
        ' moment and try again."}}',
        K.MODEL_GONE,
        code="deploymentnotfound",
    ),
    Refusal(
        "minute, with a wait of no milliseconds",
        429,
        '{"error": {"code": "429", "message": "Requests to the ChatCompletions_Create Operation'
        " under Azure OpenAI API version 2024-10-21 have exceeded token rate limit of your current"
        ' OpenAI S0 pricing tier. Please retry after 1 second."}}',
        K.RATE_LIMIT,
        wait=1,
        code="",
        headers={"retry-after": "1", "retry-after-ms": "0"},
    ),
    Refusal(
        "minute, by its words",
        429,
        '{"error": {"code": "429", "message": "Requests to the ChatCompletions_Create Operation'
        ' have exceeded call rate limit. Please retry after 26 seconds."}}',
        K.RATE_LIMIT,
        wait=26,
    ),
    Refusal(
        "gateway's words",
        429,
        '{"statusCode": 429, "message": "Rate limit is exceeded. Try again in 30 seconds."}',
        K.RATE_LIMIT,
        wait=30,
    ),
    Refusal(
        "milliseconds",
        429,
        '{"error": {"code": "RateLimitReached", "message": "Rate limit"}}',
        K.RATE_LIMIT,
        wait=0.25,
        headers={"x-ms-retry-after-ms": "250"},
    ),
    Refusal(
        "demand",
        429,
        '{"error": {"code": "NoCapacity", "message": "The system is currently experiencing high'
        ' demand and cannot process your request. Please retry after 20 seconds."}}',
        K.TRANSIENT,
        wait=20,
    ),
    Refusal(
        "volume",
        403,
        '{"statusCode": 403, "message": "Out of call volume quota. Quota will be replenished in'
        ' 12.08:25:33."}',
        K.QUOTA,
        wait=12 * 86_400 + 8 * 3_600 + 25 * 60 + 33,
    ),
    Refusal(
        "key",
        401,
        '{"error": {"code": "401", "message": "Access denied due to invalid subscription key or'
        ' wrong API endpoint."}}',
        K.AUTH,
    ),
    Refusal(
        "not for this model",
        400,
        '{"error": {"code": "OperationNotSupported", "message": "The chatCompletion operation does'
        ' not work with the specified model, text-embedding-3-small."}}',
        K.MODEL_GONE,
    ),
    Refusal(
        "older parameter",
        400,
        '{"error": {"message": "Unrecognized request argument supplied: stream_options", "type":'
        ' "invalid_request_error", "param": null, "code": null}}',
        K.BAD_REQUEST,
        parameter="stream_options",
    ),
]


@each(AZURE)
def test_that_azures_refusal_is_understood(refusal: Refusal) -> None:
    refusal.check()

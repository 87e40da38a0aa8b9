"""How Google refuses."""

from __future__ import annotations

from helpers.refusals import Refusal, each
from understudy.errors import ErrorKind as K

QUOTA_URL = "https://ai.google.dev/gemini-api/docs/rate-limits"
EXCEEDED = f"You exceeded your current quota, please check your plan. Head to: {QUOTA_URL}."


def google(code: int, status: str, message: str, details: str = "") -> str:
    more = f', "details": [{details}]' if details else ""
    return f'{{"error": {{"code": {code}, "message": "{message}", "status": "{status}"{more}}}}}'


def spent(*quotas: str) -> str:
    violations = ", ".join(
        '{"quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",'
        f' "quotaId": "{quota}", "quotaDimensions": {{"location": "global", "model": "m-1"}}}}'
        for quota in quotas
    )
    return (
        f'{{"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{violations}]}}'
    )


def retry(delay: str) -> str:
    return f'{{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "{delay}"}}'


BAD_KEY = google(
    400,
    "INVALID_ARGUMENT",
    "API key not valid. Please pass a valid API key.",
    '{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID", "domain":'
    ' "googleapis.com", "metadata": {"service": "generativelanguage.googleapis.com"}}',
)
MINUTE = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"
DAY = "GenerateRequestsPerDayPerProjectPerModel-FreeTier"
TO_MIDNIGHT = 10 * 3_600 + 40 * 60  # from 21:20 UTC to midnight in California

# ai.google.dev/gemini-api/docs/api-errors, docs/rate-limits; google-gemini/gemini-cli issues 2020,
# 6454, 8437 and googleapis/python-genai issue 1427 for the details and their absence
GOOGLE = [
    Refusal("key", 400, BAD_KEY, K.AUTH, code="api_key_invalid"),
    Refusal("key, in a list", 400, f"[{BAD_KEY}\n]", K.AUTH),
    Refusal("key, told alone", 400, google(400, "X", "API key not valid."), K.AUTH),
    Refusal("key that ran out", 400, google(400, "X", "API key expired. Renew it."), K.AUTH),
    Refusal("no key", 403, google(403, "PERMISSION_DENIED", "Method doesn't allow it"), K.AUTH),
    Refusal("Vertex token", 401, google(401, "UNAUTHENTICATED", "Request had invalid"), K.AUTH),
    Refusal(
        "Vertex model",
        404,
        google(
            404,
            "NOT_FOUND",
            "Publisher Model `projects/p/models/m-1` was not found or your project does not have"
            " access to it.",
        ),
        K.MODEL_GONE,
    ),
    Refusal(
        "model",
        404,
        google(404, "NOT_FOUND", "models/m-1 is not found for API version v1beta"),
        K.MODEL_GONE,
    ),
    Refusal(
        "place",
        400,
        google(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
        K.REGION,
    ),
    Refusal(
        "place of the free tier",
        400,
        google(
            400, "FAILED_PRECONDITION", "Gemini API free tier is not available in your country."
        ),
        K.REGION,
    ),
    Refusal(
        "minute",
        429,
        google(429, "RESOURCE_EXHAUSTED", EXCEEDED, f"{spent(MINUTE)}, {retry('31s')}"),
        K.RATE_LIMIT,
        wait=31,
        code="resource_exhausted",
    ),
    Refusal(
        "minute, finer",
        429,
        google(429, "RESOURCE_EXHAUSTED", EXCEEDED, retry("31.562s")),
        K.RATE_LIMIT,
        wait=31.562,
    ),
    Refusal(
        "minute, in words",
        429,
        google(429, "RESOURCE_EXHAUSTED", f"{EXCEEDED} Please retry in 41.2s."),
        K.RATE_LIMIT,
        wait=41.2,
    ),
    Refusal(
        "day",
        429,
        google(429, "RESOURCE_EXHAUSTED", EXCEEDED, f"{spent(MINUTE, DAY)}, {retry('31s')}"),
        K.QUOTA,
        wait=TO_MIDNIGHT,
        model_only=True,
        code="resource_exhausted",
        said="The allowance at Example is used up (429).",
    ),
    Refusal(
        "day, with its own time",
        429,
        google(429, "RESOURCE_EXHAUSTED", EXCEEDED, f"{spent(DAY)}, {retry('36000s')}"),
        K.QUOTA,
        wait=36_000,
        model_only=True,
    ),
    Refusal(
        "day, of the whole project",
        429,
        google(429, "RESOURCE_EXHAUSTED", EXCEEDED, spent("RequestsPerDayPerProject")),
        K.QUOTA,
        wait=TO_MIDNIGHT,
    ),
    Refusal(
        "nothing of this model for nothing",
        429,
        google(
            429,
            "RESOURCE_EXHAUSTED",
            "Quota exceeded for metric: generate_content_free_tier_requests, limit: 0, model: m-1",
        ),
        K.QUOTA,
    ),
    Refusal("no details", 429, google(429, "RESOURCE_EXHAUSTED", EXCEEDED), K.RATE_LIMIT),
    Refusal(
        "help alone",
        429,
        google(
            429,
            "RESOURCE_EXHAUSTED",
            EXCEEDED,
            '{"@type": "type.googleapis.com/google.rpc.Help", "links":'
            f' [{{"url": "{QUOTA_URL}"}}]}}',
        ),
        K.RATE_LIMIT,
    ),
    Refusal(
        "in a string",
        429,
        '{"error": {"message": "{\\n  \\"error\\": {\\n    \\"code\\": 429,\\n    \\"message\\":'
        ' \\"Resource has been exhausted (e.g. check quota).\\",\\n    \\"status\\":'
        ' \\"RESOURCE_EXHAUSTED\\"\\n  }\\n}\\n", "code": 429, "status": "Too Many Requests"}}',
        K.RATE_LIMIT,
        code="resource_exhausted",
    ),
    Refusal(
        "Vertex",
        429,
        '[{"error": {"code": 429, "message": "Resource exhausted. Please try again later.",'
        ' "errors": [{"message": "Resource exhausted. Please try again later.", "domain": "global",'
        ' "reason": "rateLimitExceeded"}], "status": "RESOURCE_EXHAUSTED"}}]',
        K.RATE_LIMIT,
    ),
    Refusal(
        "long",
        400,
        google(
            400,
            "INVALID_ARGUMENT",
            "The input token count exceeds the maximum number of tokens allowed 1048576.",
        ),
        K.CONTEXT,
    ),
    Refusal(
        "field",
        400,
        google(
            400,
            "INVALID_ARGUMENT",
            "Invalid JSON payload received. Unknown name \\\"foo\\\" at 'generation_config': Cannot"
            " find field.",
        ),
        K.BAD_REQUEST,
        parameter="generationConfig.foo",
    ),
    Refusal("billing", 402, google(402, "X", "Payment required"), K.QUOTA),
    Refusal(
        "billing off",
        403,
        google(403, "PERMISSION_DENIED", "x", '{"reason": "BILLING_DISABLED"}'),
        K.QUOTA,
    ),
    Refusal(
        "overloaded",
        503,
        google(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
        K.TRANSIENT,
    ),
    Refusal("slow", 504, google(504, "DEADLINE_EXCEEDED", "Deadline expired"), K.TRANSIENT),
    Refusal("inside", 500, google(500, "INTERNAL", "An internal error occurred"), K.TRANSIENT),
    Refusal(
        "in mid-answer", None, google(503, "UNAVAILABLE", "The model is overloaded."), K.TRANSIENT
    ),
    Refusal(
        "prompt blocked",
        None,
        '{"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {}}',
        K.CONTENT_POLICY,
        code="prohibited_content",
        said="Example declined to answer.",
    ),
]


@each(GOOGLE)
def test_that_googles_refusal_is_understood(refusal: Refusal) -> None:
    refusal.check()

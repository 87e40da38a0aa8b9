"""What providers' codes, words and statuses mean. Data alone: a new dialect is a new word here.

Sources, beside those named in the tests, where every word has its answer: platform.openai.com
(docs/guides/error-codes), docs.claude.com (en/api/errors), ai.google.dev (gemini-api/docs/
api-errors), openrouter.ai (docs/api/reference/errors-and-debugging), console.groq.com
(docs/errors), docs.bigmodel.cn (cn/api/api-code), docs.z.ai (api-reference/api-code),
platform.minimax.io (docs/api-reference/errorcode), help.aliyun.com (en/model-studio/error-code),
docs.aws.amazon.com (bedrock/latest/userguide/troubleshooting-api-error-codes).
"""

from __future__ import annotations

import re
from typing import Final

from understudy.errors import ErrorKind

_CODES: dict[ErrorKind, str] = {
    ErrorKind.QUOTA: """insufficient_quota insufficient_user_quota credit_balance_exhausted
        enforced_spend_limit_reached organization_spend_limit_exceeded project_spend_limit_exceeded
        organization_usage_limit_exceeded usage_limit_reached billing_error billing_disabled
        billing_hard_limit_reached billing_not_active insufficient_balance
        insufficient_balance_error insufficient_credits credit_limit payment_required
        exceeded_current_quota_error budget_exceeded arrearage allocationquota.freetieronly
        servicequotaexceededexception openrouter_credits openrouter_key_limit
        openrouter_guardrail_budget openrouter_workspace_budget
        error#1113 error#1304 error#1308 error#1309 error#1310 error#1316 error#1317 error#1318
        error#1319 error#1320 error#1321 base_resp#1008 base_resp#2056 #30001""",
    ErrorKind.RATE_LIMIT: """rate_limit_exceeded rate_limit_error rate_limited ratelimitexceeded
        rate_limit_reached_error request_rate_limit_exceeded slow_down too_many_requests
        resource_exhausted throttlingexception throttling throttling.ratequota throttling_error
        throttling.allocationquota throttling.user limit_requests limit_burst_rate
        token_quota_exceeded request_quota_exceeded openrouter_in_flight_budget
        openrouter_free_tier_daily in_flight_budget_exhausted
        error#1302 error#1303 error#1305 error#1312 error#1313
        base_resp#1002 base_resp#1039 base_resp#1041 base_resp#2045""",
    ErrorKind.AUTH: """invalid_api_key invalidapikey incorrect_api_key_error missing_api_key
        wrong_api_key api_key_invalid authentication_error invalid_authentication_error
        authentication unauthorized unauthenticated account_deactivated access_terminated
        ip_not_authorized consumer_suspended api_key_service_blocked service_disabled auth_error
        unrecognizedclientexception invalidclienttokenid invalidsignatureexception
        expiredtokenexception incompletesignature missingauthenticationtoken
        error#1000 error#1001 error#1002 error#1003 error#1004 error#1110 error#1111 error#1112
        error#1121 error#1220 base_resp#1004 base_resp#2049""",
    ErrorKind.MODEL_GONE: """model_not_found modelnotfound model_decommissioned model_not_available
        model_not_supported invalid_model model_not_exist unknown_model model.accessdenied
        model_permission_blocked_org model_permission_blocked_project key_model_access_denied
        deploymentnotfound deployment_not_found operationnotsupported resourcenotfoundexception
        ftuformnotfilled error#1211 error#1221 error#1222 error#1311 #20012 #30003""",
    ErrorKind.REGION: "unsupported_country_region_territory unsupported_country",
    ErrorKind.CONTEXT: """context_length_exceeded exceed_context_size_error request_too_large
        payload_too_large context_window_exceeded string_above_max_length string_too_long
        error#1261""",
    ErrorKind.CONTENT_POLICY: """content_filter content_policy_violation data_inspection_failed
        datainspectionfailed responsibleaipolicyviolation moderation_blocked refusal
        image_content_policy_violation prompt_blocked error#1300 error#1301
        base_resp#1026 base_resp#1027""",
    ErrorKind.TRANSIENT: """server_is_overloaded overloaded_error overloaded engine_overloaded_error
        provider_overloaded provider_unavailable capacity_exceeded queue_exceeded nocapacity
        service_tier_capacity_exceeded modelnotreadyexception modelerrorexception
        modelstreamerrorexception modeltimeoutexception tool_use_failed error#1120 error#1230
        error#1234 base_resp#1000 base_resp#1001 base_resp#1024 base_resp#1033""",
    ErrorKind.BAD_REQUEST: "error#1210 error#1213 error#1214 error#1215 base_resp#2013",
}
KIND_OF_CODE: Final = {code: kind for kind, codes in _CODES.items() for code in codes.split()}
"""The provider's own word for the cause, in lower case.

A number means what its provider says it means (1002 is a wrong key at Zhipu, too many requests at
MiniMax, and Mistral counts up from 1000 as well), so before it stands the place where it was found.
"""

ONE_MODEL_CODES: Final = frozenset({"allocationquota.freetieronly"})
"""Codes of a quota that each model has by itself."""

_STATUSES: dict[int, str] = {
    400: """invalid_request_error invalid_request bad_request badrequesterror invalid_argument
        failed_precondition invalid_prompt invalid_parameter invalidparameter validationexception
        unprocessable unsupported_value unsupported_parameter parameter_unknown extra_forbidden
        invalid_image invalid_image_format invalid_base64_image invalid_image_url image_too_large
        image_too_small image_parse_error invalid_image_mode image_file_too_large empty_image_file
        unsupported_image_media_type failed_to_download_image image_file_not_found""",
    403: "permission_error permission_denied accessdeniedexception access_denied accessdenied",
    404: "not_found_error not_found notfounderror",
    500: "server_error internal_server_error api_error internal server internalserverexception",
    503: "service_unavailable unavailable unavailable_error serviceunavailableexception",
    504: "timeout_error timeout deadline_exceeded",
}
STATUS_OF_CODE: Final = {
    **{code: status for status, codes in _STATUSES.items() for code in codes.split()},
    "authentication_error": 401,
    "billing_error": 402,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "overloaded_error": 529,
}
"""Words for a family of failures: they stand for the status that an answer had which began well.

docs.claude.com: an ``overloaded_error`` inside a stream is what would have been a 529.
"""

_OVERRULING: tuple[tuple[ErrorKind, str], ...] = (
    # Groq and OpenAI call a request that exceeds the whole minute's budget a rate limit: waiting
    # does not make it fit.
    (ErrorKind.CONTEXT, r"(?:request|payload) too large"),
    # help.aliyun.com: Qwen's ``insufficient_quota`` with this address means the tokens a minute.
    (ErrorKind.RATE_LIMIT, r"error-code#token-limit|allocated quota exceeded, please increase"),
    # ai.google.dev: the day's requests; a budget of nothing for this model on the free tier.
    (ErrorKind.QUOTA, r"perday|, limit: 0\b|free allocated quota"),
    (ErrorKind.QUOTA, r"too many tokens per day"),  # Bedrock names no time
    # A server that lacks a part says ``server_error`` (llama.cpp) or that nobody is there
    # (OpenRouter); the same request without what it asks for is answered.
    (ErrorKind.BAD_REQUEST, r"requires --jinja|no endpoints found that support"),
    (ErrorKind.BAD_REQUEST, r"(?:image|audio) input is not supported|max tokens must be"),
)
OVERRULING: Final = tuple((kind, re.compile(p, re.IGNORECASE)) for kind, p in _OVERRULING)
"""What decides before the provider's code does, because there the code misleads."""

_WORDS: dict[ErrorKind, tuple[str, ...]] = {
    ErrorKind.QUOTA: (
        r"(?:insufficient|not enough) (?:\w+ )?(?:balance|credits?|funds|quota)",
        r"balance is insufficient|quota is not enough|out of (?:credits|call volume quota)",
        r"credit balance|requires more credits|credit limit|credits expired|used all available",
        r"(?:doesn't|does not|don't) have any credits|monthly included credits",
        r"exceeded your current quota|spend(?:ing)? limit|payment required|(?:key|budget) limit",
        r"budget has been exceeded|over budget|exceeded budget|free tier .{0,40}exhausted",
        r"usage limits?\b.{0,20}(?:reached|exceeded)|(?:reached|exceeded|hit) your .{0,60}usage",
        r"limit exhausted|(?:today's|daily) quota|calls / month|billing (?:hard|not active)",
        r"余额不足|欠费|使用上限",
    ),
    ErrorKind.AUTH: (
        r"(?:incorrect|invalid|missing|expired|wrong) api[ _-]?(?:key|token)",
        r"api[ _-]?key (?:you provided )?(?:is |has )?(?:not valid|invalid|expired|missing)",
        r"no (?:cookie )?auth credentials|didn't provide an api key|no api key supplied",
        r"invalid authentication|authentication fails",
    ),
    ErrorKind.CONTEXT: (
        r"context (?:length|window|size)|maximum (?:context|prompt length|number of tokens)",
        r"(?:prompt|inputs?) (?:\w+ ){0,3}too (?:long|large)|reduce the length",
        r"too many (?:input )?tokens|`inputs`(?: tokens \+| must have less)|model token limit",
        r"range of input length",
    ),
    ErrorKind.CONTENT_POLICY: (
        r"content (?:management policy|filter|policy|exists risk)|inappropriate content",
        r"safety system|usage (?:polic|guidelines)|requires moderation|was flagged|high risk",
        r"request blocked|prompt injection",
    ),
    ErrorKind.REGION: (
        r"countr(?:y|ies),? (?:region|regions),? or territor|not available in your (?:country|reg)",
        r"user location is not supported",
    ),
    ErrorKind.TRANSIENT: (
        r"overloaded|loading model|(?:is |still |currently )loading|temporarily unavailable",
        r"at capacity|(?:high|heavy) (?:demand|traffic|load)|system memory|system resources",
    ),
    ErrorKind.MODEL_GONE: (
        r"model\b.{0,120}?(?:not exist|not found|decommissioned|deprecated|not available)",
        r"model\b.{0,120}?(?:end of life|requires a subscription)|to use the model `",
        r"model\b.{0,80}?is not supported (?:by any|by the|for)|not found for account",
        r"(?:invalid|unknown|not a valid) model|model identifier is invalid|model disabled",
        r"no endpoints found|no allowed providers|try pulling it|no models loaded",
        r"access (?:to )?(?:the |this )?model|does not support (?:chat|generate|embedd)",
        r"on-demand throughput|does not work with the specified model|not a chat model",
    ),
    ErrorKind.RATE_LIMIT: (
        r"rate.?limit|too many requests|(?:requests|tokens|calls) (?:per|/) ?(?:minute|second|day)",
        r"exceeded (?:call|token) rate|request limit exceeded|rate increased too quickly",
    ),
}
WORDS: Final = tuple(
    (kind, re.compile("|".join(phrases), re.IGNORECASE)) for kind, phrases in _WORDS.items()
)
"""What a message says where no code does. Looked for in this order: the first that fits decides."""

TRANSIENT_STATUSES: Final = frozenset({408, 409, 424, 425, 498, 499})
"""Refusals below 500 that another try may not meet. 498: Groq's flex tier is full."""

KIND_OF_STATUS: Final = {
    401: ErrorKind.AUTH,
    402: ErrorKind.QUOTA,
    403: ErrorKind.AUTH,
    404: ErrorKind.MODEL_GONE,
    407: ErrorKind.NETWORK,
    410: ErrorKind.MODEL_GONE,
    412: ErrorKind.QUOTA,  # Fireworks: the account is suspended
    413: ErrorKind.CONTEXT,
    429: ErrorKind.RATE_LIMIT,
    451: ErrorKind.REGION,
    501: ErrorKind.BAD_REQUEST,  # llama.cpp, of a part that it was started without
    511: ErrorKind.OFFLINE,
}
"""The others: ``transient`` from 500 on, ``bad_request`` below."""

NO_API_STATUSES: Final = frozenset({400, 403, 404, 405, 406, 412})
"""With a web page as their body, these come from something before the provider.

A challenge of Cloudflare's, a company's filter, a web server that takes no POST: no provider said
that the key or the request is wrong. 401 is not among them (Perplexity answers a wrong key with a
page), nor are 402, 413 and 429, which say by themselves what they mean; and a model that is gone
is told in JSON.
"""

COUNTRY_BANNED: Final = re.compile(
    r"banned the country or region|error code: 1009\b|unsupported_country_region", re.IGNORECASE
)

SENTENCES: Final = {
    ErrorKind.OFFLINE: "This network wants a login before it lets {name} be reached{code}.",
    ErrorKind.QUOTA: "{name} has no credit left{code}.",
    ErrorKind.RATE_LIMIT: "{name} was rate limited{code}.",
    ErrorKind.AUTH: "{name} rejected the key{code}.",
    ErrorKind.MODEL_GONE: "{name} does not have {model}{code}.",
    ErrorKind.REGION: "{name} does not serve this country or region{code}.",
    ErrorKind.CONTEXT: "This conversation is too long for {name}{code}.",
    ErrorKind.CONTENT_POLICY: "{name} declined to answer{code}.",
    ErrorKind.TRANSIENT: "{name} could not answer{code}.",
    ErrorKind.NETWORK: "A web page answered in place of {name}{code}.",
    ErrorKind.BAD_REQUEST: "{name} did not accept the request{code}.",
}
"""What happened, for people."""

_ALLOWANCE = (
    r"per_?day|usage limit|limit (?:exhausted|reached)|(?:daily|today's) quota|/ month|free tier"
    r"|使用上限|次数限额"
)
_CLOSER: tuple[tuple[ErrorKind, str, str], ...] = (
    (ErrorKind.QUOTA, _ALLOWANCE, "The allowance at {name} is used up{code}."),
    (ErrorKind.QUOTA, r"budget|spend(?:ing)?[ _]limit", "The budget at {name} is spent{code}."),
    (ErrorKind.TRANSIENT, r"loading", "{name} is still loading {model}{code}."),
    (
        ErrorKind.TRANSIENT,
        r"system memory|system resources",
        "{name} has too little memory for {model}{code}.",
    ),
)
CLOSER_SENTENCES: Final = tuple(
    (kind, re.compile(pattern, re.IGNORECASE), said) for kind, pattern, said in _CLOSER
)
"""Sentences that fit better where the body says these words."""

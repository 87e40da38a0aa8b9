"""How Moonshot, MiniMax, SiliconFlow and ModelScope refuse."""

from __future__ import annotations

from helpers.refusals import Refusal, each
from understudy.errors import ErrorKind as K


def moonshot(kind: str, message: str) -> str:
    return f'{{"error": {{"message": "{message}", "type": "{kind}"}}}}'


# platform.moonshot.ai/docs/api/errors; kimi.com/code/docs; MoonshotAI/kimi-cli issue 2011
MOONSHOT = [
    Refusal(
        "balance",
        429,
        moonshot(
            "exceeded_current_quota_error",
            "Your account org-x <ak-f7azbgd8toki11ce3e1i> is suspended due to insufficient balance",
        ),
        K.QUOTA,
    ),
    Refusal(
        "overload, as 429",
        429,
        moonshot("engine_overloaded_error", "The engine is currently overloaded"),
        K.TRANSIENT,
    ),
    Refusal(
        "rate",
        429,
        moonshot(
            "rate_limit_reached_error",
            "Your account org-x request reached max request: 3 RPM, please try again after 1"
            " seconds",
        ),
        K.RATE_LIMIT,
        wait=1,
    ),
    Refusal("key", 401, moonshot("invalid_authentication_error", "Invalid Authentication"), K.AUTH),
    Refusal("wrong key", 401, moonshot("incorrect_api_key_error", "x"), K.AUTH),
    Refusal("permission", 403, moonshot("permission_denied_error", "x"), K.AUTH),
    Refusal(
        "model",
        404,
        moonshot("resource_not_found_error", "Not found the model m-1 or Permission denied"),
        K.MODEL_GONE,
    ),
    Refusal(
        "content",
        400,
        moonshot("content_filter", "The request was rejected because it was considered high risk"),
        K.CONTENT_POLICY,
    ),
    Refusal(
        "long",
        400,
        moonshot(
            "invalid_request_error",
            "Invalid request: Your request exceeded model token limit: 262144 (requested: 269030)",
        ),
        K.CONTEXT,
    ),
    Refusal(
        "plan",
        403,
        moonshot(
            "access_terminated_error", "You've reached your usage limit for this billing cycle."
        ),
        K.QUOTA,
    ),
    Refusal("server", 500, moonshot("server_error", "x"), K.TRANSIENT),
]


def minimax(code: int, message: str) -> str:
    return (
        f'{{"id": "", "choices": null, "base_resp": {{"status_code": {code}, "status_msg":'
        f' "{message}"}}}}'
    )


# platform.minimax.io/docs/api-reference/errorcode; MiniMax-AI/MiniMax-M2 issue 62
MINIMAX = [
    Refusal("1000", None, minimax(1000, "unknown error"), K.TRANSIENT, code="1000"),
    Refusal("1002", None, minimax(1002, "rate limit"), K.RATE_LIMIT, code="1002"),
    Refusal("1004", None, minimax(1004, "not authorized"), K.AUTH),
    Refusal("1008", None, minimax(1008, "insufficient balance"), K.QUOTA, code="1008"),
    Refusal("1026", None, minimax(1026, "input new_sensitive"), K.CONTENT_POLICY),
    Refusal("1027", None, minimax(1027, "output new_sensitive"), K.CONTENT_POLICY),
    Refusal("1039", None, minimax(1039, "token limit"), K.RATE_LIMIT),
    Refusal("2013", None, minimax(2013, "invalid params"), K.BAD_REQUEST),
    Refusal("2049", None, minimax(2049, "invalid api key"), K.AUTH),
    Refusal("2056", None, minimax(2056, "usage limit exceeded"), K.QUOTA),
    Refusal(
        "1008 with 200",
        200,
        minimax(1008, "insufficient balance"),
        K.QUOTA,
        said="Example has no credit left.",
    ),
    Refusal(
        "balance, as 429",
        429,
        '{"error": {"http_code": "429", "message": "insufficient balance (1008)", "type":'
        ' "insufficient_balance_error"}, "request_id": "x"}',
        K.QUOTA,
    ),
    Refusal(
        "balance, as 500",
        500,
        '{"type": "error", "error": {"type": "api_error", "message": "insufficient balance'
        ' (1008)"}}',
        K.QUOTA,
    ),
    Refusal(
        "status in a text",
        None,
        '{"error": {"http_code": "500", "message": "x", "type": "x"}}',
        K.TRANSIENT,
        said="Example could not answer (500).",
    ),
]

# docs.siliconflow.cn/cn/faqs/error-code; the words as seen in traffic
SILICONFLOW = [
    Refusal(
        "model",
        400,
        '{"code":20012,"message":"Model does not exist. Please check it carefully.","data":null}',
        K.MODEL_GONE,
        code="20012",
    ),
    Refusal(
        "balance",
        403,
        '{"code":30001,"message":"Sorry, your account balance is insufficient","data":null}',
        K.QUOTA,
        code="30001",
    ),
    Refusal(
        "balance, in words",
        402,
        '{"message":"Sorry, your account balance is insufficient"}',
        K.QUOTA,
    ),
    Refusal(
        "switched off", 403, '{"code":30003,"message":"Model disabled.","data":null}', K.MODEL_GONE
    ),
    Refusal(
        "busy",
        503,
        '{"code":50603,"message":"System is really busy. Please try again later.","data":null}',
        K.TRANSIENT,
    ),
    Refusal(
        "rate",
        429,
        '{"message":"Request was rejected due to rate limiting. Details:TPM limit reached.",'
        '"data":""}',
        K.RATE_LIMIT,
    ),
    Refusal("key, as a text", 401, '"Api key is invalid"', K.AUTH),
    Refusal("token, as a text", 401, '"Invalid token"', K.AUTH),
    Refusal("page, as a text", 404, "404 page not found", K.MODEL_GONE),
    Refusal("slow, as a text", 504, "upstream request timeout", K.TRANSIENT),
]

# modelscope/modelscope issue 1691, musistudio/claude-code-router issue 462
MODELSCOPE = [
    Refusal(
        "limit",
        429,
        '{"errors": {"message": "Request limit exceeded.", "request_id": "x"}}',
        K.RATE_LIMIT,
    ),
    Refusal(
        "day",
        429,
        '{"errors": {"message": "You have exceeded today\'s quota for model m-1"}}',
        K.QUOTA,
    ),
    Refusal(
        "upstream's balance",
        429,
        '{"error": {"http_code": "429", "message": "insufficient balance (1008)", "type":'
        ' "insufficient_balance_error"}}',
        K.QUOTA,
    ),
    Refusal("key", 401, '{"errors": {"message": "Authentication failed"}}', K.AUTH),
]


@each([*MOONSHOT, *MINIMAX, *SILICONFLOW, *MODELSCOPE])
def test_that_a_chinese_hosts_refusal_is_understood(refusal: Refusal) -> None:
    refusal.check()

"""How Zhipu and Qwen refuse."""

from __future__ import annotations

from helpers.refusals import Refusal, each
from understudy.errors import ErrorKind as K


def glm(
    code: str,
    message: str,
    status: int,
    kind: K,
    wait: float | None = None,
    said: str | None = None,
) -> Refusal:
    body = f'{{"error": {{"code": "{code}", "message": "{message}"}}}}'
    return Refusal(f"{code} {message}"[:24], status, body, kind, wait, code, said=said)


# docs.bigmodel.cn/cn/api/api-code, docs.z.ai/api-reference/api-code
GLM = [
    glm("1000", "身份验证失败", 401, K.AUTH),
    glm("1001", "Header 中未收到 Authentication 参数,无法进行身份验证", 401, K.AUTH),
    glm("1002", "Authentication Token 非法", 401, K.AUTH),
    glm("1003", "Authentication Token 已过期", 401, K.AUTH),
    glm("1004", "通过 Authentication Token 的验证失败", 401, K.AUTH),
    glm("1110", "您的账户当前处于非活动状态", 429, K.AUTH),
    glm("1111", "您的账户不存在", 429, K.AUTH),
    glm("1112", "您的账户已被锁定,请联系客服解锁", 429, K.AUTH),
    glm(
        "1113",
        "您的账户已欠费,请充值后重试",
        429,
        K.QUOTA,
        said="Example has no credit left (429).",
    ),
    glm("1120", "无法成功访问您的账户,请稍后重试", 429, K.TRANSIENT),
    glm("1121", "账户存违规行为,账号已被锁定", 429, K.AUTH),
    glm("1210", "API 调用参数有误,请检查文档", 400, K.BAD_REQUEST),
    glm("1211", "模型不存在,请检查模型代码", 400, K.MODEL_GONE),
    glm("1214", "messages 参数非法。请检查文档", 400, K.BAD_REQUEST),
    glm("1220", "您无权访问", 403, K.AUTH),
    glm("1221", "API 已下线", 400, K.MODEL_GONE),
    glm("1230", "API 调用流程出错", 500, K.TRANSIENT),
    glm("1234", "网络错误,请联系客服", 500, K.TRANSIENT),
    glm("1261", "Prompt 超长", 400, K.CONTEXT),
    glm("1300", "API 调用被策略阻止", 400, K.CONTENT_POLICY),
    glm("1301", "系统检测到输入或生成内容可能包含不安全或敏感内容", 400, K.CONTENT_POLICY),
    glm("1302", "您当前使用该 API 的并发数过高", 429, K.RATE_LIMIT),
    glm("1303", "您当前使用该 API 的频率过高", 429, K.RATE_LIMIT),
    glm(
        "1304",
        "该 API 已达今日调用次数限额",
        429,
        K.QUOTA,
        said="The allowance at Example is used up (429).",
    ),
    glm("1305", "该 API 已触发流量限制", 429, K.RATE_LIMIT),
    glm(
        "1308",
        "Usage limit reached for 5 hour. Your limit will reset at 2026-11-07 06:28:10",
        429,
        K.QUOTA,
        wait=3_600 + 8 * 60 + 10,  # 22:28:10 UTC: the time is Beijing's
        said="The allowance at Example is used up (429).",
    ),
    glm(
        "1308",
        "已达到 120 次 的使用上限。您的限额将在 2026-11-07 06:28:10 重置",
        429,
        K.QUOTA,
        wait=3_600 + 8 * 60 + 10,
    ),
    glm("1309", "您的 GLM Coding Plan 套餐已到期", 429, K.QUOTA),
    glm(
        "1310",
        "Weekly/Monthly Limit Exhausted. Your limit will reset at 2026-11-08T21:20:00Z",
        429,
        K.QUOTA,
        wait=2 * 86_400,
    ),
    Refusal(
        "1310 in the other protocol, called a rate limit",
        429,
        '{"type": "error", "error": {"type": "rate_limit_error", "code": "1310", "message":'
        ' "[1310][Weekly/Monthly Limit Exhausted. Your limit will reset at 2026-11-07 05:20:10]'
        '[20260728]"}}',
        K.QUOTA,
        wait=10,
        code="1310",
    ),
    glm("1311", "当前订阅套餐暂未开放 glm 权限", 429, K.MODEL_GONE),
    glm("1312", "该模型当前访问量过大,请您稍后再试", 429, K.RATE_LIMIT),
    glm("1313", "您的账户当前使用模式不符合公平使用策略", 429, K.RATE_LIMIT),
    glm("1316", "Resets at 2026-11-06T22:20:00Z", 429, K.QUOTA, wait=3_600),
    Refusal("a number", 429, '{"error": {"code": 1308, "message": "x"}}', K.QUOTA, code="1308"),
    Refusal("words alone", 429, '{"error": {"message": "余额不足或无可用资源包"}}', K.QUOTA),
    Refusal("in mid-answer", None, '{"error": {"code": "1302", "message": "x"}}', K.RATE_LIMIT),
]


def qwen(code: str, message: str) -> str:
    return (
        f'{{"error": {{"code": "{code}", "param": null, "message": "{message}", "type": "{code}"}},'
        ' "request_id": "649b2bbc-c541-9e16-9845-db7fe4fe5b2d"}'
    )


def native(code: str, message: str) -> str:
    return f'{{"code": "{code}", "message": "{message}", "request_id": "x"}}'


MINUTES = "https://help.aliyun.com/zh/model-studio/error-code#token-limit"

# help.aliyun.com/en/model-studio/error-code, en/model-studio/rate-limit
QWEN = [
    Refusal(
        "arrears",
        400,
        qwen("Arrearage", "Access denied, please make sure your account is in good standing."),
        K.QUOTA,
        code="arrearage",
    ),
    Refusal(
        "content",
        400,
        native("DataInspectionFailed", "Input data may contain inappropriate content."),
        K.CONTENT_POLICY,
    ),
    Refusal("content, compatible", 400, qwen("data_inspection_failed", "x"), K.CONTENT_POLICY),
    Refusal("key", 401, native("InvalidApiKey", "Invalid API-key provided."), K.AUTH),
    Refusal("key, compatible", 401, qwen("invalid_api_key", "Incorrect API key provided."), K.AUTH),
    Refusal("model", 404, native("ModelNotFound", "Model can not be found."), K.MODEL_GONE),
    Refusal("model, compatible", 404, qwen("model_not_found", "x"), K.MODEL_GONE),
    Refusal(
        "model not allowed", 403, native("Model.AccessDenied", "Model access denied."), K.MODEL_GONE
    ),
    Refusal("access", 403, qwen("access_denied", "Access denied."), K.AUTH),
    Refusal(
        "requests",
        429,
        native("Throttling.RateQuota", "Requests rate limit exceeded"),
        K.RATE_LIMIT,
    ),
    Refusal(
        "burst", 429, qwen("limit_burst_rate", "Request rate increased too quickly."), K.RATE_LIMIT
    ),
    Refusal(
        "list",
        429,
        qwen("limit_requests", "You exceeded your current requests list."),
        K.RATE_LIMIT,
    ),
    Refusal(
        "tokens",
        429,
        native(
            "Throttling.AllocationQuota",
            "Allocated quota exceeded, please increase your quota limit.",
        ),
        K.RATE_LIMIT,
    ),
    Refusal(
        "tokens of the minute, called a quota",
        429,
        qwen("insufficient_quota", f"You exceeded your current quota. For details, see: {MINUTES}"),
        K.RATE_LIMIT,
    ),
    Refusal(
        "free tokens",
        429,
        native("Throttling.AllocationQuota", "Free allocated quota exceeded."),
        K.QUOTA,
    ),
    Refusal(
        "free tier of a model",
        403,
        qwen("AllocationQuota.FreeTierOnly", "The free tier of the model has been exhausted."),
        K.QUOTA,
        model_only=True,
        said="The allowance at Example is used up (403).",
    ),
    Refusal(
        "long",
        400,
        qwen("invalid_parameter_error", "Range of input length should be [1, 9]"),
        K.CONTEXT,
    ),
    Refusal(
        "thinking",
        400,
        native(
            "InvalidParameter",
            "parameter.enable_thinking must be set to false for non-streaming calls",
        ),
        K.BAD_REQUEST,
        parameter="enable_thinking",
    ),
    Refusal(
        "search",
        400,
        native("InvalidParameter", "This model does not support enable_search."),
        K.BAD_REQUEST,
        parameter="enable_search",
    ),
    Refusal(
        "as the first event of a stream",
        400,
        'id:1\nevent:error\n:HTTP_STATUS/400\ndata:{"code":"DataInspectionFailed","message":"x"}\n\n',
        K.CONTENT_POLICY,
        code="datainspectionfailed",
    ),
]


@each(GLM)
def test_that_zhipus_refusal_is_understood(refusal: Refusal) -> None:
    refusal.check()


@each(QWEN)
def test_that_qwens_refusal_is_understood(refusal: Refusal) -> None:
    refusal.check()

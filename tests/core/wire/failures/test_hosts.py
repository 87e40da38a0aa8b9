"""How hosts of other people's models refuse."""

from __future__ import annotations

from helpers.refusals import Refusal, each
from understudy.errors import ErrorKind as K


def error(message: str, kind: str = "invalid_request_error", code: str = "") -> str:
    more = f', "code": "{code}"' if code else ""
    return f'{{"error": {{"message": "{message}", "type": "{kind}", "param": null{more}}}}}'


# docs.perplexity.ai; docs.together.ai/docs/error-codes; docs.fireworks.ai/guides/
# inference-error-codes; the words as seen in traffic
OTHERS = [
    Refusal(
        "Perplexity model",
        400,
        '{"error": {"message": "Invalid model \'m-1\'. Permitted models can be found in the'
        ' documentation.", "type": "invalid_model", "code": 400}}',
        K.MODEL_GONE,
    ),
    Refusal(
        "Perplexity quota, as 401",
        401,
        '{"error": {"message": "You exceeded your current quota, please check your plan.", "type":'
        ' "insufficient_quota", "code": 401}}',
        K.QUOTA,
    ),
    Refusal(
        "Perplexity key, as a page",
        401,
        "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n<center><h1>"
        "401 Authorization Required</h1></center>\r\n<hr><center>openresty/1.25.3.1</center>",
        K.AUTH,
    ),
    Refusal(
        "Perplexity rate",
        429,
        '{"error": {"message": "Request rate limit exceeded", "type":'
        ' "request_rate_limit_exceeded", "code": 429}}',
        K.RATE_LIMIT,
    ),
    Refusal("Together key", 401, error("Invalid API key provided", code="invalid_api_key"), K.AUTH),
    Refusal(
        "Together model",
        404,
        error("Unable to access model m-1.", code="model_not_available"),
        K.MODEL_GONE,
    ),
    Refusal(
        "Together context, as 403",
        403,
        error(
            "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4097. Given:"
            " 5000 `inputs` tokens and 512 `max_new_tokens`"
        ),
        K.CONTEXT,
    ),
    Refusal("Together credit", 402, error("Credit limit exceeded", "credit_limit"), K.QUOTA),
    Refusal("Together busy", 503, error("The server is overloaded"), K.TRANSIENT),
    Refusal(
        "Fireworks model",
        404,
        '{"error": {"object": "error", "type": "invalid_request_error", "code": "NOT_FOUND",'
        ' "message": "Model not found, inaccessible, and/or not deployed"}}',
        K.MODEL_GONE,
    ),
    Refusal(
        "Fireworks key",
        401,
        '{"error": {"object": "error", "type": "invalid_request_error", "code": "unauthorized",'
        ' "message": "The API key you provided is invalid."}}',
        K.AUTH,
    ),
    Refusal(
        "Fireworks suspended",
        412,
        '{"error": {"object": "error", "type": "x", "message": "Account x is suspended, possibly'
        ' due to reaching the monthly spending limit or failure to pay past invoices."}}',
        K.QUOTA,
        said="The budget at Example is spent (412).",
    ),
    Refusal("Fireworks suspended, bare", 412, "", K.QUOTA),
    Refusal(
        "Fireworks field",
        400,
        '{"error": {"object": "error", "message": "Extra inputs are not permitted, field: \'x\'",'
        ' "type": "invalid_request_error"}}',
        K.BAD_REQUEST,
        parameter="x",
    ),
]

# huggingface.co/docs/inference-providers; huggingface/transformers issue 23793
HUGGING_FACE = [
    Refusal(
        "loading",
        503,
        '{"error": "Model meta-llama/Llama-2-13b-chat is currently loading", "estimated_time":'
        " 20.0}",
        K.TRANSIENT,
        wait=20,
        said="Example is still loading the model m-1 (503).",
    ),
    Refusal(
        "credits",
        402,
        '{"error": "You have exceeded your monthly included credits for Inference Providers."}',
        K.QUOTA,
    ),
    Refusal("key", 401, '{"error": "Invalid username or password."}', K.AUTH),
    Refusal(
        "model",
        400,
        '{"error": {"message": "The requested model \'m-1\' is not supported by any provider you'
        ' have enabled.", "type": "invalid_request_error", "code": "model_not_supported"}}',
        K.MODEL_GONE,
    ),
    Refusal(
        "long",
        422,
        '{"error": "Input validation error: `inputs` must have less than 1024 tokens. Given: 1105",'
        ' "error_type": "validation"}',
        K.CONTEXT,
    ),
    Refusal(
        "overloaded, as 429",
        429,
        '{"error": "Model is overloaded", "error_type": "overloaded"}',
        K.TRANSIENT,
    ),
]

# docs.api.nvidia.com; NVIDIA-AI-Blueprints/rag issue 44
NVIDIA = [
    Refusal(
        "credits",
        402,
        '{"status": 402, "title": "Payment Required", "detail": "Account \'x\': Cloud credits'
        ' expired - Please contact NVIDIA representatives"}',
        K.QUOTA,
    ),
    Refusal(
        "model",
        404,
        '{"status": 404, "title": "Not Found", "detail": "Function'
        " '12345678-b123-12a3-1221-123456789123': Not found for account 'x'\"}",
        K.MODEL_GONE,
    ),
    Refusal(
        "retired model",
        410,
        '{"status": 410, "title": "Gone", "detail": "The model m-1 has reached its end of life"}',
        K.MODEL_GONE,
    ),
    Refusal(
        "key",
        403,
        '{"status": 403, "title": "Forbidden", "detail": "Authorization failed"}',
        K.AUTH,
    ),
    Refusal("rate", 429, '{"status": 429, "title": "Too Many Requests"}', K.RATE_LIMIT),
]


@each([*OTHERS, *HUGGING_FACE, *NVIDIA])
def test_that_a_hosts_refusal_is_understood(refusal: Refusal) -> None:
    refusal.check()

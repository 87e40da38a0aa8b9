"""How servers on this computer refuse: Ollama, llama.cpp, LM Studio, vLLM."""

from __future__ import annotations

from helpers.refusals import Refusal, each
from understudy.errors import ErrorKind as K

# docs.ollama.com/api/errors, github.com/ollama/ollama; continuedev/continue issue 11444 and
# ollama/ollama issue 15990 for its cloud
OLLAMA = [
    Refusal(
        "model", 404, '{"error": "model \\"m-1\\" not found, try pulling it first"}', K.MODEL_GONE
    ),
    Refusal(
        "model, compatible",
        404,
        '{"error": {"message": "model \\"m-1\\" not found, try pulling it first", "type":'
        ' "api_error", "param": null, "code": null}}',
        K.MODEL_GONE,
    ),
    Refusal(
        "tools",
        400,
        '{"error": "registry.ollama.ai/library/gemma:2b does not support tools"}',
        K.BAD_REQUEST,
        parameter="tools",
        said="Example did not accept the request (400).",
    ),
    Refusal(
        "thinking",
        400,
        '{"error": "\\"gemma:2b\\" does not support thinking"}',
        K.BAD_REQUEST,
        parameter="think",
    ),
    Refusal(
        "no talk", 400, '{"error": "\\"nomic-embed-text\\" does not support chat"}', K.MODEL_GONE
    ),
    Refusal(
        "memory",
        500,
        '{"error": "model requires more system memory (5.6 GiB) than is available (3.2 GiB)"}',
        K.TRANSIENT,
        said="Example has too little memory for the model m-1 (500).",
    ),
    Refusal("runner", 500, '{"error": "llama runner process has terminated: exit 2"}', K.TRANSIENT),
    Refusal("bad gateway", 502, '{"error": "upstream"}', K.TRANSIENT),
    Refusal(
        "in mid-answer", None, '{"error": "an error was encountered while running"}', K.TRANSIENT
    ),
    Refusal("cloud without login", 401, '{"error": "unauthorized"}', K.AUTH),
    Refusal("cloud to pay for", 402, '{"error": "payment required"}', K.QUOTA),
    Refusal(
        "cloud by subscription",
        403,
        '{"error": "this model requires a subscription, upgrade for access: https://ollama.com"}',
        K.MODEL_GONE,
    ),
    Refusal("cloud, too large", 413, '{"error": "request body too large"}', K.CONTEXT),
    Refusal(
        "cloud's session",
        429,
        '{"error": "you (x) have reached your session usage limit, upgrade for higher limits:'
        ' https://ollama.com/upgrade"}',
        K.QUOTA,
        said="The allowance at Example is used up (429).",
    ),
    Refusal(
        "cloud's week",
        429,
        '{"error": "you\'ve reached your weekly usage limit, please wait or upgrade to continue"}',
        K.QUOTA,
    ),
    Refusal("cloud, too many", 429, '{"error": "too many concurrent requests"}', K.RATE_LIMIT),
]

# github.com/ggml-org/llama.cpp, tools/server/README.md
LLAMA_CPP = [
    Refusal(
        "context",
        400,
        '{"error": {"code": 400, "message": "the request exceeds the available context size, try'
        ' increasing it", "type": "exceed_context_size_error", "n_prompt_tokens": 9, "n_ctx": 8}}',
        K.CONTEXT,
        code="exceed_context_size_error",
    ),
    Refusal(
        "loading",
        503,
        '{"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}',
        K.TRANSIENT,
        said="Example is still loading the model m-1 (503).",
    ),
    Refusal(
        "key",
        401,
        '{"error": {"code": 401, "message": "Invalid API Key", "type": "authentication_error"}}',
        K.AUTH,
    ),
    Refusal(
        "no embeddings",
        501,
        '{"error": {"code": 501, "message": "This server does not support embeddings. Start it with'
        ' `--embeddings`", "type": "not_supported_error"}}',
        K.MODEL_GONE,
    ),
    Refusal(
        "no such part",
        501,
        '{"error": {"code": 501, "message": "Not here", "type": "not_supported_error"}}',
        K.BAD_REQUEST,
    ),
    Refusal(
        "tools",
        500,
        '{"error": {"code": 500, "message": "tools param requires --jinja flag", "type":'
        ' "server_error"}}',
        K.BAD_REQUEST,
        parameter="tools",
    ),
    Refusal(
        "images",
        500,
        '{"error": {"code": 500, "message": "image input is not supported - hint: if this is'
        ' unexpected, you may need to provide the mmproj", "type": "server_error"}}',
        K.BAD_REQUEST,
    ),
]

# lmstudio.ai/docs; docs.vllm.ai/en/latest/serving/openai_compatible_server.html
OTHERS = [
    Refusal(
        "LM Studio, none loaded",
        404,
        '{"error": {"message": "No models loaded. Please load a model in the developer page.",'
        ' "type": "invalid_request_error", "param": "model", "code": "model_not_found"}}',
        K.MODEL_GONE,
    ),
    Refusal(
        "LM Studio, long",
        400,
        '{"error": "The number of tokens to keep from the initial prompt is greater than the'
        ' context length. Try to load the model with a larger context length"}',
        K.CONTEXT,
    ),
    Refusal(
        "LM Studio, memory",
        400,
        '{"error": {"message": "Failed to load model \\"m-1\\". Error: Model loading was stopped'
        ' due to insufficient system resources."}}',
        K.TRANSIENT,
    ),
    Refusal(
        "vLLM, long",
        400,
        '{"object": "error", "message": "This model\'s maximum context length is 2048 tokens.'
        ' However, you requested 2100 tokens.", "type": "BadRequestError", "param": null, "code":'
        " 400}",
        K.CONTEXT,
    ),
    Refusal(
        "vLLM, model",
        404,
        '{"object": "error", "message": "The model `m-1` does not exist.", "type": "NotFoundError",'
        ' "param": null, "code": 404}',
        K.MODEL_GONE,
    ),
    Refusal(
        "vLLM, model in mid-answer",
        None,
        '{"object": "error", "message": "x", "type": "NotFoundError", "code": 404}',
        K.MODEL_GONE,
    ),
    Refusal("vLLM, key", 401, '{"error": "Unauthorized"}', K.AUTH),
    Refusal(
        "vLLM, field",
        400,
        "{\"object\": \"error\", \"message\": \"[{'type': 'extra_forbidden', 'loc': ('body',"
        " 'x'), 'msg': 'Extra inputs are not permitted', 'input': 1}]\", \"type\":"
        ' "BadRequestError", "code": 400}',
        K.BAD_REQUEST,
        parameter="x",
    ),
]


@each([*OLLAMA, *LLAMA_CPP, *OTHERS])
def test_that_a_local_servers_refusal_is_understood(refusal: Refusal) -> None:
    refusal.check()

"""The field that a server does not take is named, so that it can be left out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.errors import ErrorKind
from understudy.wire.failures import error_from_response
from understudy.wire.parameters import refused_parameter


def said(message: str, param: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": param}}


REFUSALS: list[tuple[str, Any, str]] = [
    # platform.openai.com/docs/guides/error-codes; community threads for the words
    (
        "OpenAI limit",
        said("Unsupported parameter: 'max_tokens' is not supported with this model.", "max_tokens"),
        "max_tokens",
    ),
    (
        "OpenAI value",
        said("Unsupported value: 'temperature' does not support 0.2 with this model."),
        "temperature",
    ),
    ("OpenAI unknown", said("Unknown parameter: 'stream_options.x'."), "stream_options.x"),
    ("OpenAI inner", said("Verify your organization.", "reasoning.summary"), "reasoning.summary"),
    ("OpenAI param alone", said("No.", "top_p"), "top_p"),
    ("OpenAI path", said("Invalid value.", "tools[0].function.name"), "tools"),
    ("OpenAI messages", said("Invalid value.", "messages[0].content"), ""),
    (
        "OpenAI older, Azure",
        said("Unrecognized request argument supplied: stream_options"),
        "stream_options",
    ),
    ("OpenAI older, two", said("Unrecognized request arguments supplied: a, b"), "a"),
    # docs.mistral.ai
    (
        "Mistral",
        {"detail": [{"type": "extra_forbidden", "loc": ["body", "x"], "msg": "Extra inputs"}]},
        "x",
    ),
    (
        "Mistral wrapped",
        {"object": "error", "message": {"detail": [{"loc": ["body", "seed", 0], "msg": "x"}]}},
        "seed",
    ),
    # docs.anthropic.com/en/api/errors
    ("Anthropic", said("top_k: Extra inputs are not permitted"), "top_k"),
    ("Anthropic inner", said("messages.0.x: Extra inputs are not permitted"), ""),
    # console.groq.com/docs/errors; inference-docs.cerebras.ai
    ("Groq", said("x: property 'logit_bias' is unsupported"), "logit_bias"),
    ("Cerebras", said("body.x: property 'body.x' is unsupported", "validation_error"), "x"),
    # serde's words
    (
        "DeepSeek",
        said("Failed to deserialize the JSON body: unknown field `x`, expected `model`"),
        "x",
    ),
    # ai.google.dev
    ("Gemini", said("Unknown name \"safety_x\" at '': Cannot find field."), "safetyX"),
    (
        "Gemini inner",
        said("Unknown name \"x_y\" at 'generation_config': Cannot find field."),
        "generationConfig.xY",
    ),
    (
        "Gemini innermost",
        said("Unknown name \"a\" at 'generation_config.thinking_config': Cannot find field."),
        "generationConfig.thinkingConfig.a",
    ),
    (
        "Gemini list",
        said("Unknown name \"a\" at 'tools[0].function_declarations[0]': Cannot find field."),
        "tools",
    ),
    # docs.ollama.com/api/errors
    ("Ollama tools", {"error": '"gemma:2b" does not support tools'}, "tools"),
    ("Ollama thinking", {"error": '"gemma:2b" does not support thinking'}, "think"),
    ("Ollama older", {"error": 'think value "low" is not supported for this model'}, "think"),
    (
        "Ollama oldest",
        {"error": "json: cannot unmarshal string into Go struct field ChatRequest.think of type x"},
        "think",
    ),
    # docs.vllm.ai
    (
        "vLLM",
        {
            "object": "error",
            "message": "[{'type': 'extra_forbidden', 'loc': ('body', 'x'), 'msg': 'Extra'}]",
        },
        "x",
    ),
    ("LiteLLM", said("openai does not support parameters: ['top_k'], for model=o1"), "top_k"),
    ("xAI", {"code": "x", "error": "Argument not supported on this model: stop"}, "stop"),
    ("Bedrock", {"message": "#: extraneous key [top_k] is not permitted"}, "top_k"),
    ("JSON schema", said("Additional properties are not allowed ('x' was unexpected)"), "x"),
    ("in quotes", said("'seed' is not supported"), "seed"),
    ("nothing", said("Something else"), ""),
    ("odd", said("Bad", "no field, but words"), ""),
]


@pytest.mark.parametrize(
    ("body", "parameter"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS]
)
def test_that_the_field_that_is_not_taken_is_named(body: Any, parameter: str) -> None:
    error = error_from_response(400, {}, json.dumps(body).encode())
    assert (error.kind, error.parameter) == (ErrorKind.BAD_REQUEST, parameter)


def test_that_a_field_is_named_only_where_the_request_was_refused_for_it() -> None:
    body = json.dumps(said("Rate limit", "temperature")).encode()
    assert error_from_response(429, {}, body).parameter == ""
    assert error_from_response(422, {}, body).parameter == ""
    assert error_from_response(422, {}, json.dumps(said("No", "seed")).encode()).parameter == "seed"


def test_that_a_key_is_no_field() -> None:
    key = "sk_canary_0123456789abcdefghijABCDEFGHIJ"
    body = json.dumps(said(f"Unknown parameter: '{key}'", "hunter2hunter2")).encode()
    error = error_from_response(400, {}, body, secrets=["hunter2hunter2"])
    assert error.parameter == ""


@given(st.text(max_size=80), st.text(max_size=20))
def test_that_whatever_is_named_is_a_name(message: str, param: str) -> None:
    name = refused_parameter([{"param": param}], message)
    assert name == "" or all(part.isidentifier() for part in name.split("."))

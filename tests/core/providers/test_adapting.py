"""What a server does not take is left out or said in another way, and nothing else is changed.

The words of the refusals are those of platform.openai.com, platform.claude.com, ai.google.dev,
docs.ollama.com, docs.mistral.ai, docs.cohere.com, console.groq.com and what was seen of traffic.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.errors import ErrorKind, ProviderError
from understudy.providers.adapting import Learned
from understudy.wire.failures import error_from_response


def openai(message: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return {"error": error}


def anthropic(message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": "invalid_request_error", "message": message}}


def google(message: str) -> dict[str, Any]:
    return {"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT"}}


def mistral(*loc: str) -> dict[str, Any]:
    refused = {"type": "extra_forbidden", "loc": ["body", *loc], "msg": "Extra inputs …"}
    return {"detail": [refused]}


def refusal(body: dict[str, Any], status: int = 400) -> ProviderError:
    return error_from_response(status, {}, json.dumps(body).encode())


def after(
    error: dict[str, Any], asked: dict[str, Any], again: dict[str, Any] | None = None
) -> dict[str, Any] | None:
    """What is asked ``again``, once ``asked`` was refused so; None where nothing was learned."""
    learned = Learned()
    before = deepcopy(asked)
    if not learned.learn("m", asked, refusal(error)):
        assert asked == before
        return None
    return learned.applied("m", deepcopy(before if again is None else again))


UNKNOWN = "Invalid JSON payload. Unknown name \"{}\" at 'generation_config': Cannot find field."
CONFIG = {"temperature": 0.2, "stopSequences": ["END"], "maxOutputTokens": 9_000}
THINKING = {"thinkingLevel": "MEDIUM", "includeThoughts": True}
LEFT_OUT: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    (
        "stream_options",
        openai("Unrecognized request argument supplied: stream_options"),
        {"stream_options": {"include_usage": True}, "stop": ["a"]},
        {"stop": ["a"]},
    ),
    (
        "include_usage",
        openai("unknown field include_usage"),
        {"stream_options": {"include_usage": True}},
        {},
    ),
    (
        "temperature, OpenAI",
        openai(
            "Unsupported value: 'temperature' does not support 0.2 with this model. Only the"
            " default (1) value is supported.",
            "temperature",
            "unsupported_value",
        ),
        {"temperature": 0.2},
        {},
    ),
    (
        "temperature, Anthropic",
        anthropic("`temperature` is deprecated for this model."),
        {"temperature": 0.2},
        {},
    ),
    (
        "temperature, Gemini",
        google(
            "Invalid JSON payload received. Unknown name \"temperature\" at 'generation_config'"
        ),
        {"generationConfig": dict(CONFIG)},
        {"generationConfig": {"stopSequences": ["END"], "maxOutputTokens": 9_000}},
    ),
    (
        "stop, xAI",
        {"code": "x", "error": "Argument not supported on this model: stop"},
        {"stop": ["END"]},
        {},
    ),
    (
        "stop_sequences",
        anthropic("stop_sequences: Extra inputs are not permitted"),
        {"stop_sequences": ["END"]},
        {},
    ),
    (
        "stopSequences",
        google(
            "Invalid JSON payload received. Unknown name \"stopSequences\" at 'generation_config'"
        ),
        {"generationConfig": {"stopSequences": ["END"]}},
        {},
    ),
    ("tool_choice", mistral("tool_choice"), {"tool_choice": "auto", "tools": [1]}, {"tools": [1]}),
    (
        "toolConfig",
        google("function_calling_config is not supported for this model."),
        {"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}, "tools": [1]},
        {"tools": [1]},
    ),
    (
        "include",
        openai("Encrypted content is not supported with this model.", "include"),
        {"include": ["reasoning.encrypted_content"]},
        {},
    ),
    ("truncate", {"error": "'truncate' is not supported"}, {"truncate": False, "x": 1}, {"x": 1}),
    (
        "reasoning.summary",
        openai(
            "Your organization must be verified to generate reasoning summaries. Please go to:"
            " https://platform.openai.com/settings/organization/general and click on Verify"
            " Organization.",
            "reasoning.summary",
            "unsupported_value",
        ),
        {"reasoning": {"effort": "low", "summary": "auto"}},
        {"reasoning": {"effort": "low"}},
    ),
    (
        "thinking.display",
        anthropic("thinking.display: Extra inputs are not permitted"),
        {"thinking": {"type": "adaptive", "display": "summarized"}},
        {"thinking": {"type": "adaptive"}},
    ),
]


@pytest.mark.parametrize(
    ("error", "asked", "rest"), [row[1:] for row in LEFT_OUT], ids=[row[0] for row in LEFT_OUT]
)
def test_that_a_field_that_is_not_taken_is_left_out_whatever_it_holds(
    error: dict[str, Any], asked: dict[str, Any], rest: dict[str, Any]
) -> None:
    assert after(error, deepcopy(asked)) == rest


LEVELS: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    (
        "reasoning.effort",
        openai(
            "Unsupported value: 'none' is not supported with the 'gpt-5' model. Supported values"
            " are: 'minimal', 'low', 'medium', and 'high'.",
            "reasoning.effort",
            "unsupported_value",
        ),
        {"reasoning": {"effort": "none"}},
        {"reasoning": {"effort": "high", "summary": "auto"}},
    ),
    (
        "reasoning_effort",
        openai("Extra inputs are not permitted, field: 'reasoning_effort'"),
        {"reasoning_effort": "none"},
        {"reasoning_effort": "high"},
    ),
    (
        "reasoning",
        openai("Unknown parameter: 'reasoning'."),
        {"reasoning": {"enabled": False}},
        {"reasoning": {"effort": "high"}},
    ),
    (
        "thinking, GLM",
        openai("Reasoning is mandatory for this endpoint and cannot be disabled."),
        {"thinking": {"type": "disabled"}},
        {"thinking": {"type": "enabled"}},
    ),
    (
        "thinking, Anthropic",
        anthropic("adaptive thinking is not supported on this model"),
        {"thinking": {"type": "adaptive"}},
        {"thinking": {"type": "disabled"}},
    ),
    (
        "thinking, compatible",
        anthropic(
            "thinking: Input tag 'adaptive' found using 'type' does not match any of the expected"
            " tags: 'disabled', 'enabled'"
        ),
        {"thinking": {"type": "adaptive"}},
        {"thinking": {"type": "enabled", "budget_tokens": 1_024}},
    ),
    (
        "output_config",
        anthropic("This model does not support the effort parameter."),
        {"output_config": {"effort": "low"}},
        {"output_config": {"effort": "high"}},
    ),
    (
        "think, level",
        {"error": 'think value "low" is not supported for this model'},
        {"think": "low"},
        {"think": False},
    ),
    ("think", {"error": '"qwen3" does not support thinking'}, {"think": "low"}, {"think": "high"}),
    (
        "enable_thinking",
        openai("parameter.enable_thinking must be set to false for non-streaming calls"),
        {"enable_thinking": True},
        {"enable_thinking": False},
    ),
    (
        "thinkingLevel",
        google("Thinking level MEDIUM is not supported for this model."),
        {"generationConfig": {"thinkingConfig": dict(THINKING)}},
        {"generationConfig": {"thinkingConfig": {"thinkingLevel": "LOW"}}},
    ),
    (
        "thinkingBudget",
        google("Budget 0 is invalid. This model only works in thinking mode."),
        {"generationConfig": {"thinkingConfig": {"thinkingBudget": 0}}},
        {"generationConfig": {"thinkingConfig": {"thinkingBudget": 128}}},
    ),
    (
        "thinkingConfig",
        google(
            "Unable to submit request because thinking_level is not supported by this model.."
            " Learn more: https://cloud.google.com/vertex-ai"
        ),
        {"generationConfig": {"thinkingConfig": dict(THINKING)}},
        {"generationConfig": {"thinkingConfig": {"thinkingLevel": "LOW"}}},
    ),
]


@pytest.mark.parametrize(
    ("error", "asked", "other"), [row[1:] for row in LEVELS], ids=[row[0] for row in LEVELS]
)
def test_that_a_wish_for_thinking_is_left_out_and_another_wish_is_not(
    error: dict[str, Any], asked: dict[str, Any], other: dict[str, Any]
) -> None:
    assert after(error, deepcopy(asked)) == {}
    assert after(error, deepcopy(asked), other) == other


def test_that_what_stands_beside_a_wish_stays() -> None:
    asked = {"generationConfig": {**CONFIG, "thinkingConfig": dict(THINKING)}}
    error = google("Thinking level is not supported for this model.")
    assert after(error, asked) == {"generationConfig": CONFIG}


@pytest.mark.parametrize(
    ("error", "limit"),
    [
        (
            openai(
                "max_tokens is too large: 6000. This model supports at most 4096 completion tokens,"
                " whereas you provided 6000.",
                "max_tokens",
                "invalid_value",
            ),
            4096,
        ),
        (
            anthropic(
                "max_tokens: 6000 > 4096, which is the maximum allowed number of output tokens for"
                " claude-3-haiku-20240307"
            ),
            4096,
        ),
        (
            {
                "message": "too many tokens: max tokens must be less than or equal to 4096, the"
                " maximum output for this model - received 6000."
            },
            4096,
        ),
        (
            openai(
                "`max_tokens` must be less than or equal to `2,048`, the maximum value for"
                " `max_tokens` is less than the `context_window` for this model",
                "max_tokens",
            ),
            2048,
        ),
        (openai("Invalid max_tokens value, the valid range of max_tokens is [1, 4096]"), 4096),
    ],
)
def test_that_a_limit_is_held_below_what_the_model_writes(
    error: dict[str, Any], limit: int
) -> None:
    assert after(error, {"max_tokens": 6_000}) == {"max_tokens": limit}
    assert after(error, {"max_tokens": 6_000}, {"max_tokens": 50}) == {"max_tokens": 50}
    assert after(error, {"max_tokens": 6_000}, {"max_tokens": 9_000}) == {"max_tokens": limit}


@pytest.mark.parametrize(
    ("error", "asked", "rest"),
    [
        (
            openai(
                "The parameter `max_completion_tokens` specified in the request are not valid:"
                " integer above maximum value, expected a value <= 12288, but got 32000 instead.",
                "max_completion_tokens",
            ),
            {"max_completion_tokens": 32_000},
            {"max_completion_tokens": 12_288},
        ),
        (
            openai("Invalid 'max_output_tokens': maximum is 16384.", "max_output_tokens"),
            {"max_output_tokens": 32_000},
            {"max_output_tokens": 16_384},
        ),
        (
            google(
                "Unable to submit request because it has a maxOutputTokens value of 100000 but the"
                " supported range is from 1 (inclusive) to 65537 (exclusive). Update the value and"
                " try again."
            ),
            {"generationConfig": {"maxOutputTokens": 100_000}},
            {"generationConfig": {"maxOutputTokens": 65_536}},
        ),
    ],
)
def test_that_every_format_has_a_limit_of_its_own_name(
    error: dict[str, Any], asked: dict[str, Any], rest: dict[str, Any]
) -> None:
    assert after(error, asked) == rest


UNSUPPORTED = openai(
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use"
    " 'max_completion_tokens' instead.",
    "max_tokens",
    "unsupported_parameter",
)


def test_that_a_limit_of_another_name_is_renamed_once() -> None:
    learned = Learned()
    assert learned.learn("m", {"max_tokens": 50}, refusal(UNSUPPORTED))
    assert learned.applied("m", {"max_tokens": 9}) == {"max_completion_tokens": 9}
    back = refusal(mistral("max_completion_tokens"), 422)
    assert not learned.learn("m", {"max_completion_tokens": 50}, back)
    assert after(mistral("max_completion_tokens"), {"max_completion_tokens": 5}) == {
        "max_tokens": 5
    }


def test_that_a_renamed_limit_can_still_be_held_below_another() -> None:
    learned = Learned()
    assert learned.learn("m", {"max_tokens": 6_000}, refusal(UNSUPPORTED))
    asked = learned.applied("m", {"max_tokens": 6_000})
    too_large = openai("max_completion_tokens is too large: at most 4096", "max_completion_tokens")
    assert learned.learn("m", asked, refusal(too_large))
    assert learned.applied("m", {"max_tokens": 6_000}) == {"max_completion_tokens": 4_096}


def test_that_a_model_is_not_charged_with_what_another_refused() -> None:
    learned = Learned()
    assert learned.learn("m", {"temperature": 1}, refusal(mistral("temperature"), 422))
    usage = refusal(openai("Unknown parameter: 'stream_options'."))
    assert learned.learn("m", {"stream_options": {}}, usage)
    assert learned.applied("m", {"temperature": 1, "stream_options": {}}) == {}
    assert learned.applied("another", {"temperature": 1, "stream_options": {}}) == {
        "temperature": 1
    }


@pytest.mark.parametrize(
    "error",
    [
        openai("Invalid value.", "messages[0].content"),
        openai("Invalid value.", "tools[0].function.name"),
        openai("temperature is too high, says nobody", "top_p"),
        {"error": '"gemma:2b" does not support tools'},
        anthropic("messages.1.content.0: Invalid `signature` in `thinking` block"),
        openai("thinking is enabled but reasoning_content is missing in assistant tool call"),
        openai("The `reasoning_content` in the thinking mode must be passed back to the API."),
        openai("Something else"),
        openai("max_tokens is wrong: 100", "n"),
        {},
    ],
)
def test_that_nothing_is_learned_from_what_is_about_something_else(error: dict[str, Any]) -> None:
    asked = {"max_tokens": 50, "thinking": {"type": "enabled"}, "tools": [1], "messages": [1]}
    assert after(error, asked) is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, ErrorKind.AUTH), (429, ErrorKind.RATE_LIMIT), (500, ErrorKind.TRANSIENT)],
)
def test_that_only_a_bad_request_teaches(status: int, kind: ErrorKind) -> None:
    error = refusal(openai("Unknown parameter: 'stop'.", "stop"), status)
    assert error.kind is kind
    assert not Learned().learn("m", {"stop": ["a"]}, error)


def test_that_a_server_that_refuses_ever_smaller_limits_is_not_asked_for_ever() -> None:
    learned = Learned()
    tries = 0
    asked: dict[str, Any] = {"max_tokens": 100_000}
    while learned.learn(
        "m", asked, refusal(openai(f"max_tokens: at most {asked['max_tokens'] - 1}", "max_tokens"))
    ):
        tries += 1
        asked = learned.applied("m", {"max_tokens": 100_000})
    assert 1 < tries < 20


BODIES = st.fixed_dictionaries(
    {},
    optional={
        "max_tokens": st.integers(1, 10**6),
        "temperature": st.floats(0, 2),
        "thinking": st.dictionaries(st.sampled_from(["type", "display"]), st.text(max_size=3)),
        "reasoning": st.one_of(st.none(), st.dictionaries(st.just("effort"), st.text(max_size=3))),
        "generationConfig": st.one_of(
            st.integers(), st.fixed_dictionaries({}, optional={"thinkingConfig": st.none()})
        ),
        "messages": st.just([1]),
    },
)
PARAMETERS = st.sampled_from(
    ["", "max_tokens", "thinking.type.x", "reasoning.effort", "generationConfig.thinkingConfig.y"]
)
WORDS = st.lists(
    st.sampled_from(
        ["thinking", "is not supported", "max_tokens", "4096", "effort", "temperature", "99999"]
    ),
    max_size=5,
).map(" ".join)


@given(BODIES, PARAMETERS, WORDS)
def test_that_whatever_is_learned_ends_the_refusal_and_keeps_the_rest(
    body: dict[str, Any], parameter: str, detail: str
) -> None:
    error = ProviderError(ErrorKind.BAD_REQUEST, "", detail=detail, parameter=parameter)
    learned = Learned()
    if not learned.learn("m", deepcopy(body), error):
        assert learned.applied("m", deepcopy(body)) == body
        return
    changed = learned.applied("m", deepcopy(body))
    assert changed != body
    assert learned.applied("m", deepcopy(changed)) == changed
    assert changed.get("messages") == body.get("messages")

"""How long Claude thinks, said in the words of each of its generations."""

from __future__ import annotations

from typing import Any

import pytest

from helpers.anthropic_rules import check
from understudy.messages import Message, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from understudy.requests import ChatRequest, Reasoning, Tool
from understudy.wire.anthropic import FORMAT
from understudy.wire.anthropic_generations import generation_of
from understudy.wire.format import Target

HI = (Message.user("Hi"),)
DISABLED = {"thinking": {"type": "disabled"}}
ADAPTIVE = {"thinking": {"type": "adaptive"}}
SHOWN = {"thinking": {"type": "adaptive", "display": "summarized"}}


def low(thinking: dict[str, Any]) -> dict[str, Any]:
    return {**thinking, "output_config": {"effort": "low"}}


def fields(request: ChatRequest, model: str) -> dict[str, Any]:
    body = FORMAT.chat(request, Target("anthropic", model)).body
    check(body)
    return {key: body[key] for key in ("thinking", "output_config") if key in body}


# thinking-troubleshooting: model, what is said where nothing is asked for, "off", and "low"
WAYS: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("a-model", {}, DISABLED, {"thinking": {"type": "enabled", "budget_tokens": 2048}}),
    ("claude-haiku-4-5", {}, DISABLED, {"thinking": {"type": "enabled", "budget_tokens": 2048}}),
    ("claude-sonnet-4-6", {}, DISABLED, low(ADAPTIVE)),
    ("claude-opus-4-8", {}, DISABLED, low(SHOWN)),
    ("claude-opus-5", SHOWN, DISABLED, low(SHOWN)),
    ("claude-haiku-5-5", SHOWN, DISABLED, low(SHOWN)),
    ("claude-sonnet-5-5", SHOWN, {"thinking": {"type": "between_tools"}}, low(SHOWN)),
    ("claude-opus-5-5", SHOWN, low(SHOWN), low(SHOWN)),
    ("claude-fable-5", SHOWN, low(SHOWN), low(SHOWN)),
    ("claude-mythos-preview", SHOWN, low(SHOWN), low(SHOWN)),
]


@pytest.mark.parametrize(("model", "unasked", "off", "little"), WAYS)
def test_that_each_generation_is_told_in_its_own_words(
    model: str, unasked: dict[str, Any], off: dict[str, Any], little: dict[str, Any]
) -> None:
    assert fields(ChatRequest(HI), model) == unasked
    assert fields(ChatRequest(HI, reasoning="off"), model) == off
    assert fields(ChatRequest(HI, reasoning="low"), model) == little


@pytest.mark.parametrize(
    ("reasoning", "limit", "budget"),
    [
        ("low", None, 2048),
        ("medium", 64_000, 8192),
        ("high", 64_000, 16_384),
        ("high", 8192, 4096),
        ("high", 2048, 1024),
        ("high", 2047, None),
        ("low", 50, None),
    ],
)
def test_that_a_budget_leaves_room_for_the_answer(
    reasoning: Reasoning, limit: int | None, budget: int | None
) -> None:
    thinking = {"type": "enabled", "budget_tokens": budget} if budget else {"type": "disabled"}
    request = ChatRequest(HI, max_tokens=limit, reasoning=reasoning)
    assert fields(request, "claude-sonnet-4-5") == {"thinking": thinking}


def test_that_a_temperature_gives_way_to_thinking() -> None:
    request = ChatRequest(HI, temperature=0.2, reasoning="low")
    for model in ("claude-haiku-4-5", "claude-opus-4-6"):
        assert "temperature" not in FORMAT.chat(request, Target("anthropic", model)).body


def test_that_a_demanded_call_goes_before_thinking_with_a_budget() -> None:
    tools = (Tool("find", "", {}),)
    request = ChatRequest(HI, tools=tools, tool_choice="required", reasoning="high")
    assert fields(request, "claude-haiku-4-5") == DISABLED
    assert fields(request, "claude-opus-5")["thinking"]["type"] == "adaptive"


def test_that_an_answer_that_was_begun_goes_before_thinking() -> None:
    request = ChatRequest((*HI, Message.assistant("Once")), reasoning="high")
    assert fields(request, "claude-haiku-4-5") == DISABLED


@pytest.mark.parametrize(
    ("made_by", "signature", "thinks"),
    [
        ("anthropic/claude-haiku-4-5", "seal", True),
        ("anthropic/claude-haiku-4-5", "", False),
        ("openai/gpt-5.5", "seal", False),
    ],
)
def test_that_thinking_with_a_budget_begins_with_the_thought_that_led_to_the_call(
    made_by: str, signature: str, thinks: bool
) -> None:
    parts = (ReasoningPart("hm", signature, made_by), ToolCallPart("a", "find", "{}"))
    called = (Message("assistant", parts), Message("tool", (ToolResultPart("a", "found"),)))
    for after in ((), (Message.user("Well?"),)):
        request = ChatRequest((*HI, *called, *after), reasoning="high")
        body = FORMAT.chat(request, Target("anthropic", "claude-haiku-4-5")).body
        check(body)
        assert body["thinking"]["type"] == ("enabled" if thinks else "disabled")
        assert (body["messages"][1]["content"][0]["type"] == "thinking") is thinks
    over = ChatRequest((*HI, *called, Message.assistant("Yes."), *HI), reasoning="high")
    assert fields(over, "claude-haiku-4-5")["thinking"]["type"] == "enabled"


@pytest.mark.parametrize(
    ("model", "reasoning", "kept"),
    [
        ("claude-opus-5-5", None, True),
        ("claude-opus-5-5", "off", True),  # it thinks all the same
        ("claude-sonnet-5-5", "off", True),  # its notes between calls are thoughts
        ("claude-opus-5", "off", False),
        ("claude-opus-4-8", None, False),
        ("claude-opus-4-8", "low", True),
        ("minimax-m3", None, True),
        ("minimax-m3", "off", False),
    ],
)
def test_that_thoughts_go_back_only_to_one_that_thinks(
    model: str, reasoning: Reasoning | None, kept: bool
) -> None:
    thought = ReasoningPart("hm", "seal", f"anthropic/{model}")
    answer = Message("assistant", (thought, TextPart("So."), ToolCallPart("a", "find", "{}")))
    turns = (*HI, answer, Message("tool", (ToolResultPart("a", "found"),)))
    body = FORMAT.chat(ChatRequest(turns, reasoning=reasoning), Target("anthropic", model)).body
    check(body)
    assert (body["messages"][1]["content"][0]["type"] == "thinking") is kept


@pytest.mark.parametrize(
    ("model", "like"),
    [
        ("claude-3-7-sonnet-20250219", "claude-haiku-4-5"),
        ("claude-3-5-haiku-latest", "claude-haiku-4-5"),
        ("claude-sonnet-4-20250514", "claude-haiku-4-5"),
        ("claude-opus-4-1", "claude-haiku-4-5"),
        ("claude-sonnet-4-5-20250929", "claude-haiku-4-5"),
        ("anthropic/claude-opus-4.6", "claude-sonnet-4-6"),
        ("anthropic.claude-opus-4-6-v1", "claude-sonnet-4-6"),
        ("claude-opus-4-7@20260416", "claude-opus-4-8"),
        ("claude-sonnet-5", "claude-opus-5"),
        ("claude-opus-5-20260724", "claude-opus-5"),
        ("Claude-Opus-5", "claude-opus-5"),
        ("claude-mythos-5", "claude-fable-5"),
        ("claude-fable-5-2", "claude-opus-5-5"),
        ("claude-opus-6", "claude-opus-5-5"),
        ("claude-opus-latest", "claude-opus-5-5"),
        ("claude-sonnet-7-1", "claude-sonnet-5-5"),
        ("claude-ode-6", "claude-opus-5-5"),
        ("kimi-k3", "minimax-m3"),
    ],
)
def test_that_a_generation_is_known_by_the_models_id(model: str, like: str) -> None:
    assert generation_of(model) == generation_of(like)

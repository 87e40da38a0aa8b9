"""How long to think, said in the way of each server that speaks Chat Completions."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from understudy.messages import Message, ReasoningPart, TextPart, ToolCallPart, ToolResultPart
from understudy.requests import ChatRequest, Reasoning
from understudy.wire.format import Dialect, ReasoningStyle, Target
from understudy.wire.openai_messages import chat

SAID: dict[ReasoningStyle, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "none": ({}, {}, {}),
    "reasoning_effort": (
        {"reasoning_effort": "none"},
        {"reasoning_effort": "low"},
        {"reasoning_effort": "high"},
    ),
    "reasoning_switch": (
        {"reasoning_effort": "none"},
        {"reasoning_effort": "high"},
        {"reasoning_effort": "high"},
    ),
    "reasoning": (
        {"reasoning": {"enabled": False}},
        {"reasoning": {"effort": "low"}},
        {"reasoning": {"effort": "high"}},
    ),
    "thinking": (
        {"thinking": {"type": "disabled"}},
        {"thinking": {"type": "enabled"}},
        {"thinking": {"type": "enabled"}},
    ),
    "enable_thinking": (
        {"enable_thinking": False},
        {"enable_thinking": True},
        {"enable_thinking": True},
    ),
}
LEVELS: tuple[Reasoning, ...] = ("off", "low", "high")
"""What each entry of ``SAID`` is said for."""


def asked(style: ReasoningStyle, reasoning: Reasoning | None) -> dict[str, Any]:
    request = ChatRequest((Message.user("Hi"),), reasoning=reasoning)
    plain = chat(ChatRequest(request.messages), Target("p", "m"))
    body = chat(request, Target("p", "m", Dialect(reasoning_style=style))).body
    return {key: value for key, value in body.items() if key not in plain.body}


@pytest.mark.parametrize(("place", "reasoning"), list(enumerate(LEVELS)))
@pytest.mark.parametrize("style", get_args(ReasoningStyle))
def test_that_each_server_is_told_in_its_own_way(
    style: ReasoningStyle, place: int, reasoning: Reasoning
) -> None:
    assert asked(style, reasoning) == SAID[style][place]


@pytest.mark.parametrize("style", get_args(ReasoningStyle))
def test_that_nothing_is_said_where_nothing_was_chosen(style: ReasoningStyle) -> None:
    assert asked(style, None) == {}


def thoughts_in(conversation: tuple[Message, ...]) -> list[object]:
    dialect = Dialect(reasoning_field="reasoning_content")
    body = chat(ChatRequest(conversation), Target("p", "m", dialect)).body
    answers = (each for each in body["messages"] if each["role"] == "assistant")
    return [answer.get("reasoning_content") for answer in answers]


def test_that_where_a_tool_was_called_no_answer_is_without_a_thought() -> None:
    """Else Moonshot says "reasoning_content is missing in assistant tool call message"."""
    call = ToolCallPart("a", "find", "{}")
    foreign = Message("assistant", (ReasoningPart("Hm.", made_by="other/m"), call))
    mine = Message("assistant", (ReasoningPart("So.", made_by="p/m"), TextPart("There.")))
    found = Message("tool", (ToolResultPart("a", "found"),))
    question = Message.user("Well?")
    assert thoughts_in((question, foreign, found, mine, question)) == [" ", "So."]
    assert thoughts_in((question, mine, question, Message.assistant("Yes."))) == ["So.", None]

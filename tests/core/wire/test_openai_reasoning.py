"""How long to think, said in the way of each server that speaks Chat Completions."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from understudy.messages import Message
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

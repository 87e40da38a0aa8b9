"""A conversation as the ``messages`` of Chat Completions.

Whatever happened in it, every server must take it: a broken answer may be empty, hold calls of
tools that nobody answered, or leave two turns of one speaker in a row, and servers refuse each of
these. So empty answers and unanswered calls are left out and neighbours of one role are joined.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any

from understudy.messages import ToolCallPart, ToolResultPart

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from understudy.messages import Message


def messages_as_json(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Render the conversation, in order, in a form that is legal whatever was interrupted in it."""
    rendered: list[dict[str, Any]] = []
    for number, message in enumerate(messages):
        if message.role == "tool":
            continue  # rendered with the call that it answers
        behind = takewhile(lambda each: each.role == "tool", messages[number + 1 :])
        for turn in _turns(message, _results(behind)):
            if rendered and _can_join(rendered[-1], turn):
                rendered[-1]["content"] += "\n\n" + turn["content"]
            else:
                rendered.append(turn)
    return rendered


def _results(messages: Iterable[Message]) -> dict[str, str]:
    """Collect what tools answered, by the id of the call."""
    parts = (part for message in messages for part in message.parts)
    return {part.call_id: part.text for part in parts if isinstance(part, ToolResultPart)}


def _turns(message: Message, results: dict[str, str]) -> list[dict[str, Any]]:
    """Render one message: nothing, a turn, or a turn with calls and a turn for each result."""
    asked = {part.id: part for part in message.parts if isinstance(part, ToolCallPart)}
    calls = [call for call in asked.values() if call.id in results]
    if calls:
        turn: dict[str, Any] = {"role": message.role, "content": message.text or None}
        return [turn | {"tool_calls": [_call(call) for call in calls]}] + [
            {"role": "tool", "tool_call_id": call.id, "content": results[call.id]} for call in calls
        ]
    return [{"role": message.role, "content": message.text}] if message.text.strip() else []


def _call(part: ToolCallPart) -> dict[str, Any]:
    function = {"name": part.name, "arguments": part.arguments}
    return {"id": part.id, "type": "function", "function": function}


def _can_join(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Tell whether two neighbours are plain turns of one speaker."""
    return one["role"] == other["role"] != "tool" and not (
        "tool_calls" in one or "tool_calls" in other
    )

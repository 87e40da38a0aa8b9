"""A conversation as the ``messages`` of Chat Completions.

Whatever happened in it, every server must take it: a broken answer may be empty, hold calls of
tools that nobody answered, or leave two turns of one speaker in a row, and servers refuse each of
these. So empty answers and unanswered calls are left out and neighbours of one role are joined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from understudy.messages import ToolCallPart, ToolResultPart

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from understudy.messages import Message, Part


def messages_as_json(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Render the conversation, in order, in a form that is legal whatever was interrupted in it."""
    answered = _answered_calls(part for message in messages for part in message.parts)
    rendered: list[dict[str, Any]] = []
    for message in messages:
        for turn in _turns(message, answered):
            if rendered and _can_join(rendered[-1], turn):
                rendered[-1]["content"] += "\n\n" + turn["content"]
            else:
                rendered.append(turn)
    return rendered


def _answered_calls(parts: Iterable[Part]) -> frozenset[str]:
    """Collect the ids that stand both in a call and in a later result."""
    called: set[str] = set()
    answered: set[str] = set()
    for part in parts:
        if isinstance(part, ToolCallPart):
            called.add(part.id)
        elif isinstance(part, ToolResultPart) and part.call_id in called:
            answered.add(part.call_id)
    return frozenset(answered)


def _turns(message: Message, answered: frozenset[str]) -> Iterator[dict[str, Any]]:
    """One message as none, one or (with several tool results) many of theirs."""
    if message.role == "tool":
        for part in message.parts:
            if isinstance(part, ToolResultPart) and part.call_id in answered:
                yield {"role": "tool", "tool_call_id": part.call_id, "content": part.text}
        return
    calls = [
        _call(part)
        for part in message.parts
        if isinstance(part, ToolCallPart) and part.id in answered
    ]
    if calls:
        yield {"role": message.role, "content": message.text or None, "tool_calls": calls}
    elif message.text.strip():
        yield {"role": message.role, "content": message.text}


def _call(part: ToolCallPart) -> dict[str, Any]:
    function = {"name": part.name, "arguments": part.arguments}
    return {"id": part.id, "type": "function", "function": function}


def _can_join(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two neighbours are plain turns of one speaker."""
    return one["role"] == other["role"] != "tool" and not (
        "tool_calls" in one or "tool_calls" in other
    )

"""Thinking in a Messages request: how long to think, and which thoughts are given back.

A thought is sealed together with all that was sent before it: the instructions, the tools, every
earlier turn. Where one of these has changed since, newer models refuse the request
(https://platform.claude.com/docs/en/build-with-claude/preserved-thinking/prefix-checks), and in a
conversation that goes from model to model they do change. So thoughts are given back only where
they are asked for, which is while the calls of tools that they led to are being answered
(…/build-with-claude/thinking-tool-workflows); within those nothing before them changes. A request
without thoughts is always taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from understudy.messages import ReasoningPart, TextPart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.requests import ChatRequest, Reasoning
    from understudy.wire.anthropic_generations import Generation
    from understudy.wire.conversation import Turn

_BUDGETS: dict[Reasoning, int] = {"off": 0, "low": 2_048, "medium": 8_192, "high": 16_384}
_LEAST_BUDGET = 1_024  # tokens; less is refused (…/build-with-claude/extended-thinking)
_DISABLED = {"type": "disabled"}


def thinking(
    request: ChatRequest, generation: Generation, room: int, talk: Sequence[Turn]
) -> dict[str, Any]:
    """Give the fields that say how long to think; none where nothing is to be said.

    ``room`` is the limit in tokens, of which thinking takes its part.
    """
    if generation.adaptive:
        return _adaptive(request.reasoning, generation)
    if request.reasoning is None:
        return {}
    budget = min(_BUDGETS[request.reasoning], room // 2)
    if budget < _LEAST_BUDGET or forces_a_call(request) or not _may_begin(talk):
        return {"thinking": dict(_DISABLED)}
    return {"thinking": {"type": "enabled", "budget_tokens": budget}}


def is_told_to_think(fields: dict[str, Any]) -> bool:
    """Tell whether these fields let it think."""
    return fields.get("thinking", _DISABLED)["type"] != "disabled"


def takes_thoughts(fields: dict[str, Any], generation: Generation) -> bool:
    """Tell whether thoughts may be given back: to one that does not think they may not."""
    return is_told_to_think(fields) or (generation.unasked and "thinking" not in fields)


def forces_a_call(request: ChatRequest) -> bool:
    """Tell whether a call of a tool is demanded."""
    return bool(request.tools) and request.tool_choice not in {"auto", "none"}


def open_calls(talk: Sequence[Turn]) -> int:
    """Find where the last turn of the user was answered that is none about results of tools."""
    at = len(talk)
    while at and (talk[at - 1].role != "user" or _follows_results(talk, at - 1)):
        at -= 1
    return at


def opens_with_a_thought(turn: Turn) -> bool:
    """Tell whether a turn begins with a sealed thought, as it did when it came."""
    said = (part for part in turn.parts if not isinstance(part, TextPart) or part.text.strip())
    first = next(said, None)
    return isinstance(first, ReasoningPart) and bool(first.signature)


def _adaptive(wish: Reasoning | None, generation: Generation) -> dict[str, Any]:
    if wish == "off" and generation.off:
        return {"thinking": {"type": generation.off}}
    if wish is None and not generation.unasked:
        return {}
    # "summarized" is the only way to see that something is going on: else there is silence
    shown = {"display": "summarized"} if generation.hides else {}
    fields: dict[str, Any] = {"thinking": {"type": "adaptive", **shown}}
    if wish is not None:
        fields["output_config"] = {"effort": "low" if wish == "off" else wish}
    return fields


def _may_begin(talk: Sequence[Turn]) -> bool:
    """Tell whether thinking with a budget may begin here.

    It may not in the middle of calls that it did not lead to, nor where the answer is begun.
    """
    if talk[-1].role == "assistant":
        return False
    answered = talk[open_calls(talk) :]
    return not answered or opens_with_a_thought(answered[0])


def _follows_results(talk: Sequence[Turn], at: int) -> bool:
    return at > 0 and talk[at - 1].role == "tool"

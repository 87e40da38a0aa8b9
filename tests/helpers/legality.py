"""Whether a server would take a request, told for every wire format in one way.

    check("anthropic", body, target)

Each format's rules stand in a module of its own, written from its documentation and from what
servers refuse.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from helpers import anthropic_rules, gemini_rules, ollama_rules, openai_rules, responses_rules
from understudy.wire.gemini_thinking import generation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.wire.format import Target


def check(wire: str, body: dict[str, Any], target: Target) -> None:
    """Assert that a server that speaks ``wire`` would take the request, as bytes too."""
    json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    match wire:
        case "openai-chat":
            openai_rules.check(body, target)
        case "openai-responses":
            responses_rules.check(body)
        case "anthropic":
            anthropic_rules.check(body)
        case "gemini":
            gemini_rules.check(body, sealed=(generation(target.model) or 3) >= 3)
        case "ollama":
            ollama_rules.check(body)
        case _:
            raise AssertionError(f"no rules of {wire}")


def strings(value: object) -> Iterator[str]:
    """Give every string in a body, whatever it is for."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from strings(list(cast("dict[str, object]", value).values()))
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            yield from strings(item)


def times(words: str, body: dict[str, Any]) -> int:
    """Count how often ``words`` stand in a body."""
    return sum(text.count(words) for text in strings(body))


def calls_in(body: object) -> int:
    """Count the calls of tools in a body."""
    if isinstance(body, list):
        return sum(map(calls_in, cast("list[object]", body)))
    if not isinstance(body, dict):
        return 0
    found = cast("dict[str, Any]", body)
    if found.get("type") in {"tool_use", "function_call"} or "functionCall" in found:
        return 1
    return len(found.get("tool_calls", ())) + sum(map(calls_in, found.values()))

"""How long a Gemini model is to think, in the way that its generation understands.

Gemini 3 takes a level and 2.5 a number of tokens; a request with both, or with either of them for
another model, is refused. What a model takes can be told from its name alone. Sources:
ai.google.dev/gemini-api/docs/thinking and docs.cloud.google.com/vertex-ai/generative-ai/docs/
thinking, with a table of the levels of each model.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from understudy.requests import Reasoning

_NAME = re.compile(
    r"(?:models/)?gemini-(?:(?P<version>\d{1,3}(?:\.\d{1,3})?)-)?"
    r"(?P<kind>pro|flash-lite|flash)(?P<rest>.*)"
)
_OTHER_TRADE = re.compile(r"image|tts|audio|live")
"""Models that paint or speak share the names and take no such wish."""

_NEWEST = 99.0  # what an alias as ``gemini-flash-latest`` stands for is never an old one
_LEAST = {"pro": 128, "flash": 0, "flash-lite": 0}  # 2.5 Pro cannot be kept from thinking
_BUDGETS = {"low": 1024, "medium": 8192, "high": 24_576}  # every 2.5 takes 512 to 24,576


def generation(model: str) -> float | None:
    """Tell the generation that a model's name states; None where it states none."""
    found = re.match(r"(?:models/)?gemini-(\d{1,3}(?:\.\d{1,3})?)(?!\d)", model)
    return None if found is None else float(found[1])


def thinking_config(model: str, reasoning: Reasoning | None) -> dict[str, Any]:
    """Give the ``thinkingConfig``, empty where the model takes none.

    Thoughts are asked for also where nobody said how long to think: without them a thinking model
    is silent for as long as it thinks.
    """
    name = _NAME.fullmatch(model)
    if name is None or _OTHER_TRADE.search(name["rest"]):
        return {}
    version = float(name["version"] or (_NEWEST if name["rest"] == "-latest" else 0))
    if version < 2.5:
        return {}
    if reasoning is None:  # a lite one thinks only when told to, and else refuses the wish
        return {} if name["kind"] == "flash-lite" else {"includeThoughts": True}
    how_long = _level if version >= 3 else _budget
    shown = {} if reasoning == "off" else {"includeThoughts": True}
    return how_long(name["kind"], version, reasoning) | shown


def _level(kind: str, version: float, reasoning: Reasoning) -> dict[str, Any]:
    """Give a level. None of them is "not at all"; the Pros and Flash from 3.7 have no MINIMAL."""
    if reasoning != "off":
        return {"thinkingLevel": reasoning.upper()}
    return {"thinkingLevel": "LOW" if kind == "pro" or version >= 3.7 else "MINIMAL"}


def _budget(kind: str, _version: float, reasoning: Reasoning) -> dict[str, Any]:
    return {"thinkingBudget": _BUDGETS.get(reasoning, _LEAST[kind])}

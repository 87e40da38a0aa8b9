"""Finds a wire format by its name and loads its module when it is first used."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

from understudy.errors import UsageError
from understudy.phrases import Phrase

if TYPE_CHECKING:
    from understudy.wire.format import WireFormat

WIRES = {
    "openai-chat": "understudy.wire.openai_chat",
    "openai-responses": "understudy.wire.openai_responses",
    "anthropic": "understudy.wire.anthropic",
    "gemini": "understudy.wire.gemini",
    "ollama": "understudy.wire.ollama",
}
"""Name to module; each module has its ``FORMAT``."""


@cache
def wire_format(name: str) -> WireFormat:
    """Return the format called ``name``; raises ``UsageError`` where there is none."""
    if name not in WIRES:
        raise UsageError(Phrase('There is no wire format "{name}".', name=name))
    return cast("WireFormat", import_module(WIRES[name]).FORMAT)

"""What was heard of an answer, and how Understudy hears it: the measure for everybody else."""

from __future__ import annotations

import json
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from understudy.events import (
    ProviderEvent,
    ReasoningDelta,
    Stop,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)
from understudy.messages import Message
from understudy.providers.base import ProviderRow
from understudy.providers.http import HttpProvider
from understudy.requests import ChatRequest, Usage
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy.wire.format import WireName

KEY = "a-key"
QUESTION = "인사해 줘"
BASES: dict[WireName, str] = {
    "openai-chat": "/v1",
    "openai-responses": "/v1",
    "anthropic": "",
    "gemini": "/v1beta",
    "ollama": "",
}
"""Where each format's API stands on a server that has them all."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer, in terms that every library has. ``None`` is what a library does not tell.

    ``calls`` are names with the arguments as values; ``tokens`` were read and written.
    """

    text: str
    thought: str | None
    calls: tuple[tuple[str, Any], ...]
    tokens: tuple[int | None, int | None]
    finish: str

    def but_for_what(self, other: Heard) -> Heard:
        """This, without the thought where ``other`` does not tell it."""
        thought = None if other.thought is None else self.thought
        return Heard(self.text, thought, self.calls, self.tokens, self.finish)


def heard(events: Iterable[ProviderEvent]) -> Heard:
    """Put events together."""
    text, thought, finish, usage = "", "", "", Usage()
    calls: dict[int, list[str]] = {}
    for event in events:
        match event:
            case TextDelta():
                text += event.text
            case ReasoningDelta():
                thought += event.text
            case ToolCallDelta():
                call = calls.setdefault(event.index, ["", ""])
                call[0] += event.name
                call[1] += event.arguments
            case UsageReported():
                usage = event.usage
            case Stop():
                finish = event.reason
            case _:
                pass
    called = tuple((name, json.loads(arguments)) for name, arguments in calls.values())
    return Heard(text, thought, called, (usage.input_tokens, usage.output_tokens), finish)


def provider(wire: WireName, url: str, transport: HttpTransport, key: str = KEY) -> HttpProvider:
    """One that speaks ``wire`` with the API at ``url``."""
    row = ProviderRow("peer", "Peer", wire, url, local=True)
    return HttpProvider(row, transport, lambda: key)


async def ask(wire: WireName, url: str, request: ChatRequest, model: str, key: str = KEY) -> Heard:
    """Ask as Understudy does. Raises ``ProviderError``."""
    transport = HttpTransport()
    asked = provider(wire, url, transport, key)
    try:
        async with aclosing(asked.stream(request, model)) as batches:
            return heard([event async for batch in batches for event in batch])
    finally:
        await transport.aclose()


async def ours(wire: WireName, server_url: str, model: str) -> Heard:
    """Ask a server that has all formats the usual question."""
    request = ChatRequest((Message.user(QUESTION),), max_tokens=100)
    return await ask(wire, f"{server_url}{BASES[wire]}", request, model)

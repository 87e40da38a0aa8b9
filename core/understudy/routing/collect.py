"""From a stream of events to one answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.events import Finished, HandedOver, ReasoningDelta, TextDelta, ToolCallDelta
from understudy.messages import Message, ReasoningPart, TextPart, ToolCallPart
from understudy.requests import ChatResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterable

    from understudy.events import StreamEvent
    from understudy.messages import Part


async def collect(events: AsyncIterable[StreamEvent]) -> ChatResponse:
    """Join the deltas of a stream that ends well; what it raises goes through."""
    gathered = _Gathered()
    finished: Finished | None = None
    async for event in events:
        match event:
            case Finished():
                finished = event
            case _:
                gathered.add(event)
    assert finished is not None, "a stream ends with Finished or raises"
    return ChatResponse(
        Message("assistant", gathered.parts()),
        finished.provider,
        finished.model,
        finished.finish_reason,
        finished.usage,
        finished.trace,
    )


class _Gathered:
    def __init__(self) -> None:
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls: dict[int, ToolCallPart] = {}

    def add(self, event: StreamEvent) -> None:
        match event:
            case TextDelta(text):
                self._text.append(text)
            case ReasoningDelta(text):
                self._reasoning.append(text)
            case ToolCallDelta():
                self._add_call(event)
            case HandedOver(mid_answer=False):
                self._reasoning.clear()
            case _:
                pass

    def _add_call(self, delta: ToolCallDelta) -> None:
        so_far = self._calls.get(delta.index, ToolCallPart("", "", ""))
        self._calls[delta.index] = ToolCallPart(
            so_far.id or delta.id, so_far.name or delta.name, so_far.arguments + delta.arguments
        )

    def parts(self) -> tuple[Part, ...]:
        """Thinking, words, calls: each only where there is some."""
        thinking = [ReasoningPart("".join(self._reasoning))] if self._reasoning else []
        words = [TextPart("".join(self._text))] if self._text else []
        calls = [self._calls[index] for index in sorted(self._calls)]
        return (*thinking, *words, *calls)

"""From a stream of events to one answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from understudy.events import (
    Finished,
    HandedOver,
    ReasoningDelta,
    RouteChosen,
    TextDelta,
    ToolCallDelta,
)
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


@dataclass(slots=True)
class _Draft:
    """A part that may still grow."""

    kind: Literal["words", "thought", "call"]
    made_by: str = ""
    pieces: list[str] = field(default_factory=list[str])
    id: str = ""
    name: str = ""
    signature: str = ""
    redacted: bool = False

    def part(self) -> Part:
        text = "".join(self.pieces)
        match self.kind:
            case "words":
                return TextPart(text)
            case "thought":
                return ReasoningPart(text, self.signature, self.made_by, self.redacted)
            case "call":
                return ToolCallPart(self.id, self.name, text, self.signature, self.made_by)


class _Gathered:
    """An answer's parts in the order in which they came.

    The order counts: whoever thought, called a tool and thought again wants it all back as it was.
    """

    def __init__(self) -> None:
        self._drafts: list[_Draft] = []
        self._calls: dict[int, _Draft] = {}
        self._made_by = ""

    def add(self, event: StreamEvent) -> None:
        match event:
            case TextDelta(text):
                if text:
                    self._open("words").pieces.append(text)
            case ReasoningDelta():
                self._add_thought(event)
            case ToolCallDelta():
                self._add_call(event)
            case RouteChosen():
                self._made_by = f"{event.provider}/{event.model}"
            case HandedOver(anew=True):
                self._drafts.clear()
                self._calls.clear()
            case HandedOver(mid_answer=False):  # whoever thought was replaced before a word
                self._drafts = [draft for draft in self._drafts if draft.kind != "thought"]
            case _:
                pass

    def parts(self) -> tuple[Part, ...]:
        """Thoughts, words and calls."""
        return tuple(draft.part() for draft in self._drafts)

    def _open(self, kind: Literal["words", "thought"]) -> _Draft:
        """Give the last part where it goes on, else a new one; a seal ends a thought."""
        last = self._drafts[-1] if self._drafts else None
        goes_on = last is not None and last.kind == kind and not last.signature
        if last is None or not goes_on:
            last = _Draft(kind, self._made_by)
            self._drafts.append(last)
        return last

    def _add_thought(self, delta: ReasoningDelta) -> None:
        draft = self._open("thought")
        draft.pieces.append(delta.text)
        draft.signature = delta.signature
        draft.redacted = delta.redacted

    def _add_call(self, delta: ToolCallDelta) -> None:
        draft = self._calls.get(delta.index)
        if draft is None:
            draft = self._calls[delta.index] = _Draft("call", self._made_by)
            self._drafts.append(draft)
        draft.id = draft.id or delta.id
        draft.name = draft.name or delta.name
        draft.signature = draft.signature or delta.signature
        draft.pieces.append(delta.arguments)

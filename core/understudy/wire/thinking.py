"""Thinking that a model writes into its answer: ``<think>…</think>``, where it opens the answer.

Models served raw (Groq with ``reasoning_format: raw``, Hugging Face, older local servers) do so.
The tag may be split over any number of chunks. A ``<think>`` further on is text: somebody may be
writing about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from understudy.events import ReasoningDelta, TextDelta

if TYPE_CHECKING:
    from understudy.events import ProviderEvent

_OPEN = "<think>"
_CLOSE = "</think>"
_State: TypeAlias = Literal["opening", "thinking", "text"]


class ThinkingSplitter:
    """Tells thinking from words while they stream. White space is delivered as it came."""

    def __init__(self) -> None:
        self.state: _State = "opening"
        self._held = ""

    def feed(self, text: str, events: list[ProviderEvent]) -> None:
        """Take the next words and append what is certain about them to ``events``."""
        if self.state == "text":
            events.append(TextDelta(text))
        elif self.state == "opening":
            self._open(self._held + text, events)
        else:
            self._think(self._held + text, events)

    def settle(self, events: list[ProviderEvent]) -> None:
        """Nothing more comes, or something other than words: deliver what was held back."""
        held, self._held = self._held, ""
        if held:
            events.append(ReasoningDelta(held) if self.state == "thinking" else TextDelta(held))
        if self.state == "opening":
            self.state = "text"

    def _open(self, text: str, events: list[ProviderEvent]) -> None:
        start = text.lstrip()
        if start.startswith(_OPEN):
            self.state, self._held = "thinking", ""
            self._think(start[len(_OPEN) :], events)
        elif _OPEN.startswith(start):
            self._held = text
        else:
            self.state, self._held = "text", ""
            events.append(TextDelta(text))

    def _think(self, text: str, events: list[ProviderEvent]) -> None:
        thought, closed, words = text.partition(_CLOSE)
        if closed:
            self.state, self._held = "text", ""
        else:
            kept = _overlap(thought, _CLOSE)
            self._held = thought[len(thought) - kept :]
            thought = thought[: len(thought) - kept]
        if thought:
            events.append(ReasoningDelta(thought))
        if words:
            events.append(TextDelta(words))


def _overlap(text: str, tag: str) -> int:
    """How many characters at the end of ``text`` may be the beginning of ``tag``."""
    longest = min(len(text), len(tag) - 1)
    return next((size for size in range(longest, 0, -1) if tag.startswith(text[-size:])), 0)

"""Carrying on where another broke off: what the next is asked, and how the seam is made clean."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from understudy.messages import Message

if TYPE_CHECKING:
    from understudy.requests import ChatRequest

LAST_WORDS: Final = 240
"""Characters repeated in the hand-over: enough to find the place, few enough to cost nothing."""

_HAND_OVER: Final = (
    "Your answer above was cut off before its end. Carry on with the very next character after its "
    "last one, so that both parts joined read as one text. Repeat nothing of it, add no heading or "
    "remark about the break, keep language, tone and formatting, and finish the answer. "
    "It ends with these words:\n\n"
)

LEAST_LETTERS: Final = 8
"""Fewer repeated letters may as well be the text's own: "ha" may follow "ha"."""


def continuation(request: ChatRequest, shown: str) -> ChatRequest:
    """Ask for the rest: the conversation, the part that was shown, and a turn that hands it over.

    A turn of the user, not a prefilled answer: several models refuse to be prefilled.
    """
    handed_over = Message.user(_HAND_OVER + shown[-LAST_WORDS:])
    part = Message.assistant(shown, interrupted=True)
    return replace(request, messages=(*request.messages, part, handed_over))


def shown_before(request: ChatRequest) -> str | None:
    """Find the part that ``continuation`` handed over; ``None`` in any other request."""
    if len(request.messages) < 2:
        return None
    part, turn = request.messages[-2:]
    if part.role == "assistant" and part.interrupted and turn.text.startswith(_HAND_OVER):
        return part.text
    return None


class Seam:
    """Takes out of a continuation what it repeats of the text before it.

    The first words are held back while they may still turn out to be a repetition: of the last
    words shown, or of the whole answer from its beginning. Only what starts at the edge of a word
    and has ``LEAST_LETTERS`` letters counts; anything shorter may be the text's own.
    """

    def __init__(self, shown: str) -> None:
        self._shown = shown
        self._held = ""
        self.open = True

    def feed(self, text: str) -> str:
        """Take the next words; give those that can be shown."""
        if not self.open:
            return text
        self._held += text
        return "" if self._may_still_repeat() else self.close()

    def close(self) -> str:
        """No more words come to decide by: give what was held, without the repetition."""
        self.open = False
        held, self._held = self._held, ""
        return held[overlap(self._shown, held) :]

    def _may_still_repeat(self) -> bool:
        position = self._shown.find(self._held)
        last = len(self._shown) - len(self._held)
        while 0 <= position < last:
            if at_edge(self._shown, position):
                return True
            position = self._shown.find(self._held, position + 1)
        return False


def overlap(shown: str, following: str) -> int:
    """How many characters of ``following`` only repeat the end of ``shown``."""
    for length in range(min(len(shown), len(following)), 0, -1):
        repeated = following[:length]
        if shown.endswith(repeated) and at_edge(shown, len(shown) - length):
            of_weight = letters(repeated) >= LEAST_LETTERS and not is_periodic(repeated)
            return length if of_weight else 0
    return 0


def is_periodic(text: str) -> bool:
    """Whether ``text`` is some shorter text at least twice: then repeating is its own manner."""
    border = 0
    borders = [0]
    for char in text[1:]:
        while border and char != text[border]:
            border = borders[border - 1]
        border += char == text[border]
        borders.append(border)
    return 2 * border >= len(text)


def at_edge(text: str, position: int) -> bool:
    """Whether ``position`` is not inside a word."""
    return position == 0 or not (text[position - 1].isalnum() and text[position].isalnum())


def letters(text: str) -> int:
    """Letters and digits; a syllable or character of East Asian scripts weighs as much as two."""
    return sum(2 if ord(char) >= 0x2E80 else 1 for char in text if char.isalnum())

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
LEAST_LETTERS_INSIDE: Final = 16
"""The same for a repetition that begins inside a word, where chance finds more of them."""


def continuation(request: ChatRequest, shown: str, *, prefill: bool = False) -> ChatRequest:
    """Ask for the rest: the conversation, the part that was shown, and a turn that hands it over.

    Only for a model that takes a ``prefill`` the part alone stands last, as its own words begun;
    several refuse that. A request that is a continuation already hands over both parts as one.
    """
    before = shown_before(request)
    conversation = request.messages if before is None else request.messages[:-2]
    shown = (before or "") + shown
    part = Message.assistant(shown, interrupted=True)
    if prefill:
        return replace(request, messages=(*conversation, part))
    handed_over = Message.user(_HAND_OVER + shown[-LAST_WORDS:])
    return replace(request, messages=(*conversation, part, handed_over))


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
    words shown, or of the whole answer from its beginning. Only what is long enough counts;
    anything shorter may be the text's own.
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
        """Whether what is held stands in the text before its very end, where it could go on."""
        position = self._shown.find(self._held)
        return 0 <= position < len(self._shown) - len(self._held)


def overlap(shown: str, following: str) -> int:
    """How many characters of ``following`` only repeat the end of ``shown``."""
    for length in range(min(len(shown), len(following)), 0, -1):
        if shown.endswith(following[:length]):
            if is_repetition(shown, len(shown) - length):
                return length
            if is_periodic(following[:length]):
                return 0
    return 0


def is_repetition(shown: str, start: int) -> bool:
    """Whether the end of ``shown`` from ``start`` on would not come twice by itself."""
    text = shown[start:]
    inside_word = start > 0 and shown[start - 1].isalnum() and text[0].isalnum()
    enough = LEAST_LETTERS_INSIDE if inside_word else LEAST_LETTERS
    return letters(text) >= enough and not is_periodic(text)


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


def letters(text: str) -> int:
    """Letters and digits; a syllable or character of East Asian scripts weighs as much as two."""
    return sum(2 if ord(char) >= 0x2E80 else 1 for char in text if char.isalnum())

"""Who still holds the beginning of a conversation in its cache, and how much of it.

Providers keep what they have just read for some minutes and charge a fraction for reading it again
(platform.openai.com, prompt caching: 5 to 10 minutes; docs.anthropic.com: 5 minutes). Going
elsewhere in the middle of a conversation gives that up.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from understudy.messages import Message

KEPT_FOR: Final = 300.0
CONVERSATIONS: Final = 256
LEAST_TOKENS: Final = 1_024
"""Less than this no provider keeps."""


class _Warm(NamedTuple):
    provider: str
    model: str
    tokens: int
    at: float


class Warmth:
    """The last reader of each conversation."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._readers: OrderedDict[int, _Warm] = OrderedDict()

    def note(self, messages: Sequence[Message], provider: str, model: str, tokens: int) -> None:
        """Remember that ``model`` has just read ``messages``, ``tokens`` in all."""
        if tokens < LEAST_TOKENS:
            return
        key = _keys(messages)[-1]
        self._readers.pop(key, None)
        self._readers[key] = _Warm(provider, model, tokens, self._clock())
        while len(self._readers) > CONVERSATIONS:
            self._readers.popitem(last=False)

    def reader(self, messages: Sequence[Message]) -> tuple[str, str, int] | None:
        """Give who has read the longest beginning of ``messages``, and how many tokens of it."""
        if not self._readers:
            return None
        since = self._clock() - KEPT_FOR
        for key in reversed(_keys(messages)):
            warm = self._readers.get(key)
            if warm is not None and warm.at >= since:
                return warm.provider, warm.model, warm.tokens
        return None


def _keys(messages: Sequence[Message]) -> list[int]:
    """Give one key for each beginning of ``messages``, the shortest first."""
    keys: list[int] = []
    key = 0
    for message in messages:
        key = hash((key, message.role, message.parts))
        keys.append(key)
    return keys or [0]

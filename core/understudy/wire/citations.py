"""Where words of an answer are from, each source told once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.events import CitationFound
from understudy.wire.values import sound

if TYPE_CHECKING:
    from understudy.events import ProviderEvent

_LONGEST_QUOTE = 1_000  # characters: some servers quote whole pages


class Citations:
    """The sources of one answer. Servers repeat them with every chunk; one is told once."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()

    def found(self, url: object, title: object, quote: object, events: list[ProviderEvent]) -> None:
        """Tell of a source unless it was told before; values of other types count as none."""
        address, name, words = (
            sound(value) if isinstance(value, str) else "" for value in (url, title, quote)
        )
        key = (address, "" if address else name)
        if any(key) and key not in self._told:
            self._told.add(key)
            events.append(CitationFound(address, name, words[:_LONGEST_QUOTE]))

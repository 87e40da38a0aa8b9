"""What a window remembers from one start to the next: its place, its sidebar, unsent drafts.

A small JSON file beside the history. It holds nothing that cannot be lost: whatever is wrong with
it counts as not remembered.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "window.json"
SIDEBAR_WIDTH = 264


@dataclass(slots=True)
class WindowState:
    """The remembered window.

    ``geometry`` is x, y, width and height in logical pixels; ``line_up`` the names and ids of the
    providers last seen in the strip, so that the first picture is not empty; ``drafts`` unsent
    text by conversation id, ``""`` standing for a new one.
    """

    geometry: tuple[int, int, int, int] | None = None
    maximized: bool = False
    sidebar_width: int = SIDEBAR_WIDTH
    sidebar_hidden: bool = False
    conversation: int | None = None
    route: str = ""
    line_up: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    drafts: dict[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def load(cls, folder: Path) -> WindowState:
        """Read what was remembered. Never raises."""
        try:
            stored: Any = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return cls()
        return cls._from(cast("dict[str, Any]", stored)) if isinstance(stored, dict) else cls()

    @classmethod
    def _from(cls, stored: dict[str, Any]) -> WindowState:
        width = stored.get("sidebar_width")
        conversation = stored.get("conversation")
        return cls(
            geometry=_rectangle(stored.get("geometry")),
            maximized=stored.get("maximized") is True,
            sidebar_width=width if isinstance(width, int) else SIDEBAR_WIDTH,
            sidebar_hidden=stored.get("sidebar_hidden") is True,
            conversation=conversation if isinstance(conversation, int) else None,
            route=str(stored.get("route", "")),
            line_up=_pairs(stored.get("line_up")),
            drafts=_texts(stored.get("drafts")),
        )

    def save(self, folder: Path) -> None:
        """Write it in one step: a start after a crash finds the old file or the new one."""
        folder.mkdir(parents=True, exist_ok=True)
        stored = {name: getattr(self, name) for name in self.__slots__}
        fresh = folder / f"{FILE_NAME}.new"
        fresh.write_text(json.dumps(stored, ensure_ascii=False, indent=1), encoding="utf-8")
        fresh.replace(folder / FILE_NAME)


def _rectangle(stored: object) -> tuple[int, int, int, int] | None:
    if not isinstance(stored, list):
        return None
    numbers = [number for number in cast("list[object]", stored) if isinstance(number, int)]
    if len(numbers) != 4 or numbers[2] < 1 or numbers[3] < 1:
        return None
    return numbers[0], numbers[1], numbers[2], numbers[3]


def _pairs(stored: object) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for pair in cast("list[object]", stored) if isinstance(stored, list) else []:
        if isinstance(pair, list) and len(cast("list[object]", pair)) == 2:
            first, second = cast("list[object]", pair)
            found.append((str(first), str(second)))
    return found


def _texts(stored: object) -> dict[str, str]:
    given = cast("dict[str, object]", stored) if isinstance(stored, dict) else {}
    return {key: text for key, text in given.items() if isinstance(text, str)}

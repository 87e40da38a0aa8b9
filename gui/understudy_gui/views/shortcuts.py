"""The keys of the main window, in one table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PySide6.QtWidgets import QWidget

KEYS: dict[str, tuple[str, ...]] = {
    "new_chat": ("Ctrl+N",),
    "search": ("Ctrl+K",),
    "sidebar": ("Ctrl+B",),
    "settings": ("Ctrl+,",),
    "stop": ("Escape",),
    "next": ("Ctrl+Tab",),
    "previous": ("Ctrl+Shift+Tab",),
    "routes": ("Ctrl+R",),
    "regenerate": ("Ctrl+G",),
    "trace": ("Ctrl+T",),
    "copy_answer": ("Ctrl+Shift+C",),
    "larger": ("Ctrl++", "Ctrl+="),
    "smaller": ("Ctrl+-",),
    "normal_size": ("Ctrl+0",),
    "next_area": ("F6",),
    "previous_area": ("Shift+F6",),
    "quit": ("Ctrl+Q",),
}
"""What each key does; Qt reads Ctrl as ⌘ on macOS."""


def install(window: QWidget, actions: Mapping[str, Callable[[], object]]) -> list[QShortcut]:
    """Give the window the keys of ``actions``; an unknown name is a fault of the program."""
    made: list[QShortcut] = []
    for name, act in actions.items():
        for key in KEYS[name]:
            shortcut = QShortcut(QKeySequence(key), window)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.activated.connect(act)
            made.append(shortcut)
    return made

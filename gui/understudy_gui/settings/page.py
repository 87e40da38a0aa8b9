"""What the pages of the settings have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from understudy_gui.widgets.label import Label, Panel

if TYPE_CHECKING:
    from understudy_gui.theme import ThemeManager


class Page(QWidget):
    """One page: a name for the navigation, and a way to bring it up to date."""

    def refresh(self) -> None:
        """Show what is in effect now; what is being typed stays."""
        raise NotImplementedError


class Scroller(QScrollArea):
    """A column that scrolls when the window is low, on the page's own ground."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._ground = Panel(themes, "surface")
        self.column = QVBoxLayout(self._ground)
        self.column.setSpacing(0)
        self.setWidget(self._ground)


def heading(themes: ThemeManager, text: str) -> Label:
    """Return the heading above a list, 15 semibold."""
    return Label(themes, text, "title")

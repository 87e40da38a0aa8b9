"""Text, grounds and lines that follow the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from understudy_gui.overriding import override
from understudy_gui.theme import font, scaled
from understudy_gui.widgets import painting

if TYPE_CHECKING:
    from PySide6.QtGui import QColor

    from understudy_gui.theme import Kind, Theme, ThemeManager

Ink: TypeAlias = Literal[
    "text", "text2", "text3", "disabled", "ok_text", "warn_text", "danger_text", "stage"
]
Ground: TypeAlias = Literal["window", "surface", "inset", "raised"]


class Label(QLabel):
    """A text in one of the design's type styles and inks; it is never read as HTML."""

    def __init__(
        self,
        themes: ThemeManager,
        text: str = "",
        kind: Kind = "ui",
        ink: Ink = "text",
        *,
        wrap: bool = False,
        tabular: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._themes = themes
        self._kind: Kind = kind
        self._ink: Ink = ink
        self._tabular = tabular
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        self._restyle()
        themes.changed.connect(self._restyle)

    def set_ink(self, ink: Ink) -> None:
        """Write in another colour."""
        self._ink = ink
        self._restyle()

    def _restyle(self) -> None:
        self.setFont(font(self._kind, tabular=self._tabular))
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, ink(self._themes.current, self._ink))
        self.setPalette(palette)


class Glyph(QWidget):
    """An icon beside a text, in one of the inks."""

    def __init__(
        self,
        themes: ThemeManager,
        name: str,
        ink: Ink = "text3",
        size: int = 16,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._name = name
        self._ink: Ink = ink
        self._size = size
        self._restyle()
        themes.changed.connect(self._restyle)

    def show_glyph(self, name: str, ink: Ink) -> None:
        """Show another icon."""
        self._name, self._ink = name, ink
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        color = ink(self._themes.current, self._ink)
        painting.icon(painter, 0, 0, self._name, color, scaled(self._size))
        painter.end()

    def _restyle(self) -> None:
        self.setFixedSize(scaled(self._size), scaled(self._size))
        self.update()


class Panel(QWidget):
    """A ground with lines at the edges that are asked for."""

    def __init__(
        self,
        themes: ThemeManager,
        ground: Ground,
        *,
        edges: Qt.Edge | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._ground: Ground = ground
        self._edges = edges
        self._restyle()
        themes.changed.connect(self._restyle)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        line = self._themes.current.border
        width, height = self.width(), self.height()
        lines = {
            Qt.Edge.TopEdge: (0, 0, width, 1),
            Qt.Edge.LeftEdge: (0, 0, 1, height),
            Qt.Edge.RightEdge: (width - 1, 0, 1, height),
            Qt.Edge.BottomEdge: (0, height - 1, width, 1),
        }
        painter.fillRect(self.rect(), ground(self._themes.current, self._ground))
        if self._edges is not None:
            painter.fillRect(*lines[self._edges], line)
        painter.end()

    def _restyle(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, ground(self._themes.current, self._ground))
        self.setPalette(palette)
        self.update()


class Box(QWidget):
    """A rounded outline around rows, with a line between them."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        themes.changed.connect(self.update)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        theme = self._themes.current
        painting.rounded(painter, self.rect(), 8, None, theme.border)
        painter.end()


class Rule(QWidget):
    """A line of one pixel between two rows."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self.setFixedHeight(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        themes.changed.connect(self.update)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._themes.current.border)
        painter.end()


def ink(theme: Theme, name: Ink) -> QColor:
    """Return the colour of a text."""
    color: QColor = getattr(theme, name)
    return color


def ground(theme: Theme, name: Ground) -> QColor:
    """Return the colour of a ground."""
    color: QColor = getattr(theme, name)
    return color

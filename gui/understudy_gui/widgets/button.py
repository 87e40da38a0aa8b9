"""Push buttons in the design's five kinds, and the icon button."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QToolButton, QWidget

from understudy_gui.overriding import override
from understudy_gui.theme import Theme, font, scaled
from understudy_gui.widgets import painting
from understudy_gui.widgets.focus_ring import FocusRing

if TYPE_CHECKING:
    from understudy_gui.theme import ThemeManager

Kind: TypeAlias = Literal["primary", "secondary", "quiet", "link", "danger"]

RADIUS = 6
ICON = 15
GAP = 6
KEY_GAP = 8


@dataclass(frozen=True, slots=True)
class _Look:
    text: QColor
    ground: QColor | None = None
    border: QColor | None = None


class Button(QPushButton):
    """A push button: `small` is 28 high instead of 32, `key` shows the key that does the same."""

    def __init__(
        self,
        themes: ThemeManager,
        text: str,
        kind: Kind = "secondary",
        *,
        icon: str = "",
        small: bool = False,
        key: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setText(text)  # the constructor with a text looks at QIcon first: 2 ms at the start
        self._themes = themes
        self._kind: Kind = kind
        self._icon = icon
        self._small = small
        self._key = key
        self.setAutoDefault(True)  # Enter presses the focused button outside dialogs too
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.ring = FocusRing(self, themes, RADIUS)
        themes.changed.connect(self._restyle)

    def set_icon(self, name: str) -> None:
        """Put another glyph before the text."""
        self._icon = name
        self._restyle()

    @override
    def sizeHint(self) -> QSize:
        width = painting.advance(_button_font(), self.text()) + 2 * self._padding()
        if self._icon:
            width += scaled(ICON) + GAP * bool(self.text())
        if self._key:
            width += painting.advance(_key_font(), self._key) + KEY_GAP + 10
        return QSize(width, scaled(28 if self._small else 32))

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        look = self._look()
        painting.rounded(painter, self.rect(), RADIUS, look.ground, look.border)
        self._paint_content(painter, look)
        painter.end()

    def _paint_content(self, painter: QPainter, look: _Look) -> None:
        hint = self.sizeHint().width()
        x = (self.width() - hint) // 2 + self._padding()
        if self._icon:
            size = scaled(ICON)
            painting.icon(painter, x, (self.height() - size) / 2, self._icon, look.text, size)
            x += size + GAP
        width = painting.advance(_button_font(), self.text())
        box = QRect(x, 0, min(width, self.width() - x), self.height())
        painting.text(painter, box, self.text(), _button_font(), look.text)
        if self._key:
            self._paint_key(painter, x + width + KEY_GAP, look)

    def _paint_key(self, painter: QPainter, x: int, look: _Look) -> None:
        primary = self._kind == "primary"
        color = look.text if primary else self._themes.current.text3
        width = painting.advance(_key_font(), self._key) + 10
        box = QRectF(x, (self.height() - 18) / 2, width, 18)
        painting.rounded(painter, box, 4, None, color if primary else self._themes.current.border)
        middle = Qt.AlignmentFlag.AlignHCenter
        painting.text(painter, box.toRect(), self._key, _key_font(), color, middle)

    def _padding(self) -> int:
        if self._kind == "link":
            return 4
        return 10 if self._small else 12

    def _look(self) -> _Look:
        theme = self._themes.current
        if not self.isEnabled():
            bordered = self._kind not in {"quiet", "link"}
            return _Look(theme.disabled, None, theme.border if bordered else None)
        if self._kind == "primary":
            ground = self._shade(theme.accent, theme.accent_hover, theme.accent_pressed)
            return _Look(theme.on_accent, ground)
        if self._kind in {"quiet", "link"}:
            return self._bare(theme)
        text = theme.danger_text if self._kind == "danger" else theme.text
        rest = theme.inset if theme.dark else theme.raised
        ground = self._shade(rest, theme.hover_raised, theme.pressed)
        return _Look(text, ground, theme.border_strong)

    def _bare(self, theme: Theme) -> _Look:
        text = theme.accent_text if self._kind == "link" else theme.text2
        if self._kind == "quiet" and (self.underMouse() or self.isDown()):
            text = theme.text
        return _Look(text, self._shade(None, theme.hover, theme.pressed))

    def _shade(self, rest: QColor | None, hover: QColor, pressed: QColor) -> QColor | None:
        if self.isDown():
            return pressed
        return hover if self.underMouse() else rest

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()


class IconButton(QToolButton):
    """A glyph of 16 in a square of 28; its name is read out and shown as a tip."""

    def __init__(
        self,
        themes: ThemeManager,
        icon: str,
        name: str,
        *,
        size: int = 28,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._icon = icon
        self._size = size
        self.set_name(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.ring = FocusRing(self, themes, RADIUS)
        themes.changed.connect(self._restyle)

    def set_name(self, name: str) -> None:
        """Say what the button does."""
        self.setAccessibleName(name)
        self.setToolTip(name)

    def set_icon(self, name: str) -> None:
        """Show another glyph."""
        self._icon = name
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(scaled(self._size), scaled(self._size))

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        theme = self._themes.current
        pressed = self.isDown() or self.isChecked()
        hovered = self.isEnabled() and self.underMouse()
        if pressed or hovered:
            painting.rounded(
                painter, self.rect(), RADIUS, theme.pressed if pressed else theme.hover
            )
        color = theme.text if hovered or pressed else theme.text2
        size = scaled(16)
        corner = (self.width() - size) / 2, (self.height() - size) / 2
        color = color if self.isEnabled() else theme.disabled
        painting.icon(painter, *corner, self._icon, color, size)
        painter.end()

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()


def _button_font() -> QFont:
    result = font("ui")
    result.setWeight(QFont.Weight.Medium)
    return result


def _key_font() -> QFont:
    return font("micro")

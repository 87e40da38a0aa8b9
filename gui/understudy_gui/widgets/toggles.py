"""Switch and check box. The label belongs to the hit area."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from understudy_gui.overriding import override
from understudy_gui.theme import font, line_height, scaled, tokens
from understudy_gui.widgets import painting
from understudy_gui.widgets.focus_ring import FocusRing

if TYPE_CHECKING:
    from understudy_gui.theme import Kind, ThemeManager

GAP = 8
OUTLINE = 1.5


class _Toggle(QCheckBox):
    """A two-state control drawn at the left of its label.

    QCheckBox gives the keys, the states and the accessible role; only the picture is ours.
    """

    radius = 4

    def __init__(
        self,
        themes: ThemeManager,
        name: str,
        *,
        show_name: bool = True,
        kind: Kind = "ui",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(name if show_name else "", parent)
        self._themes = themes
        self._kind: Kind = kind
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.ring = FocusRing(self, themes, self.radius)
        themes.changed.connect(self._restyle)

    def mark(self) -> QSize:
        """Return the size of the drawn part."""
        raise NotImplementedError

    def paint_mark(self, painter: QPainter, box: QRectF) -> None:
        """Draw the part that shows the state."""
        raise NotImplementedError

    @override
    def sizeHint(self) -> QSize:
        mark, words = self.mark(), self.text()
        width = mark.width() + (GAP + painting.advance(font(self._kind), words) if words else 0)
        return QSize(width, max(mark.height(), line_height(self._kind)) if words else mark.height())

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def hitButton(self, pos: object) -> bool:
        return True

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        mark = self.mark()
        top = (self.height() - mark.height()) / 2
        self.paint_mark(painter, QRectF(0, top, mark.width(), mark.height()))
        if self.text():
            theme = self._themes.current
            color = theme.text if self.isEnabled() else theme.disabled
            x = mark.width() + GAP
            box = QRect(x, 0, self.width() - x, self.height())
            painting.text(painter, box, self.text(), font(self._kind), color)
        painter.end()

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()


class Switch(_Toggle):
    """On or off, at once: 32 × 18."""

    radius = 9

    @override
    def mark(self) -> QSize:
        size = tokens()["size"]
        return QSize(scaled(size["switchW"]), scaled(size["switchH"]))

    @override
    def paint_mark(self, painter: QPainter, box: QRectF) -> None:
        theme, on = self._themes.current, self.isChecked()
        enabled = self.isEnabled()
        edge = theme.accent if on else theme.control
        if not enabled:
            edge = theme.disabled
        painting.rounded(
            painter, box, box.height() / 2, edge if on else theme.surface, edge, OUTLINE
        )
        knob = box.height() * (2 / 3 if on else 10 / 18)
        inset = (box.height() - knob) / 2
        x = box.right() - inset - knob if on else box.left() + inset
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.on_accent if on else edge)
        painter.drawEllipse(QRectF(x, box.top() + inset, knob, knob))


class CheckBox(_Toggle):
    """A choice that counts with others: 16 × 16; it may be mixed."""

    @override
    def mark(self) -> QSize:
        side = scaled(tokens()["size"]["checkbox"])
        return QSize(side, side)

    @override
    def paint_mark(self, painter: QPainter, box: QRectF) -> None:
        theme = self._themes.current
        paint_check(
            painter,
            box,
            self.checkState(),
            ground=theme.surface,
            edge=theme.control if self.isEnabled() else theme.disabled,
            accent=theme.accent if self.isEnabled() else theme.disabled,
            tick=theme.on_accent,
        )


def paint_check(
    painter: QPainter,
    box: QRectF,
    state: Qt.CheckState,
    *,
    ground: QColor,
    edge: QColor,
    accent: QColor,
    tick: QColor,
) -> None:
    """Draw a check box in one of its three states."""
    if state == Qt.CheckState.Unchecked:
        painting.rounded(painter, box, 4, ground, edge, OUTLINE)
        return
    painting.rounded(painter, box, 4, accent)
    pen = QPen(tick, OUTLINE)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    unit = box.width() / 16
    checked = ((4.6, 8.4), (7.0, 10.8), (11.4, 5.6))
    points = checked if state == Qt.CheckState.Checked else ((5.0, 8.0), (11.0, 8.0))
    corner = box.topLeft()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline(QPolygonF([corner + QPointF(x, y) * unit for x, y in points]))

"""How a provider is doing: for each state a shape of its own and a word, never colour alone."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.theme import Theme, font, scaled
from understudy_gui.widgets import painting

if TYPE_CHECKING:
    from understudy_gui.theme import ThemeManager

Health: TypeAlias = Literal[
    "ready",
    "cooling",
    "resting",
    "rejected",
    "no-credit",
    "no-key",
    "off",
    "not-running",
    "not-set-up",
    "unknown",
]

DOT: Final = 8
RING: Final = 14
"""A resting dot wears a ring that runs out."""

_RESTING: Final = frozenset({"cooling", "resting"})
_OUT: Final = frozenset({"no-key", "off", "not-running", "not-set-up"})
_PILL_HEIGHT: Final = 20
_PILL_PADDING: Final = 8
_PILL_GAP: Final = 5


@dataclass(frozen=True, slots=True)
class Condition:
    """A provider's state and, where it rests, from when until when (seconds since the epoch)."""

    health: Health
    until: float | None = None
    since: float | None = None

    def left(self, now: float) -> float | None:
        """Return the share of the rest that is still to come, None where no end is known."""
        if self.until is None:
            return None
        since = self.since if self.since is not None else now
        length = max(self.until - since, 1.0)
        return min(1.0, max(0.0, (self.until - now) / length))


def word(condition: Condition, now: float) -> str:
    """Say a state in one or two words, with the time left where it has an end."""
    words: dict[Health, str] = {
        "ready": tr("Ready"),
        "cooling": tr("Cooling down"),
        "resting": tr("Resting"),
        "rejected": tr("Key rejected"),
        "no-credit": tr("No credit"),
        "no-key": tr("No key"),
        "off": tr("Off"),
        "not-running": tr("Not running"),
        "not-set-up": tr("Not set up"),
        "unknown": tr("Not asked yet"),
    }
    said = words[condition.health]
    if condition.health in _RESTING and condition.until is not None:
        return f"{said} {clock(condition.until - now)}"
    return said


def clock(seconds: float) -> str:
    """Write a remaining time as 0:42 or 1:05:00; never below 0:00."""
    total = max(0, math.ceil(seconds))
    minutes, second = divmod(total, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def paint_dot(
    painter: QPainter, center: QPointF, condition: Condition, theme: Theme, now: float, size: float
) -> None:
    """Draw a state's shape; `size` is the plain dot's diameter, a ring reaches further out."""
    unit = size / DOT
    painter.setPen(Qt.PenStyle.NoPen)
    match condition.health:
        case "ready":
            painter.setBrush(theme.ok)
            painter.drawEllipse(center, size / 2, size / 2)
        case "cooling" | "resting":
            color = theme.warn if condition.health == "cooling" else theme.danger
            _paint_ring(painter, center, color, condition.left(now), unit)
        case "rejected" | "no-credit":
            painter.setBrush(theme.danger)
            painter.drawEllipse(center, size / 2, size / 2)
            _paint_cross(painter, center, theme.surface, unit)
        case "no-key" | "off" | "not-running" | "not-set-up" | "unknown":
            faint = condition.health == "unknown"
            painter.setPen(QPen(theme.border_strong if faint else theme.off, 1.6 * unit))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(center, 3.1 * unit, 3.1 * unit)


def _paint_ring(
    painter: QPainter, center: QPointF, color: QColor, left: float | None, unit: float
) -> None:
    painter.setBrush(color)
    painter.drawEllipse(center, 3 * unit, 3 * unit)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    faint = QColor(color)
    faint.setAlphaF(0.28)
    pen = QPen(faint, 1.5 * unit)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    reach = 6 * unit
    painter.drawEllipse(center, reach, reach)
    if left:
        pen.setColor(color)
        painter.setPen(pen)
        box = QRectF(center.x() - reach, center.y() - reach, 2 * reach, 2 * reach)
        painter.drawArc(box, 90 * 16, -round(360 * 16 * left))


def _paint_cross(painter: QPainter, center: QPointF, color: QColor, unit: float) -> None:
    pen = QPen(color, 1.1 * unit)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    reach = 1.4 * unit
    painter.drawLine(center + QPointF(-reach, -reach), center + QPointF(reach, reach))
    painter.drawLine(center + QPointF(reach, -reach), center + QPointF(-reach, reach))


def pill_size(condition: Condition, now: float) -> QSize:
    """Return the size of a state written as a pill."""
    width = painting.advance(_pill_font(condition), word(condition, now))
    width += _mark_width(condition) + _PILL_GAP
    padding = 0 if condition.health in {"ready", "unknown"} else 2 * _PILL_PADDING
    return QSize(width + padding, scaled(_PILL_HEIGHT))


def paint_pill(
    painter: QPainter, corner: QPointF, condition: Condition, theme: Theme, now: float
) -> None:
    """Draw a state as a pill with its top left corner at `corner`."""
    size = pill_size(condition, now)
    box = QRectF(corner, size)
    ground, color = _pill_colors(condition.health, theme)
    if ground is not None:
        border = theme.border if condition.health in _OUT else None
        painting.rounded(painter, box, box.height() / 2, ground, border)
        box.adjust(_PILL_PADDING, 0, -_PILL_PADDING, 0)
    _paint_mark(painter, box, condition, theme, color, now)
    box.adjust(_mark_width(condition) + _PILL_GAP, 0, 1, 0)
    painting.text(painter, box.toRect(), word(condition, now), _pill_font(condition), color)


def _paint_mark(
    painter: QPainter, box: QRectF, condition: Condition, theme: Theme, color: QColor, now: float
) -> None:
    width = _mark_width(condition)
    center = QPointF(box.left() + width / 2, box.center().y())
    glyphs = {
        "no-key": "key-round",
        "off": "circle-slash",
        "not-running": "unplug",
        "not-set-up": "settings",
    }
    if condition.health in glyphs:
        top = center.y() - width / 2
        painting.icon(painter, box.left(), top, glyphs[condition.health], color, width)
        return
    dot = 7 if condition.health in {"ready", *_RESTING} else DOT
    paint_dot(painter, center, condition, theme, now, scaled(dot))


def _mark_width(condition: Condition) -> int:
    if condition.health in _OUT:
        return scaled(11)
    widths = {"ready": 7, "cooling": 13, "resting": 13}
    return scaled(widths.get(condition.health, DOT))


def _pill_font(condition: Condition) -> QFont:
    result = font("caption", tabular=True)
    if condition.health not in {"ready", "unknown"}:
        result.setWeight(QFont.Weight.Medium)
    return result


def _pill_colors(health: Health, theme: Theme) -> tuple[QColor | None, QColor]:
    match health:
        case "ready" | "unknown":
            return None, theme.text2
        case "cooling":
            return theme.warn_soft, theme.warn_text
        case "resting" | "rejected" | "no-credit":
            return theme.danger_soft, theme.danger_text
        case "no-key" | "off" | "not-running" | "not-set-up":
            return theme.inset, theme.text2


class StatusPill(QWidget):
    """A state as shape and word; while it rests, the time left counts down once a second."""

    def __init__(
        self,
        themes: ThemeManager,
        condition: Condition = Condition("unknown"),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._condition = condition
        self._ticks = QTimer(self, interval=1000)
        self._ticks.timeout.connect(self._tick)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        themes.changed.connect(self._tick)
        self.show_condition(condition)

    @property
    def condition(self) -> Condition:
        """What is shown."""
        return self._condition

    def show_condition(self, condition: Condition) -> None:
        """Show a state."""
        self._condition = condition
        counts = condition.health in _RESTING and condition.until is not None
        if counts:
            self._ticks.start()
        else:
            self._ticks.stop()
        self._tick()

    @override
    def sizeHint(self) -> QSize:
        return pill_size(self._condition, time.time())

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        now = time.time()
        top = (self.height() - pill_size(self._condition, now).height()) / 2
        paint_pill(painter, QPointF(0, top), self._condition, self._themes.current, now)
        painter.end()

    def _tick(self) -> None:
        now = time.time()
        self.setAccessibleName(word(self._condition, now))
        if self._condition.until is not None and self._condition.until <= now:
            self._ticks.stop()
        self.updateGeometry()
        self.update()

"""What stands in place of the transcript before the first question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from understudy_gui import assets, theme
from understudy_gui.controllers import standing
from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.widgets import painting

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from understudy_gui.models.lineup import LineUpModel
    from understudy_gui.theme import ThemeManager

MARK = 40
ABOVE_MIDDLE = 0.42


class EmptyState(QWidget):
    """An invitation, and who will answer."""

    def __init__(
        self, line_up: LineUpModel, themes: ThemeManager, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._line_up = line_up
        self._themes = themes
        line_up.modelReset.connect(self.refresh)
        line_up.dataChanged.connect(self.refresh)
        themes.changed.connect(self.update)
        self.refresh()

    def words(self) -> tuple[str, str]:
        """Return the heading and the line below it."""
        places = self._line_up.places
        if not places and self._line_up.route:
            line = tr("Add a key, or use a model on this computer.")
            return tr("Nobody is in the line-up"), line
        return tr("Ask anything"), standing.wings(places)

    def refresh(self) -> None:
        """Take over what the line-up holds."""
        self.setAccessibleName(". ".join(filter(None, self.words())))
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        colors = self._themes.current
        painting.fill(painter, self.rect(), colors.surface)
        side = theme.scaled(MARK)
        top = round(self.height() * ABOVE_MIDDLE) - side
        mark = assets.logo(colors.text, colors.logo, side, self.devicePixelRatioF())
        painter.drawPixmap((self.width() - side) // 2, top, mark)
        heading, line = self.words()
        middle = Qt.AlignmentFlag.AlignHCenter
        high = theme.line_height("hero")
        box = QRect(24, top + side + 16, self.width() - 48, high)
        painting.text(painter, box, heading, theme.font("hero"), colors.text, middle)
        below = box.translated(0, high + 4)
        below.setHeight(2 * theme.line_height("body"))
        painter.setFont(theme.font("body"))
        painter.setPen(colors.text2)
        painter.drawText(below, int(middle | Qt.TextFlag.TextWordWrap), line)
        painter.end()

"""The line above the transcript: the conversation's title, its route, and the way to settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.theme import font, scaled
from understudy_gui.views.pill import Pill, Words
from understudy_gui.widgets import painting
from understudy_gui.widgets.button import IconButton

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from understudy_gui.models.lineup import LineUpModel
    from understudy_gui.theme import ThemeManager

HEIGHT = 52
WIDEST_PILL = 420


class Title(QWidget):
    """A conversation's title on one line."""

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumWidth(60)
        themes.changed.connect(self.update)

    @property
    def text(self) -> str:
        """The title."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show another title."""
        self._text = text
        self.setAccessibleName(text)
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        ink = self._themes.current.text
        painting.text(painter, self.rect(), self._text, font("title"), ink)
        wide = QFontMetrics(font("title")).horizontalAdvance(self._text)
        self.setToolTip(self._text if wide > self.width() else "")
        painter.end()


class Header(QWidget):
    """Title, route pill, settings.

    Signals: ``routes_wanted(global position)``, ``settings_wanted``, ``sidebar_wanted``.
    """

    routes_wanted = Signal(QPoint)
    settings_wanted = Signal()
    sidebar_wanted = Signal()

    def __init__(
        self, line_up: LineUpModel, themes: ThemeManager, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._line_up = line_up
        self._themes = themes
        self._line = QHBoxLayout(self)
        self.sidebar = IconButton(themes, "panel-left", tr("Show the sidebar"))
        self.title = Title(themes)
        self.route = Pill(themes, tr("Route"))
        self.settings = IconButton(themes, "settings", tr("Settings"))
        self._build()
        self._connect()
        self._restyle()
        self.refresh()

    def _build(self) -> None:
        line = self._line
        line.setSpacing(8)
        line.addWidget(self.sidebar)
        line.addWidget(self.title, 1)
        line.addWidget(self.route)
        line.addWidget(self.settings)
        self.sidebar.hide()

    def _connect(self) -> None:
        self.sidebar.clicked.connect(self.sidebar_wanted)
        self.settings.clicked.connect(self.settings_wanted)
        self.route.clicked.connect(self._ask_for_routes)
        self._line_up.modelReset.connect(self.refresh)
        self._line_up.dataChanged.connect(self.refresh)
        self._themes.changed.connect(self._restyle)

    def _restyle(self) -> None:
        self.setFixedHeight(scaled(HEIGHT))
        self.route.setMaximumWidth(scaled(WIDEST_PILL))
        left = 12 if self.sidebar.isVisibleTo(self) else 24
        self._line.setContentsMargins(scaled(left), 0, scaled(12), 0)
        self.update()

    def show_sidebar_button(self, shown: bool) -> None:
        """Offer the way to the sidebar where it is not on screen."""
        self.sidebar.setVisible(shown)
        self._restyle()

    def _ask_for_routes(self) -> None:
        self.routes_wanted.emit(self.route.mapToGlobal(QPoint(0, self.route.height() + 4)))

    def retranslate(self) -> None:
        """Say everything again in another language."""
        self.sidebar.set_name(tr("Show the sidebar"))
        self.settings.set_name(tr("Settings"))
        self.route.setAccessibleName(tr("Route"))

    def refresh(self) -> None:
        """Name the route and its providers in order, the one that is on in the stronger ink."""
        route, places = self._line_up.route, self._line_up.places
        self.route.setVisible(bool(route))
        words = [Words(route, strong=True)]
        for number, place in enumerate(places):
            words.append(Words(" → " if number else " · ", "text3"))
            stood_in = place.on and number > 0
            words.append(Words(place.name, "text" if stood_in else "text2", strong=stood_in))
        self.route.set_words(words)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colors = self._themes.current
        painting.fill(painter, self.rect(), colors.surface)
        painting.fill(painter, QRect(0, self.height() - 1, self.width(), 1), colors.border)
        painter.end()

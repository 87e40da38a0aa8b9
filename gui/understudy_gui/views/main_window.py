"""The main window: the sidebar beside the conversation, or over it where there is little room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtWidgets import QWidget

from understudy_gui import theme
from understudy_gui.overriding import override
from understudy_gui.views.pane import ConversationPane
from understudy_gui.views.sidebar import NARROWEST, WIDEST, Sidebar

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QMouseEvent, QPaintEvent, QResizeEvent

    from understudy_gui.models.lineup import LineUpModel
    from understudy_gui.theme import ThemeManager
    from understudy_gui.views.window_state import WindowState

DEFAULT = (1280, 820)
MINIMUM = (720, 520)
OVERLAYS_BELOW = 900
"""Width at which the sidebar begins to lie over the conversation instead of beside it."""

GRIP = 8


class _Grip(QWidget):
    """The edge of the sidebar, which can be dragged."""

    dragged = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setCursor(Qt.CursorShape.SplitHCursor)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.dragged.emit(self.mapToParent(event.position().toPoint()).x())


class _Scrim(QWidget):
    """Darkens the conversation while the sidebar lies over it; a click closes the sidebar."""

    clicked = Signal()

    def __init__(self, themes: ThemeManager, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self.hide()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._themes.current.scrim)
        painter.end()


class MainWindow(QWidget):
    """The window and its two halves.

    Signals: ``painted`` once, after the first picture; ``closing`` when the user closes it (it only
    hides then: whoever owns it ends the program); ``size_changed`` after it was moved or resized.
    """

    painted = Signal()
    closing = Signal()
    size_changed = Signal()

    def __init__(
        self,
        line_up: LineUpModel,
        themes: ThemeManager,
        state: WindowState,
    ) -> None:
        super().__init__()
        self._themes = themes
        self._wide = min(WIDEST, max(NARROWEST, state.sidebar_width))
        self._hidden = state.sidebar_hidden
        self._over = False
        self._painted = False
        self.pane = ConversationPane(line_up, themes, self)
        self._scrim = _Scrim(themes, self)
        self.sidebar = Sidebar(line_up, themes, self)
        self._grip = _Grip(self)
        self._dress(state)
        self._connect()

    def _dress(self, state: WindowState) -> None:
        self.setWindowTitle("Understudy")
        self.setMinimumSize(*MINIMUM)
        self.resize(*DEFAULT)
        if state.geometry is not None:
            self._restore(QRect(*state.geometry))
        if state.maximized:
            self.setWindowState(Qt.WindowState.WindowMaximized)

    def _restore(self, wanted: QRect) -> None:
        """Stand where it stood, unless that screen is gone.

        ``move`` would place the frame where the inside was: a title bar lower at every start.
        """
        self.resize(wanted.size())
        middle = QPoint(wanted.center().x(), wanted.top() + 16)
        if any(screen.geometry().contains(middle) for screen in QGuiApplication.screens()):
            self.setGeometry(wanted)

    def _connect(self) -> None:
        self._grip.dragged.connect(self._resize_sidebar)
        self._scrim.clicked.connect(self.toggle_sidebar)
        self.sidebar.hide_wanted.connect(self.toggle_sidebar)
        self.pane.header.sidebar_wanted.connect(self.toggle_sidebar)
        self._themes.changed.connect(self._arrange)

    # The sidebar

    @property
    def sidebar_shown(self) -> bool:
        """Whether the sidebar is on screen, beside the conversation or over it."""
        return self._over if self._is_narrow() else not self._hidden

    def toggle_sidebar(self) -> None:
        """Hide the sidebar or show it again."""
        if self._is_narrow():
            self._over = not self._over
        else:
            self._hidden = not self._hidden
        self._arrange()
        self.size_changed.emit()

    def leave_sidebar(self) -> None:
        """Take the sidebar away again where it lies over the conversation."""
        if self._over:
            self._over = False
            self._arrange()

    def _is_narrow(self) -> bool:
        return self.width() < theme.scaled(OVERLAYS_BELOW)

    def _resize_sidebar(self, to: int) -> None:
        self._wide = min(WIDEST, max(NARROWEST, round(to / theme.text_scale())))
        self._arrange()
        self.size_changed.emit()

    def _arrange(self) -> None:
        """Give every part its place."""
        body, narrow = self.rect(), self._is_narrow()
        self._over = self._over and narrow
        shown = self.sidebar_shown
        beside, wide = shown and not narrow, theme.scaled(self._wide)
        self.pane.setGeometry(body.adjusted(wide if beside else 0, 0, 0, 0))
        self._scrim.setGeometry(body)
        self._scrim.setVisible(self._over)
        self.sidebar.setGeometry(0, 0, wide, body.height())
        self.sidebar.setVisible(shown)
        self._grip.setGeometry(wide - GRIP // 2, 0, GRIP, body.height())
        self._grip.setVisible(shown)
        self._grip.raise_()
        self.pane.header.show_sidebar_button(not beside)

    # Life

    def remember(self, state: WindowState) -> None:
        """Write down where the window stands."""
        kept = self.normalGeometry() if self.isMaximized() else self.geometry()
        state.geometry = (kept.x(), kept.y(), kept.width(), kept.height())
        state.maximized = self.isMaximized()
        state.sidebar_width, state.sidebar_hidden = self._wide, self._hidden

    def raise_up(self) -> None:
        """Come to the front, from the dock or from behind other windows."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def retranslate(self) -> None:
        """Say everything again in another language."""
        self.sidebar.retranslate()
        self.pane.retranslate()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.painted.emit)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()
        self.size_changed.emit()

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()
        self.closing.emit()

"""What the keys of the main window do."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from understudy_gui.views import shortcuts

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from understudy_gui.controllers.conversation import ConversationController
    from understudy_gui.views.binding import Binding
    from understudy_gui.views.main_window import MainWindow

_SHORTCUT = Qt.FocusReason.ShortcutFocusReason


class Program(Protocol):
    """What can be asked of the program as a whole."""

    def end(self) -> None:
        """End it."""


def bind(
    window: MainWindow, binding: Binding, conversation: ConversationController, program: Program
) -> None:
    """Give the window its keys and its focus order."""
    shortcuts.install(
        window,
        {
            "new_chat": binding.new_chat,
            "search": lambda: _search(window),
            "sidebar": window.toggle_sidebar,
            "settings": lambda: binding.settings_wanted.emit("providers", ""),
            "stop": lambda: _escape(window, conversation),
            "next": lambda: binding.step(1),
            "previous": lambda: binding.step(-1),
            "routes": window.pane.header.route.click,
            "regenerate": binding.regenerate,
            "copy_answer": binding.copy_last,
            "trace": binding.toggle_trace,
            "next_area": lambda: _jump(window, 1),
            "previous_area": lambda: _jump(window, -1),
            "quit": program.end,
        },
    )
    _order_focus(window)


def _search(window: MainWindow) -> None:
    if not window.sidebar_shown:
        window.toggle_sidebar()
    window.sidebar.search.setFocus(_SHORTCUT)
    window.sidebar.search.selectAll()


def _escape(window: MainWindow, conversation: ConversationController) -> None:
    """Take away what lies over the conversation first; then stop the answer."""
    if window.pane.toast.isVisible():
        window.pane.toast.dismiss()
    elif conversation.busy:
        conversation.stop()
    else:
        window.leave_sidebar()
        window.pane.focus_composer()


def _areas(window: MainWindow) -> list[QWidget]:
    areas: list[QWidget] = [window.pane.composer.editor, window.pane.transcript]
    return [*areas, window.sidebar.list] if window.sidebar_shown else areas


def _jump(window: MainWindow, by: int) -> None:
    """Move the focus between composer, transcript and sidebar."""
    areas = _areas(window)
    at = next((n for n, area in enumerate(areas) if _holds_focus(area)), 0)
    following = areas[(at + by) % len(areas)]
    if following is window.sidebar.list:
        window.sidebar.list.setProperty("keyboard", True)
    following.setFocus(_SHORTCUT)


def _holds_focus(area: QWidget) -> bool:
    focused = QApplication.focusWidget()
    return focused is not None and (focused is area or area.isAncestorOf(focused))


def _order_focus(window: MainWindow) -> None:
    """Put the stops of the Tab key into the design's order."""
    pane, sidebar = window.pane, window.sidebar
    stops: list[QWidget] = [
        pane.composer.editor,
        pane.composer.route,
        pane.composer.send,
        pane.composer.stop,
        pane.header.sidebar,
        pane.header.route,
        pane.header.settings,
        pane.transcript,
        sidebar.hide_button,
        sidebar.new,
        sidebar.search,
        sidebar.list,
        sidebar.strip,
    ]
    for before, after in pairwise(stops):
        window.setTabOrder(before, after)

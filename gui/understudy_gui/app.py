"""The composition root: the window first, the rest after its first paint.

What is imported here decides how soon there is something to see. Nothing of it loads asyncio,
SQLite, pydantic, httpx or keyring: ``session`` does, when the window stands.
"""

from __future__ import annotations

import sys
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from understudy.appearance import peek
from understudy.paths import Paths
from understudy_gui import assets, theme
from understudy_gui.i18n import set_language, tr
from understudy_gui.instance import Instance
from understudy_gui.models.lineup import LineUpModel, Place
from understudy_gui.start_trace import StartTrace
from understudy_gui.theme import ThemeManager
from understudy_gui.views.main_window import MainWindow
from understudy_gui.views.window_state import WindowState
from understudy_gui.widgets.stylesheet import dress, palette

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy_gui.models.conversations import ConversationsModel
    from understudy_gui.models.transcript import TranscriptModel

ARGUMENTS = [*sys.argv[:1], "-style", "fusion"]
"""Qt's own arguments: to set the style by a call costs 9 ms more, for the style that it returns."""

FIRST_PAINT_WITHIN = 2000
"""Milliseconds after which the start goes on unseen: a window may be opened minimised."""


class Shell:
    """Everything that stands before the event loop runs.

    ``early`` collects what is sent before anybody can store it; that is a matter of 0.1 s.
    """

    def __init__(
        self, application: QApplication, paths: Paths, instance: Instance, themes: ThemeManager
    ) -> None:
        self.application = application
        self.paths = paths
        self.instance = instance
        self.themes = themes
        self.line_up = LineUpModel()
        self.state = WindowState.load(paths.data)
        self.trace = StartTrace()
        self.early: list[str] = []
        self.line_up.show(self.state.route, [Place(*each) for each in self.state.line_up])
        self.window = MainWindow(self.line_up, themes, self.state)

    @cached_property
    def transcript(self) -> TranscriptModel:
        """The rows of the conversation on screen."""
        from understudy_gui.models.transcript import TranscriptModel

        return TranscriptModel()

    @cached_property
    def conversations(self) -> ConversationsModel:
        """The sidebar's rows."""
        from understudy_gui.models.conversations import ConversationsModel

        return ConversationsModel()


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window and stay until it is closed; returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if "--self-check" in arguments:
        from understudy_gui.self_check import run_self_check

        return run_self_check()
    shell = open_shell(Paths.find())
    if shell is None:
        return 0
    from understudy_gui.session import run

    return run(shell)


def open_shell(paths: Paths) -> Shell | None:
    """Show the window; ``None`` where another one of the same folder was raised instead."""
    application = make_application()
    instance = Instance(paths.data)
    if not instance.claim() and instance.call_the_other():
        return None
    shell = build(application, paths, instance)
    shell.window.show()
    wait_for_paint(shell)
    return shell


def make_application() -> QApplication:
    """Make the application, or take the one there is."""
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(ARGUMENTS)
    application.setApplicationName("Understudy")
    application.setDesktopFileName("understudy")
    application.setQuitOnLastWindowClosed(False)
    assets.load_fonts()
    return application


def build(application: QApplication, paths: Paths, instance: Instance) -> Shell:
    """Make the window and its models, as the settings and the last time want them to look."""
    look = peek(paths.settings)
    set_language(look.language)
    theme.set_text_scale(look.text_scale)
    themes = ThemeManager(look.theme)
    application.setPalette(palette(themes.current))
    application.setFont(theme.font("ui"))
    shell = Shell(application, paths, instance, themes)
    composer, conversation = shell.window.pane.composer, shell.state.conversation
    composer.sent.connect(shell.early.append)
    composer.set_text(shell.state.drafts.get(_draft_key(conversation), ""))
    shell.window.pane.header.title.set_text("" if conversation else tr("New chat"))
    shell.window.pane.focus_composer()
    return shell


def furnish(shell: Shell) -> None:
    """Add what the first picture does without: lists, style sheet and icon."""
    from understudy_gui.transcript.view import TranscriptView

    dress(shell.application, shell.themes)
    shell.application.setWindowIcon(assets.app_icon())
    shell.window.sidebar.install(shell.conversations)
    shell.window.pane.install(TranscriptView(shell.transcript, shell.themes))


def _draft_key(conversation: int | None) -> str:
    return "" if conversation is None else str(conversation)


def wait_for_paint(shell: Shell) -> None:
    """Let Qt run until the window is on screen."""
    waiting = QEventLoop()
    shell.window.painted.connect(waiting.quit)
    QTimer.singleShot(FIRST_PAINT_WITHIN, waiting.quit)
    waiting.exec()
    shell.trace.mark("first_paint")

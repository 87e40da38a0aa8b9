"""The composition root's second half: what needs the event loop, joined to the window.

It is imported after the first paint. The history comes first, so that a question can be kept; then
settings, keys and router, which take longer and are not needed to write one.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from understudy.errors import HistoryError, UnderstudyError
from understudy.history.store import History
from understudy_gui import frugal, i18n
from understudy_gui.app import furnish
from understudy_gui.controllers.conversation import ConversationController
from understudy_gui.i18n import tr
from understudy_gui.loop import on_request_to_end, runner
from understudy_gui.tasks import TaskScope

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from understudy_gui.app import Shell
    from understudy_gui.workplace import Workplace

SAVE_AFTER = 1000
"""Milliseconds without a change after which the window's state is written."""

log = logging.getLogger("understudy")


def run(shell: Shell) -> int:
    """Run the program until its window is closed; returns the exit code."""

    async def live() -> int:
        return await Session(shell).live()

    with runner(shell.application) as started:
        return started.run(live())


class Session(QObject):
    """The running program: who owns what is opened, and ends it.

    An ``isolated`` one reads no key, from the environment or from the keyring, and looks for no
    server: the practice provider answers.
    """

    def __init__(self, shell: Shell, *, isolated: bool = False) -> None:
        super().__init__()
        self.shell = shell
        self.isolated = isolated
        self.tasks = TaskScope(self._report)
        self.workplace: Workplace | None = None
        self._answers = TaskScope(self._report)
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._save_soon = QTimer(self, interval=SAVE_AFTER, singleShot=True)
        self._save_soon.timeout.connect(self._save_state)
        self._remembered = False

    async def live(self) -> int:
        """Open everything, stay, and close everything."""
        on_request_to_end(asyncio.get_running_loop(), self.end)
        self.shell.window.closing.connect(self.end)
        with ExitStack() as stack:
            try:
                await self.open()
                stack.enter_context(self._kept_log())
                await self._ended
            finally:
                await self.aclose()
        return 0

    def _kept_log(self) -> AbstractContextManager[None]:
        from understudy.logs import kept_log

        return kept_log(self.shell.paths.window_log, self._secrets)

    def _secrets(self) -> tuple[str, ...]:
        """Give the keys that the log has to take out, once there are any."""
        return () if self.workplace is None else self.workplace.workspace.keys.secrets()

    def end(self) -> None:
        """Ask the program to end."""
        if not self._ended.done():
            self._ended.set_result(None)

    async def open(self) -> None:
        """Make questions be kept, then everything else."""
        self.history = await self._open_history()
        self._accept_questions()
        self.shell.trace.mark("ready")
        frugal.end()
        furnish(self.shell)
        self._join()
        await self._restore()
        self._remembered = True
        self.tasks.spawn(self._set_up(), "set-up")

    async def _open_history(self) -> History:
        """Open the conversations; where the file cannot be used, keep new ones in memory."""
        try:
            return await History.open(self.shell.paths.history)
        except HistoryError as error:
            kept = tr("New conversations are kept until Understudy is closed.")
            said = f"{i18n.said_in_full(error.did, error.can_do)} {kept}".strip()
            title = i18n.said_by_router(error.happened)
            self.shell.window.pane.banners.say("history", "danger", title, said)
            return await History.open(None)

    def _accept_questions(self) -> None:
        """Store what is sent from now on, and what was sent already."""
        shell, sent = self.shell, self.shell.window.pane.composer.sent
        self.conversation = ConversationController(
            self.history, shell.transcript, self._answers, self
        )
        sent.disconnect(shell.early.append)
        sent.connect(self.conversation.send)

    def _join(self) -> None:
        from understudy_gui.controllers.library import LibraryController
        from understudy_gui.views import keyboard
        from understudy_gui.views.binding import Binding

        shell, window = self.shell, self.shell.window
        self.library = LibraryController(self.history, shell.conversations, self.tasks, self)
        self.binding = Binding(
            window,
            shell.transcript,
            self.conversation,
            self.library,
            self.tasks,
            lambda conversation: shell.state.drafts.get(_key(conversation), ""),
        )
        keyboard.bind(window, self.binding, self.conversation, self)
        window.size_changed.connect(self._save_soon.start)
        self.conversation.shown.connect(self._remember_conversation)
        self.binding.draft_changed.connect(self._remember_draft)
        self.history.on_trouble.append(self._history_trouble)
        i18n.on_change.append(self._retranslate)
        shell.instance.called.connect(window.raise_up)

    async def _restore(self) -> None:
        """Show the conversation of the last time, and send what was sent in the meantime."""
        early, self.shell.early[:] = list(self.shell.early), []
        written = self.shell.window.pane.composer.text
        last = self.shell.state.conversation
        if last is None:
            self.conversation.show_new()
        else:
            try:
                await self.conversation.show(last)
            except HistoryError:
                self.conversation.show_new()
        self.shell.window.pane.composer.set_text(written)
        for text in early:
            self.conversation.send(text)
        await self.library.load()

    async def _set_up(self) -> None:
        """Load settings, keys and router. Importing them takes longest: a thread does it."""
        from understudy_gui.workplace import Workplace

        self.workplace = await Workplace.open(self)
        self.shell.instance.listen()
        for notice in self.history.notices:
            self.workplace.tell(notice)

    async def aclose(self) -> None:
        """End every task with what it has, then let go of everything."""
        self.shell.window.hide()
        self._save_soon.stop()
        await self._answers.aclose()
        await self.tasks.aclose()
        if self._remembered:
            self._save_state()
        if self.workplace is not None:
            await self.workplace.aclose()
        if hasattr(self, "history"):
            with suppress(HistoryError):
                await self.history.close()
        with suppress(ValueError):
            i18n.on_change.remove(self._retranslate)
        self.shell.instance.release()

    # What the window remembers

    def _remember_conversation(self, conversation: int | None) -> None:
        """Write it down at once: after a crash this conversation is the one to come back to."""
        self.shell.state.conversation = conversation
        if self._remembered:
            self._save_state()

    def _remember_draft(self, conversation: int | None, text: str) -> None:
        drafts = self.shell.state.drafts
        if text:
            drafts[_key(conversation)] = text
        else:
            drafts.pop(_key(conversation), None)
        self._save_soon.start()

    def _save_state(self) -> None:
        state, line_up = self.shell.state, self.shell.line_up
        self.shell.window.remember(state)
        state.route = line_up.route
        state.line_up = [(place.provider, place.name) for place in line_up.places]
        with suppress(OSError):  # what is lost with it is where the window stood
            state.save(self.shell.paths.data)

    # What went wrong

    def _report(self, name: str, error: BaseException) -> None:
        """Tell of an error that nobody else handled."""
        log.error("%s failed", name, exc_info=error)
        said = type(error).__name__
        if isinstance(error, UnderstudyError):
            said = i18n.said_in_full(error.happened, error.did, error.can_do)
        title = tr("Something went wrong inside Understudy")
        self.shell.window.pane.banners.say("fault", "danger", title, said, [_dismiss()])

    def _history_trouble(self, error: HistoryError | None) -> None:
        banners = self.shell.window.pane.banners
        if error is None:
            banners.take_back("trouble")
        else:
            said = i18n.said_in_full(error.did, error.can_do)
            banners.say("trouble", "danger", i18n.said_by_router(error.happened), said)

    def _retranslate(self) -> None:
        self.shell.window.retranslate()
        conversation = self.conversation.conversation
        if conversation is not None:
            self.tasks.spawn(self.conversation.show(conversation), "retranslate")


def _key(conversation: int | None) -> str:
    return "" if conversation is None else str(conversation)


def _dismiss() -> tuple[str, str]:
    return ("dismiss", tr("Dismiss"))

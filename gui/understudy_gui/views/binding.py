"""Joins the window to the controllers: what a click or a key asks for, and what is shown then."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication

from understudy_gui.controllers.failures import FIX
from understudy_gui.i18n import tr
from understudy_gui.models.conversations import ConversationsModel
from understudy_gui.widgets.menu import Menu

if TYPE_CHECKING:
    from collections.abc import Callable

    from understudy_gui.controllers.conversation import ConversationController
    from understudy_gui.controllers.library import LibraryController
    from understudy_gui.models.transcript import TranscriptModel
    from understudy_gui.tasks import TaskScope
    from understudy_gui.views.main_window import MainWindow

SAFE_SCHEMES = frozenset({"http", "https", "mailto"})
"""What a link in an answer may open: a model's word must not start programs."""


class Binding(QObject):
    """The main window at work.

    Signals: ``settings_wanted(page, provider)``; ``draft_changed(conversation or None, text)``.
    """

    settings_wanted = Signal(str, str)
    draft_changed = Signal(object, str)

    def __init__(
        self,
        window: MainWindow,
        transcript: TranscriptModel,
        conversation: ConversationController,
        library: LibraryController,
        tasks: TaskScope,
        drafts: Callable[[int | None], str],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._pane = window.pane
        self._transcript = transcript
        self._conversation = conversation
        self._library = library
        self._tasks = tasks
        self._drafts = drafts
        self._restoring = False
        self._connect_sidebar()
        self._connect_pane()
        self._connect_controllers()

    def _connect_sidebar(self) -> None:
        sidebar = self._window.sidebar
        sidebar.new_chat.connect(self.new_chat)
        sidebar.searched.connect(self._library.search)
        sidebar.list.opened.connect(self.open)
        sidebar.list.renamed.connect(self._library.rename)
        sidebar.list.deleted.connect(self.delete)
        sidebar.list.menu_wanted.connect(self._show_menu)
        sidebar.strip.opened.connect(lambda: self.settings_wanted.emit("routing", ""))

    def _connect_pane(self) -> None:
        composer, transcript = self._pane.composer, self._pane.transcript
        composer.stopped.connect(self._conversation.stop)
        composer.withdrawn.connect(self._withdraw)
        composer.changed.connect(self._note_draft)
        transcript.action.connect(self.act)
        transcript.link_activated.connect(_open_link)
        self._pane.header.settings_wanted.connect(
            lambda: self.settings_wanted.emit("providers", "")
        )

    def _connect_controllers(self) -> None:
        conversation, library = self._conversation, self._library
        conversation.shown.connect(self._shown)
        conversation.titled.connect(self._titled)
        conversation.line_changed.connect(self._follow_line)
        conversation.writing_changed.connect(self._follow_writing)
        conversation.asked.connect(library.refresh)
        conversation.not_kept.connect(self._give_back)
        conversation.question_shown.connect(self._pane.transcript.send_pinned)
        library.deleted.connect(self._after_deletion)
        library.renamed.connect(self._after_renaming)

    # What people ask for

    def new_chat(self) -> None:
        """Begin another conversation."""
        self._conversation.show_new()
        self._window.leave_sidebar()
        self._pane.focus_composer()

    def open(self, conversation: int) -> None:
        """Show a conversation."""
        self._window.leave_sidebar()
        self._tasks.spawn(self._conversation.show(conversation), "open")
        self._pane.focus_composer()

    def step(self, by: int) -> None:
        """Show the conversation ``by`` places further down the list."""
        ids = self._window.sidebar.list.conversations().ids()
        current = self._conversation.conversation
        if not ids:
            return
        place = ids.index(current) + by if current in ids else 0
        self.open(ids[place % len(ids)])

    def delete(self, conversation: int) -> None:
        """Delete a conversation; a toast offers the way back."""
        self._library.delete(conversation)

    def act(self, row: int, action: str) -> None:
        """Do what a button in the transcript says."""
        match action:
            case "try_again" | "regenerate":
                self._conversation.answer_again(row)
            case "continue":
                self._conversation.carry_on(row)
            case "previous_version":
                self._conversation.show_version(row, -1)
            case "next_version":
                self._conversation.show_version(row, 1)
            case "deadline":
                self.settings_wanted.emit("routing", "")
            case _ if action.startswith(FIX):
                self.settings_wanted.emit("providers", action.removeprefix(FIX))
            case _:
                pass

    def regenerate(self) -> None:
        """Have the last question answered once more."""
        row = self.last_answer()
        if row is not None:
            self._conversation.answer_again(row)

    def copy_last(self) -> None:
        """Copy the last answer."""
        row = self.last_answer()
        item = self._transcript.item(row) if row is not None else None
        if item is not None:
            QGuiApplication.clipboard().setText(item.text)
            self._pane.toast.say(tr("Copied"), glyph="copy")

    def toggle_trace(self) -> None:
        """Open or close the trail of the last answer."""
        row = self.last_answer()
        if row is not None:
            self._pane.transcript.toggle_trace(row)

    def last_answer(self) -> int | None:
        """Find the last answer's row."""
        for row in range(self._transcript.count - 1, -1, -1):
            item = self._transcript.item(row)
            if item is None or item.role == "assistant":
                return row if item is not None else None
        return None

    def _withdraw(self, number: int) -> None:
        text = self._conversation.withdraw(number)
        written = self._pane.composer.text
        self._pane.composer.set_text(f"{text}\n{written}" if written.strip() else text)
        self._pane.focus_composer()

    def _note_draft(self) -> None:
        if not self._restoring:
            text = self._pane.composer.text
            self.draft_changed.emit(self._conversation.conversation, text)

    def _show_menu(self, conversation: int, at: QPoint) -> None:
        sidebar = self._window.sidebar
        index = sidebar.list.conversations().index_of(conversation)
        pinned = bool(index.data(ConversationsModel.PinnedRole))
        menu = Menu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for words, act in (
            (tr("Rename"), partial(sidebar.list.begin_rename, conversation)),
            (
                tr("Unpin") if pinned else tr("Pin"),
                partial(self._library.set_pinned, conversation, not pinned),
            ),
            (tr("Delete"), partial(self.delete, conversation)),
        ):
            menu.addAction(words).triggered.connect(act)
        menu.popup(at)

    # What is shown then

    def _shown(self, conversation: int | None) -> None:
        self._window.sidebar.list.show_as_open(conversation)
        self._pane.show_empty(empty=self._transcript.count == 0 and not self._conversation.busy)
        self._restoring = True
        self._pane.composer.set_text(self._drafts(conversation))
        self._restoring = False

    def _titled(self, title: str) -> None:
        shown = title or tr("New chat")
        self._pane.header.title.set_text(shown)
        self._window.setWindowTitle(f"{shown} – Understudy" if title else "Understudy")

    def _follow_line(self) -> None:
        self._pane.set_writing(self._conversation.busy)
        if self._conversation.busy:
            self._pane.show_empty(empty=False)
        self._pane.composer.waiting.show_waiting(self._conversation.line)

    def _follow_writing(self, conversation: int, writing: bool) -> None:
        self._window.sidebar.list.conversations().set_writing(conversation, writing)

    def _give_back(self, text: str, why: str) -> None:
        """Put a question that could not be stored back into the field, and say why."""
        if not self._pane.composer.text:
            self._pane.composer.set_text(text)
        self._pane.show_empty(empty=self._transcript.count == 0)
        self._pane.banners.say("history", "danger", tr("Your question could not be kept"), why)

    def _after_deletion(self, conversation: int) -> None:
        if conversation == self._conversation.conversation:
            self.new_chat()
        undo = partial(self._library.restore, conversation)
        self._pane.toast.say(tr("Conversation deleted"), undo, glyph="trash-2")

    def _after_renaming(self, conversation: int, title: str) -> None:
        if conversation == self._conversation.conversation:
            self._titled(title)


def _open_link(address: str) -> None:
    url = QUrl(address)
    if url.scheme().lower() in SAFE_SCHEMES:
        QDesktopServices.openUrl(url)

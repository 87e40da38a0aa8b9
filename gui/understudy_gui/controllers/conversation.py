"""Conversations at work: a question in, the router's answer out, both kept from the first word.

What only an answer needs is imported with the first question: the window is ready 15 ms sooner.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from understudy.errors import HistoryError
from understudy_gui.controllers.talk import Talk
from understudy_gui.i18n import said_in_full
from understudy_gui.models.transcript import Item, Segment

if TYPE_CHECKING:
    from collections.abc import Collection, Coroutine, Iterable, Sequence

    from understudy.history.store import History
    from understudy.history.values import StoredMessage
    from understudy.requests import ChatRequest
    from understudy.routing.router import Router
    from understudy_gui.controllers.answering import Answering
    from understudy_gui.models.transcript import TranscriptModel
    from understudy_gui.tasks import TaskScope

TAIL = 24
"""Rows that are read when a conversation is opened; older ones come when they are looked at."""


class ConversationController(QObject):
    """Shows one conversation and runs the answers of any number of them.

    Signals: ``shown(id or None)`` after another conversation is on screen; ``titled(str)``;
    ``writing_changed(id, bool)`` for any conversation; ``line_changed`` when what waits in the one
    on screen changed, or whether it is busy; ``asked(id)`` after a question was stored;
    ``not_kept(text, sentence)`` when a question could not be stored; ``provider_changed`` when
    another provider writes; ``question_shown(row)`` when one that was just sent is on screen.
    """

    shown = Signal(object)
    titled = Signal(str)
    writing_changed = Signal(int, bool)
    line_changed = Signal()
    asked = Signal(int)
    not_kept = Signal(str, str)
    provider_changed = Signal()
    question_shown = Signal(int)

    def __init__(
        self,
        history: History,
        transcript: TranscriptModel,
        tasks: TaskScope,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._history = history
        self._transcript = transcript
        self._tasks = tasks
        self._router: asyncio.Future[Router] = asyncio.get_running_loop().create_future()
        self._local: frozenset[str] = frozenset()
        self._talks: dict[int, Talk] = {}
        self._talk = Talk()

    # What is on screen

    @property
    def conversation(self) -> int | None:
        """The conversation on screen; None for a new one."""
        return self._talk.id

    @property
    def route(self) -> str:
        """The route of the conversation on screen; empty for the default one."""
        return self._talk.route

    @property
    def busy(self) -> bool:
        """Whether an answer is on its way in the conversation on screen."""
        return self._talk.busy

    @property
    def line(self) -> Sequence[str]:
        """The messages that wait in the conversation on screen."""
        return tuple(self._talk.line)

    @property
    def provider(self) -> str | None:
        """Who writes in the conversation on screen just now."""
        return self._talk.answering.provider if self._talk.answering is not None else None

    def use_router(self, router: Router, local: Collection[str]) -> None:
        """Begin to ask: questions sent before are stored and wait for this."""
        self._local = frozenset(local)
        if not self._router.done():
            self._router.set_result(router)

    def set_local(self, local: Collection[str]) -> None:
        """Say which providers run on this computer: their failures read differently."""
        self._local = frozenset(local)

    def show_new(self) -> None:
        """Show an empty conversation; it is made when its first question is sent."""
        self._talk = Talk(route=self._talk.route)
        self._transcript.set_items([])
        self._tell_shown()

    async def show(self, conversation: int) -> None:
        """Show a conversation from its end."""
        row = await self._history.conversation(conversation)
        talk = self._talks.get(conversation) or Talk(conversation, row.route)
        talk.title = row.title
        self._talk = talk
        await self._load()
        self._tell_shown()

    async def _load(self) -> None:
        """Read the end of the conversation on screen; an answer under way keeps its own row."""
        talk = self._talk
        if talk.id is None:
            return
        count = await self._history.count(talk.id)
        start = max(0, count - TAIL)
        tail = self._rows(await self._history.page(talk.id, start, count))
        if self._talk is not talk:
            return
        if talk.answering is not None:
            tail = [*tail[:-1], talk.answering.item]
        self._transcript.set_source(count, tail, self._ask_for_page if start else None)

    def _rows(self, messages: Iterable[StoredMessage]) -> list[Item]:
        from understudy_gui.controllers import items

        return [items.item_of(message, self._local) for message in messages]

    def _ask_for_page(self, start: int, stop: int) -> None:
        self._tasks.spawn(self._fetch(self._talk, start, stop), "page")

    async def _fetch(self, talk: Talk, start: int, stop: int) -> None:
        if talk.id is None:
            return
        messages = await self._history.page(talk.id, start, stop)
        if self._talk is talk:
            self._transcript.set_page(start, self._rows(messages))

    def _tell_shown(self) -> None:
        self.shown.emit(self._talk.id)
        self.titled.emit(self._talk.title)
        self.line_changed.emit()
        self.provider_changed.emit()

    def choose_route(self, route: str) -> None:
        """Let the conversation on screen use another route from its next question on."""
        self._talk.route = route
        if self._talk.id is not None:
            self._tasks.spawn(self._history.set_route(self._talk.id, route), "route")

    # Asking

    def send(self, text: str) -> None:
        """Ask; while an answer is on its way the question waits in line."""
        talk = self._talk
        if talk.busy:
            talk.line.append(text)
            self.line_changed.emit()
        else:
            self._run(talk, self._ask(talk, text), "answer")

    def withdraw(self, number: int) -> str:
        """Take a message that waits out of the line and give it back."""
        text = self._talk.line.pop(number)
        self.line_changed.emit()
        return text

    def stop(self) -> None:
        """Stop the answer on screen; what it said is kept.

        A question that is just being stored is stored all the same, and then not asked.
        """
        talk = self._talk
        if talk.busy and not talk.stopping:
            talk.stopping = True
            if talk.answering is not None and talk.task is not None:
                talk.task.cancel()

    def answer_again(self, row: int) -> None:
        """Ask the question of the answer in ``row`` again, for a further version of it."""
        self._again(row, carry_on=False)

    def carry_on(self, row: int) -> None:
        """Have the answer in ``row`` carried on from where it ended."""
        self._again(row, carry_on=True)

    def _again(self, row: int, *, carry_on: bool) -> None:
        item, talk = self._transcript.item(row), self._talk
        if item is not None and item.role == "assistant" and not talk.busy:
            self._run(talk, self._ask_again(talk, item, carry_on=carry_on), "answer")

    def show_version(self, row: int, step: int) -> None:
        """Page to another version of the answer in ``row``."""
        item = self._transcript.item(row)
        if item is not None and not self._talk.busy:
            self._tasks.spawn(self._choose(item.key, step), "version")

    async def _choose(self, key: int, step: int) -> None:
        versions = await self._history.versions(key)
        place = next(number for number, each in enumerate(versions) if each.id == key) + step
        if 0 <= place < len(versions):
            await self._history.choose_version(versions[place].id)
            await self._load()

    def _run(self, talk: Talk, work: Coroutine[object, object, None], name: str) -> None:
        talk.busy, talk.stopping = True, False
        if talk.id is not None:
            self._talks[talk.id] = talk
        self.line_changed.emit()
        talk.task = self._tasks.spawn(work, name)
        talk.task.add_done_callback(lambda task: self._ended(talk, task))

    def _ended(self, talk: Talk, task: asyncio.Task[None]) -> None:
        """Tidy up behind an answer, then ask what waits in line; not at the program's end."""
        talk.busy, talk.answering, talk.task = False, None, None
        if talk.id is not None:
            self._talks.pop(talk.id, None)
            self.writing_changed.emit(talk.id, False)
        if talk is self._talk:
            self.line_changed.emit()
            self.provider_changed.emit()
        if talk.line and not task.cancelled():
            self._run(talk, self._ask(talk, talk.line.pop(0)), "answer")

    async def _ask(self, talk: Talk, text: str) -> None:
        """Store the question, then ask: whatever happens after that, it is kept."""
        try:
            question = await self._store(talk, text)
        except HistoryError as error:
            sentence = said_in_full(error.happened, error.did, error.can_do)
            self.not_kept.emit(text, sentence)
            return
        if talk is self._talk:
            self.question_shown.emit(self._transcript.append(question_row(question.id, text)))
        self.asked.emit(question.conversation_id)
        await self._answer_to(talk, question)

    async def _answer_to(self, talk: Talk, question: StoredMessage) -> None:
        from understudy_gui.controllers.answering import Answering
        from understudy_gui.controllers.asking import request_of

        before = await self._history.page(question.conversation_id, 0, question.ordinal + 1)
        writer = await self._history.begin_answer(question.conversation_id, question.id)
        item = Item(writer.message_id, "assistant", state="streaming")
        if talk is self._talk:
            self._transcript.append(item)
        answering = Answering(item, writer, self, self._local)
        await self._answer(talk, answering, request_of(before, talk.route))

    async def _store(self, talk: Talk, text: str) -> StoredMessage:
        if talk.id is None:
            talk.id = (await self._history.create_conversation(route=talk.route)).id
            self._talks[talk.id] = talk
            question = await self._history.add_question(talk.id, text)
            talk.title = (await self._history.conversation(talk.id)).title
            if talk is self._talk:
                self.shown.emit(talk.id)
                self.titled.emit(talk.title)
            return question
        return await self._history.add_question(talk.id, text)

    async def _ask_again(self, talk: Talk, old: Item, *, carry_on: bool) -> None:
        from understudy_gui.controllers.answering import Answering
        from understudy_gui.controllers.asking import begin_again, request_of

        stored = await self._history.message(old.key)
        before = await self._history.page(stored.conversation_id, 0, stored.ordinal)
        writer = await self._history.begin_answer(stored.conversation_id, version_of=stored.id)
        versions = (writer.message.version, writer.message.versions)
        item = Item(writer.message_id, "assistant", state="streaming", versions=versions)
        request = request_of(before, talk.route)
        answering = Answering(item, writer, self, self._local)
        if carry_on:
            request = begin_again(answering, request, stored, self._rows([stored])[0])
        row = self._transcript.row_of(old.key)
        if talk is self._talk and row is not None:
            self._transcript.truncate(row + 1)
            self._transcript.replace(row, item)
        await self._answer(talk, answering, request)

    async def _answer(self, talk: Talk, answering: Answering, request: ChatRequest) -> None:
        from understudy_gui.controllers.asking import conduct

        def provider_changed() -> None:
            if talk is self._talk:
                self.provider_changed.emit()

        talk.answering = answering
        conversation = answering.recorder.writer.message.conversation_id
        self.writing_changed.emit(conversation, True)
        await conduct(answering, request, self._router, lambda: talk.stopping, provider_changed)

    # The screen of an answer

    def grew(self, item: Item, delta: str) -> None:
        """Show more words, or only keep them where another conversation is on screen."""
        row = self._row(item)
        if row is None:
            item.segments[-1].append(delta)
        else:
            self._transcript.append_text(row, delta)

    def changed(self, item: Item) -> None:
        """Show what changed of an answer, if it is on screen."""
        row = self._row(item)
        if row is not None:
            self._transcript.update_row(row)

    def _row(self, item: Item) -> int | None:
        row = self._transcript.count - 1
        return row if row >= 0 and self._transcript.item(row) is item else None


def question_row(key: int, text: str, versions: tuple[int, int] = (1, 1)) -> Item:
    """Make the row of a question."""
    return Item(key, "user", [Segment("", "", text)], versions=versions)

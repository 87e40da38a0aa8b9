"""Conversations at work: a question in, the router's answer out, both kept from the first word."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from understudy.errors import HistoryError, NobodyAnswered, UnderstudyError, UsageError
from understudy.messages import Message
from understudy.requests import ChatRequest
from understudy.routing.rescue import Seam as Overlap
from understudy.routing.rescue import continuation
from understudy_gui.controllers import failures, items
from understudy_gui.controllers.answering import Answering
from understudy_gui.controllers.talk import Talk
from understudy_gui.models.transcript import Item, Segment

if TYPE_CHECKING:
    from collections.abc import Collection, Coroutine, Iterable, Sequence

    from understudy.history.journal import AnswerWriter
    from understudy.history.store import History
    from understudy.history.values import StoredMessage
    from understudy.routing.router import Router
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
            self.not_kept.emit(text, str(error))
            return
        if talk is self._talk:
            self.question_shown.emit(self._transcript.append(items.question(question.id, text)))
        self.asked.emit(question.conversation_id)
        before = await self._history.page(question.conversation_id, 0, question.ordinal + 1)
        writer = await self._history.begin_answer(question.conversation_id, question.id)
        item = Item(writer.message_id, "assistant", state="streaming")
        if talk is self._talk:
            self._transcript.append(item)
        await self._answer(talk, Answering(item, writer, self, self._local), _request(talk, before))

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
        stored = await self._history.message(old.key)
        before = await self._history.page(stored.conversation_id, 0, stored.ordinal)
        writer = await self._history.begin_answer(stored.conversation_id, version_of=stored.id)
        versions = (writer.message.version, writer.message.versions)
        item = Item(writer.message_id, "assistant", state="streaming", versions=versions)
        request, trim = _request(talk, before), None
        if carry_on:
            request, trim = continuation(request, stored.text), Overlap(stored.text)
        answering = Answering(item, writer, self, self._local, trim)
        if carry_on:
            answering.continue_from(_copy(stored, writer, self._rows([stored])[0]))
        row = self._transcript.row_of(old.key)
        if talk is self._talk and row is not None:
            self._transcript.truncate(row + 1)
            self._transcript.replace(row, item)
        await self._answer(talk, answering, request)

    async def _answer(self, talk: Talk, answering: Answering, request: ChatRequest) -> None:
        talk.answering = answering
        self.writing_changed.emit(answering.writer.message.conversation_id, True)
        try:
            if not talk.stopping:
                await self._follow(talk, answering, request)
        except asyncio.CancelledError:
            await answering.end("stopped" if talk.stopping else "interrupted")
            if not talk.stopping:
                raise
        except NobodyAnswered as error:
            partial = "interrupted" if answering.item.segments else "failed"
            await answering.end(partial, failures.to_store(error))
        except UnderstudyError as error:
            await answering.end("failed", failures.to_store(error))
        except Exception as error:
            await answering.end("failed", failures.to_store(error))
            raise
        else:
            await answering.end("stopped" if talk.stopping else "complete")

    async def _follow(self, talk: Talk, answering: Answering, request: ChatRequest) -> None:
        router = await asyncio.shield(self._router)
        request, answering.route = _on_a_route(router, request)
        async with aclosing(router.stream(request, trail=answering.trail)) as events:
            provider: str | None = None
            async for event in events:
                answering.take(event)
                if answering.provider != provider:
                    provider = answering.provider
                    if talk is self._talk:
                        self.provider_changed.emit()

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


def _request(talk: Talk, messages: Iterable[StoredMessage]) -> ChatRequest:
    """Make the request of a conversation; what was interrupted counts as context like the rest."""
    turns: list[Message] = []
    for message in messages:
        if message.role == "user":
            turns.append(Message.user(message.text))
        elif message.text:
            whole = message.state == "complete"
            turns.append(Message.assistant(message.text, interrupted=not whole))
    return ChatRequest(tuple(turns), talk.route)


def _on_a_route(router: Router, request: ChatRequest) -> tuple[ChatRequest, str]:
    """Put the request on its route, or on the default one where its own was removed since."""
    try:
        return request, router.route(request.route).name
    except UsageError:
        return replace(request, route=""), router.route().name


def _copy(stored: StoredMessage, writer: AnswerWriter, row: Item) -> list[Segment]:
    """Write an earlier version's text into the journal of the one that carries it on."""
    length = 0
    for segment in stored.segments:
        for seam in stored.seams:
            if seam.get("at") == length and length:
                writer.seam({name: value for name, value in seam.items() if name != "at"})
        writer.segment(segment.provider, segment.provider_name, segment.model)
        writer.text(segment.text)
        length += len(segment.text)
    writer.seam({"case": items.CONTINUED})
    return row.segments

"""Keeps a conversation of the terminal where the window keeps its own, from the first word on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.errors import HistoryError
from understudy.history import History
from understudy.recording import AnswerRecorder, failure_of

if TYPE_CHECKING:
    from pathlib import Path

    from understudy.cli.console import Console
    from understudy.errors import UnderstudyError
    from understudy.history.values import EndState


class Keeping:
    """One conversation in the history. It is made with its first question."""

    def __init__(self, history: History, route: str, console: Console) -> None:
        self._history = history
        self._console = console
        self._route = route
        self._conversation: int | None = None
        self._last_answer: int | None = None

    @classmethod
    async def open(cls, path: Path, route: str, console: Console) -> Keeping:
        """Open the history; one that cannot be used is told of, and costs only the keeping."""
        try:
            return cls(await History.open(path), route, console)
        except HistoryError as error:
            console.tell(error)
            console.note("This conversation is not kept.")
            return cls(await History.open(None), route, console)

    async def close(self) -> None:
        """Write what is left."""
        await self._history.close()

    async def begin(self, question: str, *, again: bool) -> AnswerRecorder:
        """Keep a question and begin its answer; ``again`` makes a further version of the last."""
        if self._conversation is None:
            self._conversation = (await self._history.create_conversation(route=self._route)).id
        if again and self._last_answer is not None:
            writer = await self._history.begin_answer(
                self._conversation, version_of=self._last_answer
            )
        else:
            asked = await self._history.add_question(self._conversation, question)
            writer = await self._history.begin_answer(self._conversation, asked.id)
        self._last_answer = writer.message_id
        return AnswerRecorder(writer, self._route)

    async def end(
        self, recorder: AnswerRecorder, state: EndState, error: UnderstudyError | None = None
    ) -> None:
        """Close an answer; one that cannot be stored is tried again until this process ends."""
        try:
            await recorder.finish(state, None if error is None else failure_of(error))
        except HistoryError as trouble:
            self._console.tell(trouble)

"""Keeps a conversation of the terminal where the window keeps its own, from the first word on."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from understudy.errors import AnswerInterrupted, ErrorKind, HistoryError, NobodyAnswered
from understudy.events import HandedOver, ReasoningDelta, RouteChosen, TextDelta
from understudy.history import History

if TYPE_CHECKING:
    from pathlib import Path

    from understudy.cli.console import Console
    from understudy.errors import UnderstudyError
    from understudy.events import StreamEvent
    from understudy.history import AnswerWriter
    from understudy.history.values import EndState
    from understudy.routing.trace import Attempt

_DECLINED = {ErrorKind.CONTENT_POLICY, ErrorKind.BAD_REQUEST, ErrorKind.CONTEXT}


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

    async def begin(self, question: str, *, again: bool) -> Recorder:
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
        return Recorder(writer, self._route, self._console)


class Recorder:
    """Takes one answer down; ``trail`` is grown by the router."""

    def __init__(self, writer: AnswerWriter, route: str, console: Console) -> None:
        self.trail: list[Attempt] = []
        self._writer = writer
        self._route = route
        self._console = console
        self._has_words = False

    def take(self, event: StreamEvent) -> None:
        """Take one event."""
        match event:
            case TextDelta(text) if text:
                self._has_words = True
                self._writer.text(text)
            case ReasoningDelta(text):
                self._writer.reasoning(text)
            case RouteChosen():
                self._writer.segment(event.provider, event.provider_name, event.model)
            case HandedOver():
                self._hand_over(event)
            case _:
                pass

    async def end(self, state: EndState, error: UnderstudyError | None = None) -> None:
        """Close the answer; one that failed after its first words counts as interrupted."""
        if state == "failed" and self._has_words:
            state = "interrupted"
        failure = None if error is None else _failure(error)
        try:
            await self._writer.finish(state, self._figures(), failure=failure)
        except HistoryError as trouble:  # it is tried again as long as this process lives
            self._console.tell(trouble)

    def _hand_over(self, event: HandedOver) -> None:
        stored = {"attempt": asdict(event.failed), "pause": event.pause, "route": self._route}
        if event.mid_answer:
            self._writer.seam(stored)
        else:
            self._writer.standin(stored)

    def _figures(self) -> dict[str, Any]:
        attempts = [asdict(attempt) for attempt in self.trail]
        figures: dict[str, Any] = {"trace": {"route": self._route, "attempts": attempts}}
        if self.trail and self._has_words:
            last = self.trail[-1]
            figures |= {"provider": last.provider_name, "model": last.model}
            figures |= {"first_token": last.first_token, "duration": last.duration}
            if last.usage is not None:
                figures["output_tokens"] = last.usage.output_tokens
        return figures


def _failure(error: UnderstudyError) -> dict[str, Any]:
    """Reduce an error to what the window composes its words from."""
    if isinstance(error, AnswerInterrupted):
        return {"case": "broke-off", "reasons": list(error.reasons)}
    if isinstance(error, NobodyAnswered):
        declined = error.first is not None and error.first.kind in _DECLINED
        return {"case": "declined" if declined else "nobody", "reasons": list(error.reasons)}
    return {"case": "unexpected", "reasons": [str(error)]}

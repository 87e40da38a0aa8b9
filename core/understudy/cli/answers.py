"""Shows a stream's events as they come: words for people, objects for programs."""

from __future__ import annotations

import re
from contextlib import aclosing
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from understudy.events import Finished, HandedOver, TextDelta

if TYPE_CHECKING:
    from understudy.cli.console import Console
    from understudy.events import StreamEvent
    from understudy.recording import AnswerRecorder
    from understudy.requests import ChatRequest
    from understudy.routing.router import Router


class AnswerPrinter:
    """Prints one answer: its words to standard output, hand-overs to standard error."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._words: list[str] = []
        self._open_line = False

    @property
    def text(self) -> str:
        """The words shown so far."""
        return "".join(self._words)

    async def stream(
        self, router: Router, request: ChatRequest, recorder: AnswerRecorder | None = None
    ) -> None:
        """Ask and show every event of the answer; its last line is ended whatever happens."""
        trail = None if recorder is None else recorder.trail
        try:
            async with aclosing(router.stream(request, trail=trail)) as events:
                async for event in events:
                    if recorder is not None:
                        recorder.take(event)
                    self.show(event)
        finally:
            self.close()

    def show(self, event: StreamEvent) -> None:
        """Show one event, at once."""
        if isinstance(event, TextDelta):
            self._words.append(event.text)
        if self._console.json:
            self._console.object(as_json(event))
            return
        match event:
            case TextDelta(text) if text:
                self._console.write(text)
                self._open_line = not text.endswith("\n")
            case HandedOver():
                self._console.note(self._hand_over(event))
            case Finished():
                self.close()
            case _:
                pass

    def close(self) -> None:
        """End the answer's last line where it has not ended itself."""
        if self._open_line:
            self._console.write("\n")
            self._open_line = False

    def _hand_over(self, event: HandedOver) -> str:
        what = event.failed.happened or f"{event.failed.provider_name} could not answer."
        if not event.mid_answer:
            return f"{what} {event.provider_name} stands in."
        begin = "\n" if self._open_line and self._console.is_terminal else ""
        return f"{begin}{what} {event.provider_name} carries on."


def as_json(event: StreamEvent) -> dict[str, Any]:
    """Turn an event into plain JSON values; ``type`` is its name in snake_case."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()
    return {"type": name, **asdict(event)}

"""An answer as it is kept: the router's events and its end, in the one form that history stores.

Windows and terminals read each other's conversations, so both write them through here. Nothing
stored is a sentence where it can be a value: whoever shows it composes the words.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from understudy.errors import AnswerInterrupted, ErrorKind, NobodyAnswered, UnderstudyError
from understudy.events import (
    CitationFound,
    Finished,
    HandedOver,
    ModelLoading,
    ReasoningDelta,
    RouteChosen,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)
from understudy.routing.rescue import Seam

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.events import StreamEvent
    from understudy.history.journal import AnswerWriter
    from understudy.history.values import EndState, JsonObject, StoredMessage
    from understudy.routing.trace import Attempt

CONTINUED = "continued"
"""The value of a stored seam's ``case`` where the user had an answer carried on."""

BLANK_LINE = "\n\n"
"""What parts an earlier version of an answer from the one that starts again below it."""

_DECLINED = {ErrorKind.CONTENT_POLICY, ErrorKind.BAD_REQUEST, ErrorKind.CONTEXT}
_SHORTEST_WRITING = 0.05  # seconds; a speed measured over less says nothing


class AnswerRecorder:
    """Takes one answer down.

    ``route`` names the route that is asked; ``trail`` is to be grown by the router. Both are read
    at the end, so that they may be filled meanwhile.
    """

    def __init__(self, writer: AnswerWriter, route: str = "") -> None:
        self.writer = writer
        self.route = route
        self.trail: list[Attempt] = []
        self.has_words = False
        self._asked: RouteChosen | None = None
        self._before = ""
        self._trim: Seam | None = None

    def take(self, event: StreamEvent) -> str:
        """Write one event down; gives the words that it adds to the answer."""
        match event:
            case TextDelta(text):
                return self._words(text if self._trim is None else self._trim.feed(text))
            case RouteChosen():
                self._asked = event
            case ReasoningDelta(text):
                self.writer.reasoning(text)
            case HandedOver(anew=True):
                return self._start_again(event)
            case HandedOver(mid_answer=True):
                self.writer.seam(seam_of(event))
            case HandedOver():
                self.writer.standin(seam_of(event))
            case CitationFound() | ModelLoading() | ToolCallDelta() | UsageReported() | Finished():
                pass
        return ""

    def begin_with(self, stored: StoredMessage) -> None:
        """Begin with the text of an earlier version, which the next words carry on.

        What they repeat of it is left out.
        """
        length = 0
        for segment in stored.segments:
            for seam in stored.seams:
                if seam.get("at") == length and length:
                    self.writer.seam({name: seam[name] for name in seam if name != "at"})
            self.writer.segment(segment.provider, segment.provider_name, segment.model)
            self._words(segment.text)
            length += len(segment.text)
        self.writer.seam({"case": CONTINUED})
        self._before = answer_of(stored)
        self._trim = Seam(self._before)

    def rest(self) -> str:
        """Write what was held back while it might have been a repetition; gives those words."""
        return "" if self._trim is None else self._words(self._trim.close())

    def figures(self) -> JsonObject:
        """Give what is stored beside the text: the trace, and the last provider's figures."""
        attempts = [asdict(attempt) for attempt in self.trail]
        figures: JsonObject = {"trace": {"route": self.route, "attempts": attempts}}
        if self.trail and self.has_words:
            figures |= _figures_of(self.trail[-1])
            cost = _cost_of(self.trail)
            if cost is not None:
                figures["cost"] = cost
                figures["cost_estimated"] = any(attempt.estimated for attempt in self.trail)
        return figures

    async def finish(self, state: EndState, failure: JsonObject | None = None) -> None:
        """End the answer. One that failed after its first words counts as interrupted.

        Raises ``HistoryError`` where that cannot be stored just now; it is tried again then.
        """
        self.rest()
        await self.writer.finish(self.state_of(state), self.figures(), failure=failure)

    def state_of(self, state: EndState) -> EndState:
        """Give the state that is stored for an answer that ended as ``state``."""
        return "interrupted" if state == "failed" and self.has_words else state

    def _words(self, words: str) -> str:
        if words:
            self.has_words = True
            self._begin_segment()
            self.writer.text(words)
        return words

    def _begin_segment(self) -> None:
        """Say who writes, with the first words: one who never speaks leaves nothing behind."""
        event, self._asked = self._asked, None
        if event is not None:
            self.writer.segment(event.provider, event.provider_name, event.model)

    def _start_again(self, event: HandedOver) -> str:
        """End the part that was shown, which is kept; what follows is no part of its sentence."""
        self.writer.text(BLANK_LINE)
        self.writer.seam(seam_of(event))
        self._trim = Seam(self._before) if self._before else None
        return BLANK_LINE


def answer_of(stored: StoredMessage) -> str:
    """Give the text that counts: of an answer that started again, what was written since then."""
    kept, begin, earlier = "", 0, ""
    for seam in stored.seams:
        at = int(seam.get("at", 0))
        part = stored.text[begin:at]
        if seam.get("case") == CONTINUED:
            kept, begin, earlier = kept + (part or earlier), at, ""
        elif seam.get("anew"):
            begin, earlier = at, part.removesuffix(BLANK_LINE) or earlier
    return kept + (stored.text[begin:] or earlier)


def seam_of(event: HandedOver) -> JsonObject:
    """Give what is stored of a change of provider."""
    seam: JsonObject = {"attempt": asdict(event.failed), "pause": event.pause}
    return seam | {"anew": True} if event.anew else seam


def failure_of(error: BaseException) -> JsonObject:
    """Reduce an error to what its words can be composed from again, in any language."""
    match error:
        case AnswerInterrupted():
            return {"case": "broke-off", "reasons": list(error.reasons)}
        case NobodyAnswered() if error.first is not None and error.first.kind in _DECLINED:
            return {"case": "declined", "reasons": list(error.reasons)}
        case NobodyAnswered():
            return {"case": "nobody", "reasons": list(error.reasons)}
        case UnderstudyError():
            return {"case": "unexpected", "reasons": [str(error)]}
        case _:
            return {"case": "unexpected", "reasons": [type(error).__name__]}


def _figures_of(last: Attempt) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "provider": last.provider_name,
        "model": last.model,
        "first_token": last.first_token,
        "duration": last.duration,
    }
    count = last.usage.output_tokens if last.usage is not None else None
    if count is not None:
        figures["output_tokens"] = count
        writing = last.duration - (last.first_token or 0)
        if writing > _SHORTEST_WRITING:
            figures["tokens_per_second"] = count / writing
    return figures


def _cost_of(trail: Sequence[Attempt]) -> float | None:
    """Add up what an answer cost, in USD; not known where that of anybody who wrote is not."""
    costs = [attempt.cost for attempt in trail if attempt.characters or attempt.cost is not None]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if known and len(known) == len(costs) else None

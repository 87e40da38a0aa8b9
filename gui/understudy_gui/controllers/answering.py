"""One answer on its way: the router's events into the journal and into the row on screen."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QTimer

from understudy.events import (
    Finished,
    HandedOver,
    ReasoningDelta,
    RouteChosen,
    TextDelta,
    ToolCallDelta,
    UsageReported,
)
from understudy_gui.controllers import items, trail, wording
from understudy_gui.i18n import tr
from understudy_gui.models.transcript import Meta, Segment, Waiting

if TYPE_CHECKING:
    from collections.abc import Collection

    from understudy.events import StreamEvent
    from understudy.history.journal import AnswerWriter
    from understudy.history.values import EndState
    from understudy.routing.rescue import Seam as Overlap
    from understudy.routing.trace import Attempt
    from understudy_gui.models.transcript import Item

QUIET = 0.8
"""Seconds without a word after which it is said who is waited for."""

TICK = 100
"""Milliseconds between two pictures of the waiting line."""


class Screen(Protocol):
    """Where an answer is shown, if it is: another conversation may be on screen."""

    def grew(self, item: Item, delta: str) -> None:
        """Show more words of the last segment; they are not in the item yet."""

    def changed(self, item: Item) -> None:
        """Show anything else that changed of the item."""


class Answering:
    """Takes the events of one answer.

    The row's last segment is begun with its first words, so that a provider that never speaks
    leaves no trace in the text.
    """

    def __init__(
        self,
        item: Item,
        writer: AnswerWriter,
        screen: Screen,
        local: Collection[str],
    ) -> None:
        self.item = item
        self.writer = writer
        self.trail: list[Attempt] = []
        self.provider: str | None = None
        self._screen = screen
        self._local = local
        self._trim: Overlap | None = None
        self.route = ""
        self._chosen: RouteChosen | None = None
        self._chosen_at = 0.0
        self._next: Segment | None = None
        self._tick = QTimer()
        self._tick.timeout.connect(self._wait)

    def take(self, event: StreamEvent) -> None:
        """Take one event."""
        match event:
            case TextDelta():
                self._words(event.text if self._trim is None else self._trim.feed(event.text))
            case RouteChosen():
                self._ask(event)
            case HandedOver():
                self._hand_over(event)
            case ReasoningDelta():
                self._think(event.text)
            case Finished():
                if self._trim is not None:
                    self._words(self._trim.close())
            case ToolCallDelta() | UsageReported():
                pass

    async def end(self, state: EndState, failure: dict[str, Any] | None = None) -> None:
        """Write the end into the journal and onto the screen.

        Raises ``HistoryError`` where it cannot be stored just now; it is on screen then already.
        """
        self._tick.stop()
        self.item.state = state
        meta = self._figures()
        items.finish(self.item, meta, failure, self.trail, self._local)
        self._retrace()
        self._screen.changed(self.item)
        await self.writer.finish(state, meta, failure=failure)

    def continue_from(self, segments: list[Segment], trim: Overlap) -> None:
        """Begin with the text of an earlier version, which the next words carry on.

        ``trim`` removes what they repeat of it.
        """
        self._trim = trim
        self.item.segments = segments
        self._next = Segment("", "", seam=items.seam_of({"case": items.CONTINUED}, (), (), ""))

    def _ask(self, event: RouteChosen) -> None:
        self._chosen, self._chosen_at = event, time.monotonic()
        self.provider = event.provider
        self.writer.segment(event.provider, event.provider_name, event.model)
        seam = self._next.seam if self._next is not None else None
        if seam is not None and not seam.pause:
            seam = items.seam_of({"case": items.CONTINUED}, (), (), event.provider_name)
        self._next = Segment(event.provider_name, event.model, seam=seam)
        self._tick.start(round(QUIET * 1000))

    def _words(self, delta: str) -> None:
        if not delta:
            return
        self.writer.text(delta)
        if self._next is not None:
            self._begin_segment()
        self._screen.grew(self.item, delta)

    def _begin_segment(self) -> None:
        self._tick.stop()
        segment, self._next = self._next, None
        if segment is None:
            return
        before = self.item.segments[-1].provider if segment.seam and self.item.segments else ""
        figures = (tr("carrying on from {name}", name=before),) if before else ()
        self.item.segments.append(segment)
        self.item.waiting = None
        self.item.meta = Meta(segment.provider, segment.model, figures)
        self._screen.changed(self.item)

    def _hand_over(self, event: HandedOver) -> None:
        stored: dict[str, Any] = {
            "attempt": asdict(event.failed),
            "pause": event.pause,
        }
        if event.mid_answer:
            self.writer.seam(stored)
            name = event.provider_name
            seam = items.seam_of(stored, self.trail, self._local, name, self.route)
            self._next = Segment(event.provider_name, event.model, seam=seam)
            return
        self.writer.standin(stored)
        failed = [each for each in self.trail if each.outcome == "failed"] or [event.failed]
        self.item.standin = wording.stood_in(failed, event.provider_name, self._local)
        self.item.standin_trace = trail.rows(self.trail, self._local)
        self._screen.changed(self.item)

    def _think(self, text: str) -> None:
        self.writer.reasoning(text)
        if self._chosen is not None and self.item.waiting is None and self._next is not None:
            self._tick.stop()
            name = self._chosen.provider_name
            self.item.waiting = Waiting(tr("{name} is thinking", name=name), None, name)
            self._screen.changed(self.item)

    def _wait(self) -> None:
        """Say who is waited for, and how much of the deadline is gone."""
        if self._chosen is None:
            return
        self._tick.setInterval(TICK)
        elapsed = time.monotonic() - self._chosen_at
        name, deadline = self._chosen.provider_name, self._chosen.first_token_within
        elapsed = min(elapsed, deadline)
        text = wording.waiting(name, elapsed, deadline)
        self.item.waiting = Waiting(text, elapsed / deadline if deadline else None, name)
        self._screen.changed(self.item)

    def _figures(self) -> dict[str, Any]:
        """Return what is stored of the answer beside its text."""
        trace = {"route": self.route, "attempts": [asdict(attempt) for attempt in self.trail]}
        meta: dict[str, Any] = {"trace": trace}
        last = self.trail[-1] if self.trail else None
        if last is None or not self.item.segments:
            return meta
        meta |= {"provider": last.provider_name, "model": last.model}
        meta |= {"first_token": last.first_token, "duration": last.duration}
        count = last.usage.output_tokens if last.usage is not None else None
        if count is not None:
            meta["output_tokens"] = count
            writing = last.duration - (last.first_token or 0)
            if writing > 0.05:
                meta["tokens_per_second"] = count / writing
        return meta

    def _retrace(self) -> None:
        """Put the whole trail into the seams, now that it is known."""
        rows = trail.rows(self.trail, self._local)
        title = items.trace_title(self.route)
        for segment in self.item.segments:
            if segment.seam is not None and segment.seam.trace:
                segment.seam = replace(segment.seam, trace=rows, trace_title=title)

"""One answer on its way: the router's events into the journal and into the row on screen."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QTimer

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
from understudy.recording import CONTINUED, AnswerRecorder, seam_of
from understudy_gui.controllers import items, trail, wording
from understudy_gui.i18n import tr
from understudy_gui.models.transcript import Meta, Segment, Waiting

if TYPE_CHECKING:
    from collections.abc import Collection

    from understudy.events import StreamEvent
    from understudy.history.journal import AnswerWriter
    from understudy.history.values import EndState, JsonObject, StoredMessage
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
        self.recorder = AnswerRecorder(writer)
        self.provider: str | None = None
        self._screen = screen
        self._local = local
        self._chosen: RouteChosen | None = None
        self._chosen_at = 0.0
        self._loading: ModelLoading | None = None
        self._next: Segment | None = None
        self._tick = QTimer()
        self._tick.timeout.connect(self._wait)

    def take(self, event: StreamEvent) -> None:
        """Take one event."""
        words = self.recorder.take(event)
        match event:
            case TextDelta():
                self._show(words)
            case RouteChosen():
                self._ask(event)
            case HandedOver():
                self._hand_over(event, words)
            case ReasoningDelta():
                self._think()
            case ModelLoading():
                self._load(event)
            case CitationFound() | ToolCallDelta() | UsageReported() | Finished():
                pass

    async def end(self, state: EndState, failure: JsonObject | None = None) -> None:
        """Write the end into the journal and onto the screen.

        Raises ``HistoryError`` where it cannot be stored just now; it is on screen then already.
        """
        self._show(self.recorder.rest())
        self._tick.stop()
        self.item.state = self.recorder.state_of(state)
        figures, trail = self.recorder.figures(), self.recorder.trail
        items.finish(self.item, figures, failure, trail, self._local)
        self._retrace()
        self._screen.changed(self.item)
        await self.recorder.finish(state, failure)

    def continue_from(self, stored: StoredMessage, segments: list[Segment]) -> None:
        """Begin with an earlier version, shown as ``segments``, which the next words carry on."""
        self.recorder.begin_with(stored)
        self.item.segments = segments
        self._next = Segment("", "", seam=items.seam_of({"case": CONTINUED}, (), (), ""))

    def _ask(self, event: RouteChosen) -> None:
        self._chosen, self._chosen_at, self._loading = event, time.monotonic(), None
        self.provider = event.provider
        seam = self._next.seam if self._next is not None else None
        if seam is not None and not seam.pause:
            seam = items.seam_of({"case": CONTINUED}, (), (), event.provider_name)
        self._next = Segment(event.provider_name, event.model, seam=seam)
        self._tick.start(round(QUIET * 1000))

    def _show(self, words: str) -> None:
        if not words:
            return
        if self._next is not None:
            self._begin_segment()
        self._screen.grew(self.item, words)

    def _begin_segment(self) -> None:
        self._tick.stop()
        segment, self._next = self._next, None
        if segment is None:
            return
        figures = self._comes_after(segment)
        self.item.segments.append(segment)
        self.item.waiting = None
        self.item.meta = Meta(segment.provider, segment.model, figures)
        self._screen.changed(self.item)

    def _comes_after(self, segment: Segment) -> tuple[str, ...]:
        """Say after whom one writes, as long as there are no figures."""
        if segment.seam is None or not self.item.segments:
            return ()
        before = self.item.segments[-1].provider
        if segment.seam.join == "starts-again":
            return (tr("starting again after {name}", name=before),)
        return (tr("carrying on from {name}", name=before),)

    def _hand_over(self, event: HandedOver, words: str) -> None:
        """Prepare the seam, or say who stood in; ``words`` still belong to the part before."""
        name, attempts = event.provider_name, self.recorder.trail
        if words and self.item.segments:
            self._screen.grew(self.item, words)
        if event.mid_answer:
            route = self.recorder.route
            seam = items.seam_of(seam_of(event), attempts, self._local, name, route)
            self._next = Segment(name, event.model, seam=seam)
            return
        failed = [each for each in attempts if each.outcome != "answered"] or [event.failed]
        self.item.standin = wording.stood_in(failed, name, self._local)
        self.item.standin_trace = trail.rows(attempts, self._local)
        self._screen.changed(self.item)

    def _think(self) -> None:
        if self._chosen is not None and self.item.waiting is None and self._next is not None:
            self._tick.stop()
            name = self._chosen.provider_name
            said = tr("{name} is thinking", name=name)
            self.item.waiting = Waiting(said, None, name, said)
            self._screen.changed(self.item)

    def _load(self, event: ModelLoading) -> None:
        """Follow a model that is made ready; once it is, its first word is waited for."""
        self._loading = event
        if event.stage == "ready":
            self._loading, self._chosen_at = None, time.monotonic()
        if self.item.waiting is not None:
            self._wait()

    def _wait(self) -> None:
        """Say who is waited for, and how much of the deadline is gone, or of the model there."""
        if self._chosen is None:
            return
        self._tick.setInterval(TICK)
        name, loading = self._chosen.provider_name, self._loading
        if loading is not None:
            self.item.waiting = _loading(self._chosen.model or name, name, loading.fraction)
        else:
            deadline = self._chosen.first_token_within
            elapsed = min(time.monotonic() - self._chosen_at, deadline)
            text = wording.waiting(name, elapsed, deadline)
            gone = elapsed / deadline if deadline else None
            spoken = tr("Waiting for {name}", name=name)
            self.item.waiting = Waiting(text, gone, name, spoken)
        self._screen.changed(self.item)

    def _retrace(self) -> None:
        """Put the whole trail into the seams, now that it is known."""
        rows = trail.rows(self.recorder.trail, self._local)
        title = items.trace_title(self.recorder.route)
        for segment in self.item.segments:
            if segment.seam is not None and segment.seam.trace:
                segment.seam = replace(segment.seam, trace=rows, trace_title=title)


def _loading(model: str, provider: str, fraction: float | None) -> Waiting:
    """Say how far a model is; aloud only with each quarter of it."""
    quarters = int((fraction or 0.0) * 4) / 4
    spoken = wording.loading(model, quarters or None)
    return Waiting(wording.loading(model, fraction), fraction, provider, spoken)

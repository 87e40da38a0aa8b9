"""Copying text of which a part is not in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from understudy_gui.models.transcript import PAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from understudy_gui.models.transcript import TranscriptModel
    from understudy_gui.transcript.selection import TextSelection
    from understudy_gui.transcript.view import TranscriptView


class Gathering:
    """Reads a selection row by row and asks for the pages that are missing.

    Only texts are kept, so that the model may drop pages again meanwhile. Between two pages the
    window gets its turn. ``done`` gets the whole text, at once where everything is in memory. It
    is never called when another conversation is shown before the last page came.
    """

    def __init__(
        self, view: TranscriptView, selection: TextSelection, done: Callable[[str], None]
    ) -> None:
        self._view = view
        self._model: TranscriptModel = view.model
        self._selection = selection.frozen()
        first, last = self._selection.span
        self._row = first.row
        self._last = last.row
        self._texts: list[str] = []
        self._done = done
        self._ended = False
        self._model.page_arrived.connect(self._take_page)
        self._model.modelReset.connect(self.stop)
        self._go_on()

    def stop(self) -> None:
        """Forget what was gathered."""
        if not self._ended:
            self._ended = True
            self._model.page_arrived.disconnect(self._take_page)
            self._model.modelReset.disconnect(self.stop)

    def _go_on(self) -> None:
        if self._ended:
            return
        while self._row <= min(self._last, self._model.count - 1):
            text = self._selection.text_of(self._row)
            if text is None:
                self._model.want(self._row)
                return
            self._texts.append(text)
            self._row += 1
        self.stop()
        whole = "\n\n".join(text for text in self._texts if text)
        if whole:
            self._done(whole)

    def _take_page(self, start: int, stop: int) -> None:
        """Go on if this is the page that was asked for, behind a row that it does not hold."""
        if start <= self._row < start + PAGE:
            if self._row >= stop:
                self._row = start + PAGE
            QTimer.singleShot(0, self._view, self._go_on)

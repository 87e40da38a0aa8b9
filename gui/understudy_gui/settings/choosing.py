"""Choosing a model's file: with the system's own dialog, or by dropping it onto the page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QStandardPaths, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QFileDialog, QWidget

from understudy_gui.controllers.model_files import ENDING
from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.theme import font
from understudy_gui.widgets import painting

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPaintEvent

    from understudy_gui.theme import ThemeManager


def choose_model_file(parent: QWidget, then: Callable[[str], None], beside: str = "") -> None:
    """Open the dialog, beside a file where one is named; `then` is called with what was chosen."""
    places = QStandardPaths.StandardLocation.DownloadLocation
    folder = str(Path(beside).parent) if beside else QStandardPaths.writableLocation(places)
    dialog = QFileDialog(parent, tr("Choose the file of a model"), folder)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters([tr("Models (*.gguf)"), tr("All files (*)")])
    dialog.fileSelected.connect(then)
    dialog.open()


class DropPlace(QWidget):
    """Lies over a widget and takes a model's file that is dragged onto that; else it is not there.

    Signals: `dropped(path)`.
    """

    dropped = Signal(str)

    def __init__(self, themes: ThemeManager, over: QWidget) -> None:
        super().__init__(over)
        self._themes = themes
        self._over = over
        self.setAcceptDrops(True)
        self.hide()

    def begin(self, event: QDragEnterEvent) -> None:
        """Show where a file can be let go, if it is one."""
        if model_in(event.mimeData()):
            event.acceptProposedAction()
            self.setGeometry(self._over.rect())
            self.raise_()
            self.show()

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if model_in(event.mimeData()):
            event.acceptProposedAction()

    @override
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.hide()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        self.hide()
        path = model_in(event.mimeData())
        if path:
            event.acceptProposedAction()
            self.dropped.emit(path)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painting.begin(QPainter(self))
        theme = self._themes.current
        veil = QColor(theme.surface)
        veil.setAlpha(230)
        painter.fillRect(self.rect(), veil)
        box = QRectF(self.rect()).adjusted(12, 12, -12, -12)
        painting.rounded(painter, box, 8, theme.accent_soft, theme.accent_text, 2)
        said = font("ui")
        said.setWeight(QFont.Weight.Medium)
        text, middle = tr("Drop the model's file here"), Qt.AlignmentFlag.AlignHCenter
        painting.text(painter, box.toRect(), text, said, theme.accent_text, middle)
        painter.end()


def model_in(data: QMimeData) -> str:
    """Return the first model's file of this computer that is dragged, empty for none."""
    paths = (url.toLocalFile() for url in data.urls() if url.isLocalFile())
    return next((path for path in paths if path.lower().endswith(ENDING)), "")

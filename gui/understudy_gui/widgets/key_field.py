"""The field for an API key: masked, revealed for ten seconds, and never in the undo history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from understudy_gui.i18n import tr
from understudy_gui.overriding import override
from understudy_gui.widgets.button import IconButton
from understudy_gui.widgets.field import LineEdit

if TYPE_CHECKING:
    from understudy_gui.theme import ThemeManager

REVEAL_MS: Final = 10_000
SHOWN_AT_END: Final = 4
_DOT: Final = "•"
_DOTS: Final = 20
_LONGEST_PREFIX: Final = 8
_PASTE: Final = 8


def masked(key: str) -> str:
    """Return a key with its kind and its last four characters visible: sk-proj-••••4f2A.

    Of a short key nothing is shown: four characters would be too much of it.
    """
    if len(key) < 3 * SHOWN_AT_END:
        return _DOT * _DOTS if key else ""
    head = key[: -2 * SHOWN_AT_END]
    end = max(head.rfind("-", 0, _LONGEST_PREFIX), head.rfind("_", 0, _LONGEST_PREFIX)) + 1
    return head[:end] + _DOT * _DOTS + key[-SHOWN_AT_END:]


class KeyField(LineEdit):
    """Shows a stored key masked and read-only, or takes a new one.

    Signals: `submitted(text)` when Enter ends the typing of a new key, `abandoned` for Escape,
    `pasted(text)` when a text came from the clipboard.
    """

    submitted = Signal(str)
    abandoned = Signal()
    pasted = Signal(str)

    def __init__(self, themes: ThemeManager, name: str, parent: QWidget | None = None) -> None:
        super().__init__(themes, name, kind="code", parent=parent)
        self._key = ""
        self._editing = False
        self._length = 0
        self._eye = IconButton(themes, "eye", tr("Show the key for ten seconds"), parent=self)
        self._eye.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._eye.clicked.connect(self._toggle)
        self._remask = QTimer(self, singleShot=True, interval=REVEAL_MS)
        self._remask.timeout.connect(self.conceal)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
        )
        self.textEdited.connect(self._notice_paste)
        self.reserve(26)
        self.show_key("")

    @property
    def revealed(self) -> bool:
        """Whether the whole key is legible."""
        return self._remask.isActive()

    @property
    def editing(self) -> bool:
        """Whether a new key is being typed."""
        return self._editing

    def show_key(self, key: str) -> None:
        """Show a stored key, masked; with none, the field takes one."""
        self._key = key
        if not key:
            self._take_new()
            return
        self._editing = False
        self.setReadOnly(True)
        self.conceal()

    def edit(self) -> None:
        """Take a new key; what is stored stays until it is replaced."""
        self._take_new()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def reveal(self) -> None:
        """Make the key legible for ten seconds or until the focus goes elsewhere."""
        self.setEchoMode(QLineEdit.EchoMode.Normal)
        if not self._editing:
            self.setText(self._key)
        self._eye.set_icon("eye-off")
        self._eye.set_name(tr("Hide the key"))
        self._remask.start()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def conceal(self) -> None:
        """Mask the key again."""
        self._remask.stop()
        if self._editing:
            self.setEchoMode(QLineEdit.EchoMode.Password)
        else:
            self.setEchoMode(QLineEdit.EchoMode.Normal)
            self.setText(masked(self._key))
        self._eye.set_icon("eye")
        self._eye.set_name(tr("Show the key for ten seconds"))

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.revealed and event.reason() != Qt.FocusReason.PopupFocusReason:
            self.conceal()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._editing and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.submitted.emit(self.text())
            return
        if self._editing and event.key() == Qt.Key.Key_Escape:
            self.abandoned.emit()
            return
        super().keyPressEvent(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        size: QSize = self._eye.sizeHint()
        top = (self.height() - size.height()) // 2
        self._eye.setGeometry(self.width() - size.width() - 2, top, size.width(), size.height())

    def _take_new(self) -> None:
        self._editing = True
        self._length = 0
        self.setReadOnly(False)
        self.clear()
        self.conceal()

    def _toggle(self) -> None:
        if self.revealed:
            self.conceal()
        else:
            self.reveal()

    def _notice_paste(self, text: str) -> None:
        """Tell a paste by its size: nobody types eight characters at once."""
        grown = len(text) - self._length
        self._length = len(text)
        if self._editing and grown >= _PASTE:
            self.pasted.emit(text)

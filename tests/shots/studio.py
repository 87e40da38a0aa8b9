"""Sets the real window up in each state and takes its picture."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QMouseEvent

from shots import samples
from understudy.paths import Paths
from understudy_gui.app import build, furnish, make_application
from understudy_gui.i18n import tr
from understudy_gui.instance import Instance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from shots.samples import Language, Sample
    from understudy_gui.app import Shell
    from understudy_gui.settings.window import PageName

WINDOW: Final = (1280, 820)
NARROW: Final = (760, 820)
LARGE: Final = 1.5
SETTLE: Final = 60
"""Milliseconds for what is painted a moment later."""

_ON_SCREEN: Final = 3
"""The conversation that the pictures show, as the sidebar counts them."""


class Studio:
    """One window, brought from state to state."""

    def __init__(self, home: Path) -> None:
        self._application = make_application()
        self._paths = Paths.under(home)
        self._shell: Shell | None = None

    def take(self, folder: Path, names: Sequence[str]) -> Iterator[Path]:
        """Take every picture and give its path as it is written."""
        folder.mkdir(parents=True, exist_ok=True)
        for language in ("en", "ko"):
            for ground in ("light", "dark"):
                for name in names:
                    path = folder / f"{name}-{ground}-{language}.png"
                    self._take(name, language, ground, path)
                    yield path

    def _take(self, name: str, language: Language, ground: str, path: Path) -> None:
        look = {"theme": ground, "language": language}
        shell = self._open(name, {**look, "text_scale": LARGE if "large" in name else 1.0})
        if name in _SETTINGS:
            from shots import settings

            look = {**look, "text_scale": LARGE if "large" in name else 1.0}
            settings.take(shell, *_SETTINGS[name], look, path, narrow="narrow" in name)
            return
        shell.window.show()
        shown = _STATES[name](shell, language)
        self._settle()
        shown.grab().save(str(path))

    def _open(self, name: str, look: dict[str, str | float]) -> Shell:
        """Make the window as a start with these settings would."""
        if self._shell is not None:
            self._shell.window.hide()
            self._shell.window.deleteLater()
        self._paths.settings.parent.mkdir(parents=True, exist_ok=True)
        self._paths.settings.write_text(json.dumps({"appearance": look}), encoding="utf-8")
        shell = build(self._application, self._paths, Instance(self._paths.data))
        self._shell = shell
        furnish(shell)
        shell.window.resize(*(NARROW if name.startswith("narrow") else WINDOW))
        return shell

    def _settle(self) -> None:
        waiting = QEventLoop()
        QTimer.singleShot(SETTLE, waiting.quit)
        waiting.exec()


def _show(shell: Shell, language: Language, sample: Sample) -> QWidget:
    """Put a conversation on screen, as the controllers do."""
    window, number = shell.window, _ON_SCREEN
    shell.conversations.show(samples.entries(language), samples.TODAY)
    shell.line_up.show(tr("Everyday"), sample.places)
    shell.transcript.set_items(sample.items)
    for at, (title, _, _) in enumerate(samples.texts.TITLES[language]):
        number = at + 1 if title == sample.title else number
    window.sidebar.list.show_as_open(number if sample.title else None)
    window.pane.header.title.set_text(sample.title or tr("New chat"))
    window.pane.show_empty(empty=not sample.items)
    writing = any(item.state == "streaming" for item in sample.items)
    window.pane.set_writing(writing)
    if writing:
        shell.conversations.set_writing(number, True)
    return window


def _main(shell: Shell, language: Language) -> QWidget:
    shown = _show(shell, language, samples.answered(language))
    text = {"en": "And if I switch to half-caf after lunch?", "ko": "배추를 직접 절이면 소금은?"}
    shell.window.pane.composer.set_text(text[language])
    return shown


def _seam(shell: Shell, language: Language) -> QWidget:
    shown = _show(shell, language, samples.seam(language, streaming=False))
    _click(shell, 1, "trace:0")
    return shown


def _streaming(shell: Shell, language: Language) -> QWidget:
    shown = _show(shell, language, samples.seam(language, streaming=True))
    waits = {"en": "And what is a neap tide?", "ko": "그럼 조금은 뭐야?"}
    shell.window.pane.composer.waiting.show_waiting([waits[language]])
    return shown


def _overlaid(shell: Shell, language: Language) -> QWidget:
    shown = _show(shell, language, samples.answered(language))
    shell.window.toggle_sidebar()
    return shown


def _of(make: Callable[[Language], Sample]) -> Callable[[Shell, Language], QWidget]:
    return lambda shell, language: _show(shell, language, make(language))


def _practice(shell: Shell, language: Language) -> QWidget:
    shown = _show(shell, language, samples.practice())
    title, text = tr("Practice answers"), tr("Add a key, or use a model on this computer.")
    shell.window.pane.banners.say("practice", "info", title, text, [("settings", tr("Add a key"))])
    return shown


def _click(shell: Shell, row: int, action: str) -> None:
    """Press a button of the transcript, if it is on screen."""
    QGuiApplication.processEvents()
    view = shell.window.pane.transcript
    where = QPointF(view.action_rect(row, action).center())
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
        pressed = Qt.MouseButton.LeftButton
        event = QMouseEvent(kind, where, where, pressed, pressed, Qt.KeyboardModifier.NoModifier)
        QGuiApplication.sendEvent(view.viewport(), event)


_STATES: Final[dict[str, Callable[[Shell, Language], QWidget]]] = {
    "main": _main,
    "standin": _of(samples.stood_in),
    "seam": _seam,
    "streaming": _streaming,
    "restart": _of(samples.restarted),
    "loading": _of(samples.loading),
    "error": _of(samples.failed),
    "empty": _of(samples.empty),
    "practice": _practice,
    "narrow": _of(samples.answered),
    "narrow-sidebar": _overlaid,
    "large": _of(samples.answered),
}

_SETTINGS: Final[dict[str, tuple[PageName, str]]] = {
    "settings-providers": ("providers", "openai"),
    "settings-search": ("providers", "searching"),
    "settings-local-model": ("providers", "qwen3-8b"),
    "settings-add": ("providers", "adding"),
    "settings-refused": ("providers", "refusing"),
    "settings-endpoint": ("providers", "own"),
    "settings-routing": ("routing", "Everyday"),
    "settings-narrow": ("providers", "openai"),
    "settings-narrow-local": ("providers", "qwen3-8b"),
    "settings-large": ("providers", "openai"),
    "settings-large-local": ("providers", "qwen3-8b"),
}

NAMES: Final = (*_STATES, *_SETTINGS)

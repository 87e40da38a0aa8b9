"""Banners between the header and the transcript: each tells of one thing, until it is over."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from understudy_gui.theme import scaled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy_gui.theme import ThemeManager
    from understudy_gui.widgets.banner import Banner, Tone

WIDEST = 768


class Banners(QWidget):
    """The banners of the window, by what they are about.

    Signal: ``pressed(about, action)``.
    """

    pressed = Signal(str, str)

    def __init__(self, themes: ThemeManager, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._banners: dict[str, Banner] = {}
        themes.changed.connect(self._restyle)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 12, 24, 12)
        self._column = QVBoxLayout()
        self._column.setSpacing(8)
        row.addStretch(1)
        row.addLayout(self._column, 1000)
        row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()

    def say(
        self,
        about: str,
        tone: Tone,
        title: str,
        text: str = "",
        actions: Sequence[tuple[str, str]] = (),
        *,
        glyph: str = "",
    ) -> None:
        """Tell of something; a banner about the same is replaced."""
        banner = self._banners.get(about)
        if banner is None:
            from understudy_gui.widgets.banner import Banner

            banner = Banner(self._themes)
            banner.setMaximumWidth(scaled(WIDEST))
            banner.pressed.connect(partial(self.pressed.emit, about))
            self._banners[about] = banner
            self._column.addWidget(banner)
        banner.say(tone, title, text, actions, glyph=glyph)
        self.show()

    def take_back(self, about: str) -> None:
        """Remove a banner: what it told of is over."""
        banner = self._banners.pop(about, None)
        if banner is not None:
            self._column.removeWidget(banner)
            banner.hide()
            banner.deleteLater()
        self.setVisible(bool(self._banners))

    def _restyle(self) -> None:
        for banner in self._banners.values():
            banner.setMaximumWidth(scaled(WIDEST))

    def words(self) -> dict[str, str]:
        """Return what is said, by what it is about."""
        return {about: banner.words() for about, banner in self._banners.items()}

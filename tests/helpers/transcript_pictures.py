"""Draws the samples into a folder: python -m helpers.transcript_pictures FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from helpers.transcript_samples import SAMPLES
from understudy_gui import assets, theme
from understudy_gui.i18n import set_language
from understudy_gui.models.transcript import TranscriptModel
from understudy_gui.theme import ThemeManager
from understudy_gui.transcript.view import TranscriptView

WIDTH = 1016
HEIGHT = 760


def draw(folder: Path, name: str, themes: ThemeManager, width: int, suffix: str) -> None:
    model = TranscriptModel()
    view = TranscriptView(model, themes)
    view.resize(width, HEIGHT)
    view.show()
    model.set_items(SAMPLES[name]())
    if name == "tides":
        item = model.item(1)
        assert item is not None
        view.rows.opened(item.key).add(0)
        model.update_row(1)
    for _ in range(3):
        QApplication.processEvents()
    view.grab().save(str(folder / f"{name}{suffix}.png"))
    view.close()


def main() -> None:
    folder = Path(sys.argv[1])
    QApplication(sys.argv)
    assets.load_fonts()
    themes = ThemeManager("light")
    for name in SAMPLES:
        set_language("ko" if name == "kimchi" else "en")
        for choice in ("light", "dark"):
            themes.set_choice(choice)
            draw(folder, name, themes, WIDTH, f"-{choice}")
        themes.set_choice("light")
        draw(folder, name, themes, 456, "-narrow")
    theme.set_text_scale(1.5)
    themes.changed.emit()
    set_language("en")
    draw(folder, "everything", themes, WIDTH, "-large")


if __name__ == "__main__":
    main()

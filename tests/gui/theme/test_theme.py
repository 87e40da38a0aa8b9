from typing import cast

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF, QImage
from pytestqt.qtbot import QtBot

from understudy_gui import assets
from understudy_gui import theme as themes
from understudy_gui.theme import Ground, Kind, ThemeManager, font, line_height, theme, tokens

GROUNDS: tuple[Ground, ...] = ("light", "dark")


def contrast(first: QColor, second: QColor) -> float:
    def luminance(color: QColor) -> float:
        def linear(value: float) -> float:
            return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

        r, g, b = (linear(v) for v in (color.redF(), color.greenF(), color.blueF()))
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ground", GROUNDS)
def test_that_every_colour_token_is_an_attribute(ground: Ground) -> None:
    attributes = set(themes.Theme.__dataclass_fields__) - {"dark", "logo"}
    assert len(attributes) == len(tokens()["color"][ground])


def test_that_alpha_is_read_from_the_end_of_a_token(qapp: object) -> None:
    assert theme("light").shadow.alpha() == 0x2E
    assert theme("light").shadow.name() == "#000000"


@pytest.mark.parametrize("ground", GROUNDS)
def test_that_an_unknown_provider_gets_a_legible_hue_of_its_own(ground: Ground) -> None:
    for number in range(400):
        text, back = theme(ground).provider(f"Endpoint {number}")
        assert contrast(text, back) >= 4.5, number
    assert theme(ground).provider("My box") == theme(ground).provider("My box")


def test_that_monograms_are_the_first_two_letters() -> None:
    assert theme("light").monogram("LM Studio") == "Lm"
    assert theme("light").monogram("my-box") == "My"
    assert theme("light").monogram("…") == "?"


def test_that_choosing_a_theme_is_signalled_once(qapp: object, qtbot: QtBot) -> None:
    manager = ThemeManager("light")
    with qtbot.waitSignal(manager.changed):
        manager.set_choice("dark")
    assert manager.current.dark
    with qtbot.assertNotEmitted(manager.changed):
        manager.set_choice("dark")


def test_that_text_grows_with_the_text_size(qapp: object) -> None:
    manager = ThemeManager("light")
    before = font("body").pixelSize()
    manager.set_text_scale(1.4)
    try:
        assert font("body").pixelSize() == round(before * 1.4)
        assert line_height("body") == round(24 * 1.4)
    finally:
        manager.set_text_scale(1.0)


@pytest.mark.parametrize("kind", ["ui", "ui_strong", "hero", "code"])
def test_that_the_bundled_face_is_the_one_that_draws(qapp: object, kind: str) -> None:
    assets.load_fonts()
    chosen = font(cast(Kind, kind))
    assert QFontInfo(chosen).family() == chosen.families()[0]


def test_that_tabular_figures_are_of_one_width(qapp: object) -> None:
    assets.load_fonts()
    metrics = QFontMetricsF(font("ui", tabular=True))
    assert {metrics.horizontalAdvance(digit) for digit in "0123456789"} == {
        metrics.horizontalAdvance("0")
    }


def test_that_code_is_set_without_ligatures(qapp: object) -> None:
    metrics = QFontMetricsF(font("code"))
    assert metrics.horizontalAdvance("!=") == 2 * metrics.horizontalAdvance("!")


def test_that_an_icon_has_the_colour_and_size_asked_for(qapp: object) -> None:
    color = QColor("#C8372D")
    image: QImage = assets.glyph("plus", color, 20, 2.0).toImage()
    assert image.size() == QSize(40, 40)
    middle = image.pixelColor(20, 20)
    assert middle.name() == color.name().lower()
    assert image.pixelColor(0, 0).alpha() == 0


def test_that_a_missing_icon_is_an_error(qapp: object) -> None:
    with pytest.raises(FileNotFoundError):
        assets.glyph("no-such-icon", QColor("black"))


def test_that_the_programs_icon_has_its_small_sizes(qapp: object) -> None:
    sizes = {size.width() for size in assets.app_icon().availableSizes()}
    assert {16, 24, 32, 48, 256} <= sizes

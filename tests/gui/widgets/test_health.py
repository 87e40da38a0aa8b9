import time

import pytest
from pytestqt.qtbot import QtBot

from understudy_gui.theme import ThemeManager
from understudy_gui.widgets.health import Condition, Health, StatusPill, clock, word
from understudy_gui.widgets.tile import ProviderTile

EVERY: tuple[Health, ...] = (
    "ready",
    "cooling",
    "resting",
    "rejected",
    "no-credit",
    "no-key",
    "off",
    "not-running",
    "unknown",
)


def test_that_every_state_has_a_word_of_its_own() -> None:
    words = {word(Condition(health), 0) for health in EVERY}
    assert len(words) == len(EVERY)


def test_that_a_resting_state_says_how_long_it_still_rests() -> None:
    assert word(Condition("cooling", until=100.0), 58.0) == "Cooling down 0:42"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(42, "0:42"), (41.2, "0:42"), (0, "0:00"), (-5, "0:00"), (60, "1:00"), (3905, "1:05:05")],
)
def test_that_a_remaining_time_is_written_as_a_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_that_the_ring_runs_out_with_the_rest() -> None:
    rest = Condition("cooling", until=100.0, since=0.0)
    assert (rest.left(0.0), rest.left(75.0), rest.left(200.0)) == (1.0, 0.25, 0.0)
    assert Condition("resting").left(5.0) is None


def test_that_every_state_has_a_shape_of_its_own(qtbot: QtBot, themes: ThemeManager) -> None:
    pictures: list[bytes] = []
    for health in ("ready", "cooling", "rejected", "off"):
        tile = ProviderTile(themes, "OpenAI")
        tile.show_condition(Condition(health))
        qtbot.addWidget(tile)
        grey = tile.grab().toImage().convertToFormat(tile.grab().toImage().Format.Format_Mono)
        pictures.append(bytes(grey.constBits()))
    assert len(set(pictures)) == len(pictures)


def test_that_a_pill_reads_out_its_state_and_counts_down(
    qtbot: QtBot, themes: ThemeManager
) -> None:
    pill = StatusPill(themes)
    qtbot.addWidget(pill)
    pill.show_condition(Condition("cooling", until=time.time() + 29.9))
    begun = pill.accessibleName()
    pill.show()
    assert begun == "Cooling down 0:30"
    qtbot.waitUntil(lambda: "Cooling down 0:20" < pill.accessibleName() < begun, timeout=9000)


def test_that_an_unknown_provider_has_a_tile_too(qtbot: QtBot, themes: ThemeManager) -> None:
    tile = ProviderTile(themes, "My box", 40)
    qtbot.addWidget(tile)
    _, ground = themes.current.provider("My box")
    assert tile.grab().toImage().pixelColor(20, 4).rgb() == ground.rgb()
    assert tile.accessibleName() == "My box"

"""A model in a file, used by a person: added in the settings, tested, asked where others fail."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QApplication

from helpers.loopback import closed_port
from helpers.theatre import Theatre, play
from helpers.tiny_model import write_model
from understudy.paths import Paths
from understudy_gui.settings.window import SettingsWindow

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.usefixtures("qapp"), pytest.mark.timeout(120)]

SAYING = "Hello from a file. 안녕하세요!"


def settings_window() -> SettingsWindow:
    (found,) = (each for each in QApplication.topLevelWidgets() if isinstance(each, SettingsWindow))
    return found


def test_that_a_file_that_was_added_answers_where_there_is_no_network(
    home: Path, tmp_path: Path
) -> None:
    write_model(tmp_path / "tiny.gguf", SAYING)

    async def act(theatre: Theatre) -> None:
        assert theatre.session.workplace is not None
        theatre.session.workplace.open_settings("providers")
        page = settings_window().providers
        page.add_file(str(tmp_path / "tiny.gguf"))
        await theatre.until(lambda: page.shown == "tiny")
        page.detail.connection.test.click()
        await theatre.until(lambda: page.detail.connection.said, within=90)
        assert "first token" in page.detail.connection.said
        theatre.shell.window.raise_up()
        await theatre.until(lambda: QApplication.focusWindow() is theatre.window)
        theatre.shell.window.pane.focus_composer()
        await theatre.ask("Are you there?")
        answer = await theatre.answered()
        assert answer.state == "complete"
        assert theatre.rows()[-1] == ("assistant", SAYING)
        assert answer.meta is not None
        assert (answer.meta.provider, answer.meta.model) == ("tiny", "tiny")
        assert not any("$" in figure for figure in answer.meta.items)

    play(home, act)


def test_that_a_file_stands_in_for_a_server_that_is_gone(home: Path, tmp_path: Path) -> None:
    write_model(tmp_path / "tiny.gguf", SAYING)
    gone = f"http://127.0.0.1:{closed_port()}/v1"
    settings = {
        "providers": {
            "first": {"name": "First", "wire": "openai-chat", "base_url": gone, "models": ["m"]},
            "tiny": {"name": "Tiny", "wire": "gguf", "file": str(tmp_path / "tiny.gguf")},
        },
        "routes": [{"name": "Everyday", "entries": [{"provider": "first"}, {"provider": "tiny"}]}],
    }
    path = Paths.under(home).settings
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(settings))

    async def act(theatre: Theatre) -> None:
        await theatre.ask("Are you there?")
        answer = await theatre.answered()
        assert theatre.rows()[-1] == ("assistant", SAYING)
        assert answer.standin == "First could not be reached. Tiny stood in."

    play(home, act)


def test_that_a_file_that_is_gone_is_told_with_what_can_be_done(home: Path, tmp_path: Path) -> None:
    tiny = {"name": "Tiny", "wire": "gguf", "file": str(tmp_path / "gone.gguf")}
    settings = {
        "providers": {"tiny": tiny},
        "routes": [{"name": "Everyday", "entries": [{"provider": "tiny"}]}],
    }
    path = Paths.under(home).settings
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(settings))

    async def act(theatre: Theatre) -> None:
        await theatre.ask("Are you there?")
        answer = await theatre.answered()
        assert answer.failure is not None
        assert answer.failure.text == (
            "Tiny cannot be loaded: its file is not there any more. Your question is kept."
        )
        actions = dict(answer.failure.actions)
        assert actions["fix:tiny"] == "Tiny settings"
        theatre.shell.window.pane.transcript.action.emit(1, "fix:tiny")
        page = settings_window().providers
        await theatre.until(lambda: page.detail.file.box.error)
        assert page.detail.file.box.error == "There is no file gone.gguf."

    play(home, act)

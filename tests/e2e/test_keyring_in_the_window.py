"""The keyring as people meet it in the window: locked, opened, and not there at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keyring
import pytest
from keyring.backends.SecretService import Keyring as SecretService
from keyring.core import init_backend
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from helpers.desk import by_hand
from helpers.lineup import write_lineup
from helpers.loopback import Loopback
from helpers.replies import openai_stream
from helpers.secret_service import KeyringSession, keyring_session
from helpers.theatre import Theatre, play
from understudy_gui.settings.window import SettingsWindow
from understudy_gui.widgets.button import Button

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

pytestmark = [pytest.mark.usefixtures("qapp"), pytest.mark.timeout(90)]
KEY = "sk-0123456789abcdef"
LOCKED = "GNOME Keyring is locked. Keys cannot be read until it is opened."


@pytest.fixture
def locked(monkeypatch: pytest.MonkeyPatch) -> Generator[KeyringSession]:
    """A locked GNOME keyring with the key of ``first`` in it, which this process is on."""
    before = keyring.get_keyring()
    with keyring_session() as session:
        session.start_unlocked()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", session.environ["DBUS_SESSION_BUS_ADDRESS"])
        keyring.set_keyring(SecretService())
        keyring.set_password("Understudy", "first", KEY)
        session.lock()
        yield session
        keyring.set_keyring(before)


@pytest.fixture
def no_bus(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Generator[None]:
    """A session without D-Bus, in which keyring looks for a backend as it does by itself."""
    before = keyring.get_keyring()
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    init_backend()
    yield
    keyring.set_keyring(before)


def unlock_button(theatre: Theatre) -> Button:
    buttons = theatre.shell.window.pane.banners.findChildren(Button)
    return next(each for each in buttons if each.text() == "Unlock" and each.isVisible())


def test_that_a_locked_keyring_is_said_and_once_opened_its_key_is_used(
    home: Path, locked: KeyringSession
) -> None:
    with Loopback(openai_stream("Here I am.")) as server:
        write_lineup(home, server.base_url)

        async def act(theatre: Theatre) -> None:
            banners = theatre.shell.window.pane.banners
            await theatre.until(lambda: banners.words().get("keyring") == LOCKED)
            locked.unlock_from_elsewhere()
            await by_hand(
                lambda: QTest.mouseClick(unlock_button(theatre), Qt.MouseButton.LeftButton)
            )
            await theatre.until(lambda: "keyring" not in banners.words())
            theatre.shell.window.pane.focus_composer()
            await theatre.ask("Anybody?")
            await theatre.answered()
            assert theatre.rows()[-1] == ("assistant", "Here I am.")

        play(home, act)
    (request,) = server.chats
    assert request.headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.usefixtures("no_bus")
def test_that_without_a_bus_a_key_is_said_to_be_kept_only_until_the_end(home: Path) -> None:
    async def act(theatre: Theatre) -> None:
        workplace = theatre.session.workplace
        assert workplace is not None
        workplace.open_settings("providers")
        windows = QApplication.topLevelWidgets()
        page = next(each for each in windows if isinstance(each, SettingsWindow)).providers
        page.add_provider("groq")
        field = page.detail.key.field
        await by_hand(lambda: QTest.keyClicks(field, KEY))
        await by_hand(lambda: QTest.keyClick(field, Qt.Key.Key_Return))
        await theatre.until(field.isReadOnly)
        assert page.detail.key.hint == (
            "Kept only until Understudy is closed. No keyring service "
            "(such as GNOME Keyring or KWallet) runs in this session."
        )

    play(home, act)
    files = [each for each in home.rglob("*") if each.is_file()]
    assert files
    assert not [each for each in files if KEY.encode() in each.read_bytes()]

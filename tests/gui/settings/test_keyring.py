"""The key section over a real GNOME keyring, open and locked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keyring
import pytest
from keyring.backends.SecretService import Keyring as SecretService
from PySide6.QtCore import Qt

from helpers.secret_service import KeyringSession, keyring_session
from understudy_gui.widgets.banner import Banner
from understudy_gui.widgets.button import Button

if TYPE_CHECKING:
    from collections.abc import Generator

    from helpers.desk import Desk

pytestmark = pytest.mark.anyio

KEY = "gsk_0123456789abcdef"


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Generator[KeyringSession]:
    """A keyring on a bus of its own, which this process is then on."""
    before = keyring.get_keyring()
    with keyring_session() as session:
        session.start_unlocked()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", session.environ["DBUS_SESSION_BUS_ADDRESS"])
        keyring.set_keyring(SecretService())
        yield session
        keyring.set_keyring(before)


async def test_that_a_key_goes_into_the_keyring_and_the_page_says_so(
    session: KeyringSession, desk: Desk
) -> None:
    page = desk.window.providers
    page.add_provider("groq")
    await desk.settle()
    await desk.keys(KEY)
    await desk.key(Qt.Key.Key_Return)
    await desk.until(page.detail.key.field.isReadOnly)
    assert session.lookup("groq") == KEY
    assert page.detail.key.hint == "Stored in GNOME Keyring, not in the settings file."
    await desk.click(page.detail.key.remove)
    await desk.until(lambda: not session.lookup("groq"))


async def test_that_a_locked_keyring_is_said_with_a_way_to_open_it(
    session: KeyringSession, desk: Desk
) -> None:
    await desk.workspace.set_key("groq", KEY)
    session.lock()
    desk.controller.servers.forget_all("groq")
    page = desk.window.providers
    page.add_provider("groq")
    banner = page.detail.key.findChild(Banner)
    assert isinstance(banner, Banner)
    await desk.until(banner.isVisible)
    assert banner.words() == ("GNOME Keyring is locked. Keys cannot be read until it is opened.")
    await desk.settle()
    assert [each.text() for each in banner.findChildren(Button)] == ["Unlock"]
    session.unlock_from_elsewhere()
    await desk.click(banner.findChildren(Button)[0])
    await desk.until(lambda: not banner.isVisible())
    assert page.detail.key.hint == "Stored in GNOME Keyring, not in the settings file."

"""Plans carried out, against a keyring that stops when it likes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from understudy.assembly import Workspace
from understudy.errors import KeyStoreError, SettingsError
from understudy.importing.carrying_out import carry_out, closed_keyring, plan_for, read_keys
from understudy.importing.plan import Given, Offer
from understudy.paths import Paths

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

pytestmark = pytest.mark.anyio
GATEWAY = "https://gateway.test/v1"


class InMemory(KeyringBackend):
    """Keeps keys, and is locked once it has been given ``room`` of them."""

    priority: ClassVar[float] = 5  # pyright: ignore[reportIncompatibleVariableOverride] - as keyring's manual tells

    def __init__(self, room: int) -> None:
        self.kept: dict[str, str] = {}
        self.room = room

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        if len(self.kept) >= self.room:
            raise KeyringLocked
        self.kept[username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[username]


@pytest.fixture
def backend() -> Generator[InMemory]:
    """Make the keyring one that holds a single key."""
    before, here = keyring.get_keyring(), InMemory(room=1)
    keyring.set_keyring(here)
    yield here
    keyring.set_keyring(before)


def offer(provider: str) -> Offer:
    return Offer(provider, Given("KEY", f"{provider}-1234567890"), Given("ADDRESS", GATEWAY))


def write_settings(home: Path, text: str) -> None:
    home.mkdir()
    (home / "settings.json").write_text(text, encoding="utf-8")


async def import_all(workspace: Workspace, *offers: Offer) -> None:
    readings = await read_keys(workspace, offers)
    assert closed_keyring(readings) is None
    await carry_out(workspace, plan_for(workspace, offers, readings, replacing=False))


async def test_that_where_the_keyring_stops_whole_providers_are_done_and_no_half(
    backend: InMemory, home: Path
) -> None:
    workspace = Workspace.open(Paths.under(home), {})
    with pytest.raises(KeyStoreError) as caught:
        await import_all(workspace, offer("openai"), offer("groq"), offer("mistral"))
    assert backend.kept == {"openai": "openai-1234567890"}
    assert "The key for Groq could not be kept" in caught.value.happened
    assert caught.value.did == "Kept before it: OpenAI."
    assert "1234567890" not in str(caught.value)
    settings = json.loads((home / "settings.json").read_text(encoding="utf-8"))
    assert settings["providers"] == {"openai": {"base_url": GATEWAY}}


async def test_that_importing_again_does_the_rest(backend: InMemory, home: Path) -> None:
    workspace = Workspace.open(Paths.under(home), {})
    with pytest.raises(KeyStoreError):
        await import_all(workspace, offer("openai"), offer("groq"))
    backend.room = 9
    await import_all(workspace, offer("openai"), offer("groq"))
    assert list(backend.kept) == ["openai", "groq"]
    assert workspace.placed("groq").row.base_url == GATEWAY


async def test_that_a_keyring_that_takes_nothing_leaves_everything_as_it_was(
    backend: InMemory, home: Path
) -> None:
    backend.room = 0
    workspace = Workspace.open(Paths.under(home), {})
    with pytest.raises(KeyStoreError) as caught:
        await import_all(workspace, offer("openai"))
    assert caught.value.did == "Nothing was changed."
    assert not workspace.settings.providers


async def test_that_settings_are_tried_before_a_key_is_kept(backend: InMemory, home: Path) -> None:
    write_settings(home, '{"version": 99}')
    workspace = Workspace.open(Paths.under(home), {})
    with pytest.raises(SettingsError):
        await import_all(workspace, offer("openai"))
    assert backend.kept == {}


async def test_that_what_was_set_for_a_provider_before_stays(backend: InMemory, home: Path) -> None:
    write_settings(home, '{"providers": {"openai": {"models": ["gpt-5.5"], "budget": 5}}}')
    workspace = Workspace.open(Paths.under(home), {})
    await import_all(workspace, offer("openai"))
    assert backend.kept
    given = workspace.settings.providers["openai"]
    assert (given.models, given.budget, given.base_url) == (["gpt-5.5"], 5, GATEWAY)

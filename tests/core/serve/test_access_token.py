"""The token: made once, kept in the keyring, and nobody's key."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, ClassVar

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from helpers.secret_service import KeyringSession, keyring_session
from understudy.errors import KeyStoreError, UsageError
from understudy.keys import OWN_TOKEN, KeyStore
from understudy.serve.access_token import ENTRY, VARIABLE, access_token

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

IN_SESSION = """
import asyncio, json, sys
from understudy.errors import UnderstudyError
from understudy.keys import KeyStore
from understudy.serve.access_token import access_token
async def main():
    keys = KeyStore({}, answer_timeout=10, unlock_timeout=1)
    try:
        token = await access_token(keys, {}, **json.loads(sys.argv[1]))
    except UnderstudyError as error:
        return {"error": type(error).__name__, "says": str(error)}
    return {"value": token.value, "source": token.source, "why": token.state.why}
print(json.dumps(asyncio.run(main())))
"""


@pytest.fixture
def session() -> Generator[KeyringSession]:
    """Run a session bus without a keyring on it yet."""
    with keyring_session() as session:
        yield session


def token_in(session: KeyringSession, **options: bool) -> dict[str, Any]:
    """Ask for the token in a process of that session."""
    told = subprocess.run(
        [sys.executable, "-c", IN_SESSION, json.dumps(options)],
        env={**session.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=True,
        text=True,
        timeout=40,
    )
    return json.loads(told.stdout)


def test_that_it_is_made_once_and_found_again(session: KeyringSession) -> None:
    session.start_unlocked()
    first, second = token_in(session), token_in(session)
    assert first["value"] == second["value"] == session.lookup(ENTRY)
    assert first["source"] == second["source"] == "keyring"
    assert len(first["value"]) > len(OWN_TOKEN) + 40


def test_that_a_new_one_takes_the_old_ones_place(session: KeyringSession) -> None:
    session.start_unlocked()
    first, second = token_in(session), token_in(session, renew=True)
    assert first["value"] != second["value"] == session.lookup(ENTRY)


def test_that_a_locked_keyring_keeps_the_one_that_it_has(session: KeyringSession) -> None:
    session.start_unlocked()
    kept = token_in(session)
    session.lock()
    meanwhile = token_in(session)
    renewed = token_in(session, renew=True)
    session.unlock_from_elsewhere()
    assert meanwhile["source"] == "session"
    assert meanwhile["value"] != kept["value"]
    assert "locked" in meanwhile["why"]
    assert renewed["error"] == "KeyStoreError"
    assert session.lookup(ENTRY) == kept["value"]
    assert token_in(session)["value"] == kept["value"]


def test_that_nobody_at_the_password_is_a_token_for_this_time(session: KeyringSession) -> None:
    session.start_unlocked()
    token_in(session)
    session.lock()
    assert token_in(session, unlock=True)["source"] == "session"


def test_that_without_a_keyring_it_lasts_as_long_as_the_process() -> None:
    keys = KeyStore({})
    token = asyncio.run(access_token(keys, {}))
    assert token.source == "session"
    assert token.value in keys.secrets()
    assert token.value not in repr(token)
    assert asyncio.run(access_token(KeyStore({}), {})).value != token.value


class Locked(KeyringBackend):
    """A keyring that is locked until its password is known."""

    priority: ClassVar[float] = 5  # pyright: ignore[reportIncompatibleVariableOverride] - as keyring's manual tells

    def __init__(self, *, opens: bool) -> None:
        super().__init__()
        self.kept = {ENTRY: "understudy-kept"}
        self._locked = True
        self._opens = opens

    def get_password(self, service: str, username: str) -> str | None:
        if username == "unlock":
            self._locked = not self._opens
        if self._locked:
            raise KeyringLocked
        return self.kept.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[username] = password


@pytest.fixture
def locked() -> Generator[Callable[[bool], Locked]]:
    """Put a locked keyring into this process; it opens for those who ask, or for nobody."""
    before = keyring.get_keyring()

    def put(opens: bool) -> Locked:
        backend = Locked(opens=opens)
        keyring.set_keyring(backend)
        return backend

    yield put
    keyring.set_keyring(before)


@pytest.mark.parametrize(
    ("opens", "unlock", "source"),
    [(True, True, "keyring"), (True, False, "session"), (False, True, "session")],
)
def test_that_a_locked_keyring_is_opened_only_where_that_is_asked_for(
    locked: Callable[[bool], Locked], *, opens: bool, unlock: bool, source: str
) -> None:
    backend = locked(opens)
    token = asyncio.run(access_token(KeyStore({}), {}, unlock=unlock))
    assert token.source == source
    assert (token.value == "understudy-kept") is (source == "keyring")
    assert backend.kept == {ENTRY: "understudy-kept"}


def test_that_a_locked_keyring_refuses_a_new_token(locked: Callable[[bool], Locked]) -> None:
    backend = locked(False)
    with pytest.raises(KeyStoreError, match="still valid"):
        asyncio.run(access_token(KeyStore({}), {}, renew=True))
    assert backend.kept == {ENTRY: "understudy-kept"}


def test_that_the_environment_may_hold_it() -> None:
    environ = {VARIABLE: " my-own-token\n"}
    token = asyncio.run(access_token(KeyStore(environ), environ))
    assert (token.value, token.source) == ("my-own-token", "environment")
    with pytest.raises(KeyStoreError, match=VARIABLE):
        asyncio.run(access_token(KeyStore(environ), environ, renew=True))
    with pytest.raises(UsageError):
        asyncio.run(access_token(KeyStore({}), {VARIABLE: "two words"}))


def test_that_it_is_no_providers_key_wherever_a_client_looks_for_it() -> None:
    keys = KeyStore({"OPENAI_API_KEY": f"{OWN_TOKEN}abc", "OTHER_KEY": "sk-1"})
    assert keys.peek("openai", ("OPENAI_API_KEY",)) is None
    assert keys.peek("openai", ("OPENAI_API_KEY", "OTHER_KEY")) == "sk-1"

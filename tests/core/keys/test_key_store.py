"""Keys in a real GNOME keyring: unlocked, locked, asking, and not there at all."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from helpers.screen import screen
from helpers.secret_service import (
    KeyringSession,
    KeysProcess,
    keyring_session,
    keys_process,
)
from understudy.keys import KeyStore

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


@pytest.fixture
def session() -> Generator[KeyringSession]:
    with keyring_session() as opened:
        yield opened


@pytest.fixture
def bare_environ(tmp_path: Path) -> dict[str, str]:
    """A machine without a session bus."""
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}


def prompts_on(display: str) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if is_prompt(process, display)]


def is_prompt(process: psutil.Process, display: str) -> bool:
    try:
        return process.name() == "gcr-prompter" and process.environ().get("DISPLAY") == display
    except psutil.Error:  # it ended just now
        return False


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_that_a_saved_key_is_in_the_keyring_and_comes_back_in_the_next_process(
    session: KeyringSession,
) -> None:
    session.start_unlocked()
    with keys_process(session.environ) as keys:
        nothing = keys("read", "openai")
        assert (nothing["key"], nothing["source"]) == (None, "none")
        assert nothing["state"]["state"] == "ready"
        assert nothing["state"]["backend_name"] == "GNOME Keyring"
        saved = keys("save", "openai", ' "sk-first"\n')
        assert (saved["key"], saved["source"]) == ("sk-first", "keyring")
        keys("save", "groq", "gsk-other")
    assert session.lookup("openai") == "sk-first"
    assert session.lookup("groq") == "gsk-other", "one entry for each provider"
    with keys_process(session.environ) as keys:
        assert keys("peek", "openai") is None
        assert keys("read", "openai")["key"] == "sk-first"
        assert keys("peek", "openai") == "sk-first"
        keys("save", "openai", "sk-second")
        assert keys("read", "openai")["key"] == "sk-second"
        keys("remove", "openai")
        assert keys("read", "openai")["source"] == "none"
        assert keys("remove", "openai") is None, "what is not there is removed already"
    assert session.lookup("openai") == ""
    assert session.lookup("groq") == "gsk-other"


def test_that_a_key_is_nowhere_on_disk_outside_the_encrypted_keyring(
    session: KeyringSession,
) -> None:
    key = "sk-planted-0123456789"
    session.start_unlocked()
    with keys_process({**session.environ, "UNDERSTUDY_HOME": str(session.folder)}) as keys:
        assert keys("save", "openai", key)["source"] == "keyring"
        keys("read", "openai")
    session.stop_keyring()
    files = [path for path in session.folder.rglob("*") if path.is_file()]
    assert any("keyrings" in path.parts for path in files), "the keyring's own file is among them"
    assert [path for path in files if key.encode() in path.read_bytes()] == []


def test_that_the_keyring_comes_first_then_the_environment(session: KeyringSession) -> None:
    session.start_unlocked()
    environ = {**session.environ, "FIRST": "", "SECOND": " 'sk-env' \n", "THIRD": "sk-third"}
    names = ["FIRST", "SECOND", "THIRD"]
    with keys_process(environ) as keys:
        found = keys("read", "openai", names)
        assert (found["key"], found["source"]) == ("sk-env", "environment")
        assert keys("peek", "openai", names) == "sk-env"
        saved = keys("save", "openai", "sk-ring", names)
        assert (saved["key"], saved["source"]) == ("sk-ring", "keyring")
        keys("remove", "openai")
        assert keys("read", "openai", names)["source"] == "environment"


def test_that_what_is_no_key_in_the_environment_counts_as_none(
    bare_environ: dict[str, str],
) -> None:
    with keys_process({**bare_environ, "BAD": "two words"}) as keys:
        assert keys("read", "openai", ["BAD"])["source"] == "none"


def test_that_without_a_session_bus_keys_hold_for_this_session_only(
    bare_environ: dict[str, str],
) -> None:
    with keys_process(bare_environ) as keys:
        found = keys("read", "openai")
        assert (found["source"], found["state"]["state"]) == ("none", "absent")
        assert "keyring" in found["state"]["why"]
        saved = keys("save", "openai", "sk-here")
        assert (saved["key"], saved["source"]) == ("sk-here", "session")
        assert saved["state"]["state"] == "absent"
        assert keys("read", "openai")["key"] == "sk-here"
        assert keys("unlock")["state"] == "absent"
        keys("remove", "openai")
        assert keys("read", "openai")["source"] == "none"
        keys("save", "openai", "sk-again")
    with keys_process(bare_environ) as keys:
        assert keys("read", "openai")["source"] == "none"
    written = [path for path in Path(bare_environ["HOME"]).rglob("*") if path.is_file()]
    assert written == []


def test_that_a_locked_keyring_is_seen_and_nothing_is_lost(session: KeyringSession) -> None:
    session.start_unlocked()
    with keys_process(session.environ) as keys:
        keys("save", "openai", "sk-kept")
    session.start_locked()
    with keys_process({**session.environ, "ENV_KEY": "sk-env"}) as keys:
        found = keys("read", "openai", ["ENV_KEY"])
        assert (found["key"], found["source"]) == ("sk-env", "environment")
        assert found["state"]["state"] == "locked"
        assert found["state"]["why"] == "GNOME Keyring is locked."
        saved = keys("save", "groq", "gsk-new")
        assert (saved["key"], saved["source"]) == ("gsk-new", "session")
        assert saved["state"]["state"] == "locked"
        refused = keys("remove", "openai")
        assert refused["error"] == "KeyStoreError"
        assert "kept as it was" in refused["says"]
    session.start_unlocked()
    assert session.lookup("openai") == "sk-kept"


def test_that_locking_while_running_keeps_what_was_read_and_unlocking_catches_up(
    session: KeyringSession,
) -> None:
    session.start_unlocked()
    with keys_process(session.environ) as writer:
        writer("save", "mistral", "ms-stored")
    with keys_process(session.environ) as keys:
        keys("save", "openai", "sk-read")
        session.lock()
        still = keys("read", "openai")
        assert (still["key"], still["state"]["state"]) == ("sk-read", "locked")
        assert keys("read", "mistral")["source"] == "none"
        assert keys("save", "groq", "gsk-typed")["source"] == "session"
        assert keys("save", "openai", "sk-newer")["key"] == "sk-newer"
        assert keys("read", "openai")["key"] == "sk-newer", "the one typed last"
        assert keys("unlock")["state"] == "locked", "nobody typed the password"
        session.unlock_from_elsewhere()
        assert keys("unlock")["state"] == "ready"
        assert keys("peek", "mistral") == "ms-stored"
        assert keys("late") == ["mistral"]
        assert keys("read", "groq")["source"] == "keyring"
    assert session.lookup("groq") == "gsk-typed"
    assert session.lookup("openai") == "sk-newer"


def test_that_reading_from_a_keyring_never_used_before_asks_for_nothing() -> None:
    with screen() as display, keyring_session(display) as session:
        session.start_locked()
        with keys_process(session.environ) as keys:
            found = keys("read", "openai")
            assert (found["source"], found["state"]["state"]) == ("none", "ready")
            keys("remove", "openai")
        assert prompts_on(display) == []


def test_that_a_prompt_nobody_answers_holds_up_nothing_and_a_late_answer_is_used() -> None:
    with screen() as display, keyring_session(display) as session:
        session.start_unlocked()
        with keys_process(session.environ, answer_timeout=0.5, unlock_timeout=0.5) as keys:
            keys("save", "openai", "sk-read")
            session.lock()
            saved = keys("save", "groq", "gsk-typed")
            assert (saved["key"], saved["source"]) == ("gsk-typed", "session")
            assert saved["state"]["state"] == "locked"
            assert "waiting for its password" in saved["state"]["why"]
            assert saved["took"] < 1.5
            until(lambda: prompts_on(display))
            after = keys("read", "openai")
            assert (after["key"], after["state"]["state"]) == ("sk-read", "locked")
            assert after["took"] < 0.2, "nobody waits behind a prompt"
            assert keys("remove", "openai")["error"] == "KeyStoreError"
            session.unlock_from_elsewhere()
            for prompt in prompts_on(display):
                prompt.terminate()
            until(lambda: "groq" in keys("late"))
            assert keys("read", "groq")["source"] == "keyring"
        assert session.lookup("groq") == "gsk-typed"


def test_that_the_process_ends_though_a_prompt_is_open() -> None:
    with screen() as display, keyring_session(display) as session:
        session.start_unlocked()
        keys = KeysProcess(session.environ, answer_timeout=0.3)
        keys("save", "openai", "sk-read")
        session.lock()
        keys("save", "openai", "sk-newer")
        until(lambda: prompts_on(display))
        assert keys.close() == 0


def test_that_a_keyring_that_vanishes_is_a_state(session: KeyringSession) -> None:
    session.start_unlocked()
    with keys_process(session.environ) as keys:
        assert keys("save", "openai", "sk-read")["source"] == "keyring"
        session.close()
        gone = keys("read", "openai")
        assert gone["key"] == "sk-read"
        assert gone["state"]["state"] in {"absent", "refused"}
        assert gone["state"]["why"]


@pytest.mark.parametrize("name", ["null", "fail"])
def test_that_a_keyring_switched_off_is_absent(bare_environ: dict[str, str], name: str) -> None:
    environ = {**bare_environ, "PYTHON_KEYRING_BACKEND": f"keyring.backends.{name}.Keyring"}
    with keys_process(environ) as keys:
        assert keys("save", "openai", "sk-here")["state"]["state"] == "absent"


def test_that_any_exception_of_a_backend_is_refused_without_the_key(
    bare_environ: dict[str, str],
) -> None:
    environ = {**bare_environ, "PYTHON_KEYRING_BACKEND": "helpers.odd_keyrings.Raising"}
    with keys_process(environ) as keys:
        found = keys("read", "openai")
        assert found["state"]["state"] == "refused"
        assert "on fire" in found["state"]["why"]
        saved = keys("save", "openai", "sk-secret")
        assert (saved["key"], saved["source"]) == ("sk-secret", "session")
        assert "sk-secret" not in saved["state"]["why"]
        assert keys("remove", "openai")["error"] == "KeyStoreError"
        assert keys("peek", "openai") == "sk-secret"


def test_that_an_empty_answer_takes_nothing_away(bare_environ: dict[str, str]) -> None:
    environ = {**bare_environ, "PYTHON_KEYRING_BACKEND": "helpers.odd_keyrings.EmptyHanded"}
    with keys_process(environ) as keys:
        assert keys("save", "openai", "sk-mine")["source"] == "keyring"
        found = keys("read", "openai")
        assert (found["key"], found["source"]) == ("sk-mine", "keyring")


def test_that_what_is_no_key_is_not_saved(bare_environ: dict[str, str]) -> None:
    with keys_process(bare_environ) as keys:
        refused = keys("save", "openai", "sk-one\nsk-two")
        assert refused["error"] == "UsageError"
        assert "sk-" not in refused["says"]
        assert keys("peek", "openai") is None


def test_that_the_keyring_library_is_loaded_at_the_first_question_only(
    bare_environ: dict[str, str],
) -> None:
    with keys_process(bare_environ) as keys:
        keys("peek", "openai")
        assert keys("modules") == []
        keys("read", "openai")
        assert "keyring" in keys("modules")


def test_that_peeking_needs_no_event_loop() -> None:
    store = KeyStore({"A_KEY": "sk-a"})
    assert store.peek("openai", ("A_KEY",)) == "sk-a"
    assert store.peek("openai") is None

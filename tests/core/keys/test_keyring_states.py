"""Backends and their exceptions, each turned into a state without a key in it."""

from __future__ import annotations

from typing import Any

import pytest
from keyring import errors
from keyring.backends import chainer, fail, null
from keyring.backends.SecretService import Keyring as SecretService
from keyring.backends.Windows import WinVaultKeyring
from secretstorage.exceptions import (
    LockedException,
    PromptDismissedException,
    SecretServiceNotAvailableException,
)

from understudy.keyring_access import Answer, Keyring, state_of, trusted
from understudy.keys import KeyReading, KeyringState


def a_backend(module: str, name: str = "Keyring", priority: float = 5) -> Any:
    return type(name, (), {"__module__": module, "priority": priority})()


def chained(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (errors.KeyringLocked("Failed to unlock the collection!"), "locked"),
        (LockedException("locked"), "locked"),
        (chained(errors.InitError("x"), PromptDismissedException("Prompt dismissed.")), "locked"),
        (errors.NoKeyringError("none"), "absent"),
        (chained(errors.InitError("x"), SecretServiceNotAvailableException("gone")), "absent"),
        (errors.InitError("Failed to create the collection"), "refused"),
        (errors.PasswordSetError("Can't store password on keychain: -25293"), "refused"),
        (errors.PasswordDeleteError("x"), "refused"),
        (errors.KeyringError("x"), "refused"),
        (RuntimeError("x"), "refused"),
        (OSError(), "refused"),
    ],
)
def test_that_every_error_is_a_state_with_a_sentence(error: Exception, state: str) -> None:
    found = state_of(error, "GNOME Keyring")
    assert found.state == state
    assert found.why.endswith(".")


def test_that_every_error_of_keyring_is_among_them() -> None:
    known = {"KeyringError", "PasswordSetError", "PasswordDeleteError", "InitError"}
    known |= {"KeyringLocked", "NoKeyringError"}
    found = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Exception)
    }
    assert found == known


def test_that_a_key_in_an_errors_words_is_never_shown() -> None:
    state = state_of(ValueError("cannot store 'sk-secret' here"), "X", "sk-secret")
    assert "sk-secret" not in state.why
    assert "…" in state.why


@pytest.mark.parametrize(
    "backend",
    [
        fail.Keyring(),
        null.Keyring(),
        a_backend("keyrings.alt.file", "PlaintextKeyring"),
        a_backend("keyrings.alt.file", "EncryptedKeyring"),
        a_backend("somewhere", "MyPlaintextKeyring"),
        a_backend("keyrings.cryptfile.cryptfile", "CryptFileKeyring", 0.5),
    ],
)
def test_that_what_keeps_nothing_or_keeps_it_in_a_file_counts_as_no_keyring(backend: Any) -> None:
    assert trusted(backend) is None


def test_that_of_a_chain_only_a_real_keyring_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    real, plain = SecretService(), a_backend("keyrings.alt.file", "PlaintextKeyring", 10)
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [plain, real])
    assert trusted(chainer.ChainerBackend()) is real
    monkeypatch.setattr(chainer.ChainerBackend, "backends", [plain])
    assert trusted(chainer.ChainerBackend()) is None


def test_that_a_keyring_that_its_user_chose_is_used() -> None:
    vault = a_backend("onepassword_keyring")
    assert trusted(vault) is vault


@pytest.mark.parametrize("length", [1281, 5000])
def test_that_a_key_too_long_for_windows_is_refused_clearly(length: int) -> None:
    keyring = Keyring("Understudy", WinVaultKeyring())
    state = keyring.set("openai", "k" * length).state
    assert state.state == "refused"
    assert state.backend_name == "Windows Credential Manager"
    assert f"at most 1,280 characters, this key has {length:,}" in state.why
    assert "kkk" not in state.why


def test_that_a_key_that_fits_reaches_windows() -> None:
    keyring = Keyring("Understudy", WinVaultKeyring())
    why = keyring.set("openai", "k" * 1280).state.why
    assert "at most" not in why, "here it fails later, for there is no Windows"


def test_that_no_representation_shows_a_key() -> None:
    state = KeyringState("ready")
    assert "sk-1" not in f"{Answer(state, 'sk-1')!r}{KeyReading('sk-1', 'keyring', state)!r}"

"""The operating system's keyring, with every way in which it fails turned into a state.

Everything here blocks, for as long as an unlock prompt is on screen: ``understudy.keys`` calls it
on a thread of its own.
"""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from understudy.phrases import Phrase

if TYPE_CHECKING:
    from collections.abc import Callable

State: TypeAlias = Literal["ready", "locked", "absent", "refused"]

WINDOWS_LIMIT = 1280
"""Characters: Credential Manager holds 2,560 bytes an entry and keyring stores UTF-16."""

_TRUSTED = {
    "keyring.backends.SecretService": "Secret Service",
    "keyring.backends.libsecret": "Secret Service",
    "keyring.backends.kwallet": "KWallet",
    "keyring.backends.Windows": "Windows Credential Manager",
    "keyring.backends.macOS": "macOS Keychain",
}
_NO_KEYRINGS = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")
"""Backends that keep nothing, or keep it in a file that others can read."""

_SECRET_SERVICES = {
    "org.gnome.keyring": "GNOME Keyring",
    "org.keepassxc.KeePassXC.MainWindow": "KeePassXC",
    "org.kde.secretservicecompat": "KWallet",
    "org.kde.kwalletd6": "KWallet",
    "org.kde.kwalletd5": "KWallet",
}


@dataclass(frozen=True, slots=True)
class KeyringState:
    """How the keyring is: ``why`` is a sentence for people, empty while it is ready."""

    state: State
    backend_name: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking the keyring. The key is left out of every representation."""

    state: KeyringState
    key: str | None = field(default=None, repr=False)


class Backend(Protocol):
    """What is used of keyring's backends, whose own methods have no types."""

    name: str
    priority: float

    def get_password(self, service: str, username: str) -> str | None:
        """Read an entry."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Write an entry."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Remove an entry."""
        ...


class Keyring:
    """One service's entries in the keyring, one for each name. No method raises.

    Without a ``backend`` the one that keyring finds on this system is used.
    """

    def __init__(self, service: str, backend: Any = None) -> None:
        self._service = service
        self._backend: Backend | None = backend
        self._name = "" if backend is None else _name_of(backend)

    def get(self, name: str) -> Answer:
        """Read an entry. Never makes the system ask for a password where that can be avoided."""
        return self._tried(lambda backend: self._read(backend, name))

    def set(self, name: str, key: str) -> Answer:
        """Write an entry; the system may ask for its password."""
        return self._tried(lambda backend: self._write(backend, name, key), secret=key)

    def delete(self, name: str) -> Answer:
        """Remove an entry; one that is not there is removed already."""
        return self._tried(lambda backend: self._remove(backend, name))

    def unlock(self) -> Answer:
        """Have the system ask for the keyring's password, if it is locked."""
        return self._tried(lambda backend: _discard(backend.get_password(self._service, "unlock")))

    def _tried(self, work: Callable[[Backend], str | None], secret: str = "") -> Answer:
        try:
            backend = self._find()
            if backend is None:
                return Answer(absent())
            return Answer(KeyringState("ready", self._name), work(backend))
        except Exception as error:  # noqa: BLE001 - a backend may raise anything at all
            return Answer(state_of(error, self._name, secret))

    def _find(self) -> Backend | None:
        if self._backend is None:
            import keyring

            self._backend = trusted(keyring.get_keyring())
            self._name = "" if self._backend is None else _name_of(self._backend)
        return self._backend

    def _read(self, backend: Backend, name: str) -> str | None:
        if type(backend).__module__ == "keyring.backends.SecretService":
            return self._search(name)
        return backend.get_password(self._service, name)

    def _search(self, name: str) -> str | None:
        """Read without unlocking: keyring's own way shows a prompt, even where nothing is kept."""
        import secretstorage

        with closing(secretstorage.dbus_init()) as bus:
            for item in secretstorage.search_items(
                bus, {"service": self._service, "username": name}
            ):
                if item.is_locked():
                    from keyring.errors import KeyringLocked

                    raise KeyringLocked
                return item.get_secret().decode()
        return None

    def _write(self, backend: Backend, name: str, key: str) -> None:
        if type(backend).__module__ == "keyring.backends.Windows" and len(key) > WINDOWS_LIMIT:
            raise too_long(len(key))
        backend.set_password(self._service, name, key)

    def _remove(self, backend: Backend, name: str) -> None:
        """Remove an entry if there is one: to be asked for none shows a prompt."""
        if self._read(backend, name) is not None:
            backend.delete_password(self._service, name)


def too_long(length: int) -> Exception:
    """Say that a key does not fit; Windows itself says "The stub received bad data"."""
    from keyring.errors import PasswordSetError

    return PasswordSetError(
        f"an entry holds at most {WINDOWS_LIMIT:,} characters, this key has {length:,}"
    )


def trusted(backend: Any) -> Backend | None:
    """Give the backend if it is a real keyring; of a chain the first that is."""
    module = type(backend).__module__
    if module == "keyring.backends.chainer":
        chain = (trusted(each) for each in backend.backends)
        return next((each for each in chain if each is not None), None)
    if module.startswith(_NO_KEYRINGS) or "plaintext" in type(backend).__name__.lower():
        return None
    return backend if module in _TRUSTED or backend.priority >= 1 else None


def absent() -> KeyringState:
    """Say that there is no keyring."""
    if sys.platform == "linux":
        why = "No keyring service (such as GNOME Keyring or KWallet) runs in this session."
    else:
        why = "This computer offers no keyring to Understudy."
    return KeyringState("absent", "", why)


def state_of(error: BaseException, name: str = "", secret: str = "") -> KeyringState:
    """Translate what a backend raised, without ever showing ``secret``."""
    from keyring.errors import KeyringLocked, NoKeyringError

    shown = name or Phrase("The keyring")
    causes = list(_causes(error))
    if any(isinstance(each, NoKeyringError) for each in causes):
        return absent()
    names = {type(each).__name__ for each in causes}
    if any(isinstance(each, KeyringLocked) for each in causes) or names & _LOCKED:
        return KeyringState("locked", name, Phrase("{name} is locked.", name=shown))
    if names & _GONE:
        return absent()
    said = str(error) or type(error).__name__
    said = said.replace(secret, "…") if secret else said
    return KeyringState("refused", name, Phrase("{name} refused ({said}).", name=shown, said=said))


_LOCKED = {"LockedException", "PromptDismissedException"}
_GONE = {"SecretServiceNotAvailableException"}


def _causes(error: BaseException | None) -> Any:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _discard(_: str | None) -> None:
    """Forget what was read only to have the keyring unlocked."""


def _name_of(backend: Backend) -> str:
    module = type(backend).__module__
    name = _TRUSTED.get(module) or str(backend.name)
    return _secret_service() or name if module == "keyring.backends.SecretService" else name


def _secret_service() -> str:
    """Ask the session bus who offers the Secret Service; several programs can."""
    from jeepney.bus_messages import message_bus
    from jeepney.io.blocking import open_dbus_connection

    bus: Any
    with closing(open_dbus_connection()) as bus:
        names = bus.send_and_get_reply(message_bus.ListNames()).body[0]
    return next((shown for name, shown in _SECRET_SERVICES.items() if name in names), "")

"""A real GNOME keyring on a session bus of its own, and a process that keeps keys in it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

PACKAGES = {
    "dbus-daemon": "dbus",
    "gnome-keyring-daemon": "gnome-keyring",
    "secret-tool": "libsecret-tools",
    "Xvfb": "xvfb",
}
CHILD = Path(__file__).with_name("keys_child.py")
PASSWORD = "the keyring's own password"


def require(*programs: str) -> None:
    """Fail where a program is missing: a test that is left out would prove nothing."""
    missing = sorted({PACKAGES[name] for name in programs if shutil.which(name) is None})
    if missing:
        pytest.fail(f"This test needs packages that are not installed: {' '.join(missing)}")


_LOCK = """
import contextlib, secretstorage
with contextlib.closing(secretstorage.dbus_init()) as bus:
    secretstorage.get_default_collection(bus).lock()
"""
# What PAM modules and Seahorse use to unlock without a prompt.
_UNLOCK = """
import contextlib, secretstorage, sys
from secretstorage.util import DBusAddressWrapper, format_secret, open_session
with contextlib.closing(secretstorage.dbus_init()) as bus:
    collection = secretstorage.get_default_collection(bus)
    secret = format_secret(open_session(bus), sys.argv[1].encode(), "text/plain")
    DBusAddressWrapper(
        "/org/freedesktop/secrets",
        "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface",
        bus,
    ).call("UnlockWithMasterPassword", "o(oayays)", collection.collection_path, secret)
"""


class KeyringSession:
    """A session bus with folders of its own. ``environ`` is what a program started in it sees."""

    def __init__(self, folder: Path, display: str = "") -> None:
        require("dbus-daemon", "gnome-keyring-daemon", "secret-tool")
        self.folder = folder
        self.environ = {
            "HOME": str(folder),
            "PATH": os.environ["PATH"],
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_RUNTIME_DIR": str(folder / "run"),
            **({"DISPLAY": display} if display else {}),
        }
        (folder / "run").mkdir(mode=0o700)
        self._daemon: subprocess.Popen[bytes] | None = None
        self._bus = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address=1"],
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert self._bus.stdout is not None
        address = self._bus.stdout.readline().decode().strip()
        self.environ["DBUS_SESSION_BUS_ADDRESS"] = address

    def start_unlocked(self) -> None:
        """Run the keyring with its password given."""
        self._start("--unlock", PASSWORD.encode())

    def start_locked(self) -> None:
        """Run the keyring as after a log-in without a password."""
        self._start("--start", b"")

    def lock(self) -> None:
        """Lock the collection that keys are in."""
        subprocess.run([sys.executable, "-c", _LOCK], env=self.environ, check=True, timeout=20)

    def unlock_from_elsewhere(self) -> None:
        """Unlock it as another program would, with its password."""
        subprocess.run(
            [sys.executable, "-c", _UNLOCK, PASSWORD], env=self.environ, check=True, timeout=20
        )

    def lookup(self, provider: str) -> str:
        """Read an entry with a program that is not ours."""
        command = ["secret-tool", "lookup", "service", "Understudy", "username", provider]
        done = subprocess.run(
            command, env=self.environ, capture_output=True, text=True, timeout=20, check=False
        )
        return done.stdout

    def stop_keyring(self) -> None:
        """End the keyring; its file stays."""
        if self._daemon is not None:
            _end(self._daemon)
            self._daemon = None

    def close(self) -> None:
        """End everything that was started on this bus."""
        self.stop_keyring()
        _end(self._bus)
        if self._bus.stdout is not None:
            self._bus.stdout.close()

    def _start(self, how: str, password: bytes) -> None:
        self.stop_keyring()
        self._daemon = subprocess.Popen(
            ["gnome-keyring-daemon", "--foreground", "--components=secrets", how],
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._daemon.stdin is not None
        assert self._daemon.stdout is not None
        with suppress(BrokenPipeError):
            self._daemon.stdin.write(password)
            self._daemon.stdin.close()
        self._daemon.stdout.readline()  # it names its control folder when it is ready


class KeysProcess:
    """A process with a ``KeyStore`` in it, told what to do line by line."""

    def __init__(self, environ: Mapping[str, str], **options: Any) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(CHILD), json.dumps(options)],
            env={**environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, what: str, *arguments: Any) -> Any:
        """Call a method of the store; gives its result as JSON values."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([what, *arguments]) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> int:
        """Let it end by itself; gives its exit code."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        return self._process.wait(timeout=20)


@contextmanager
def keyring_session(display: str = "") -> Generator[KeyringSession]:
    """Open a session bus without a keyring on it yet."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        session = KeyringSession(Path(folder), display)
        try:
            yield session
        finally:
            session.close()


@contextmanager
def keys_process(environ: Mapping[str, str], **options: Any) -> Generator[KeysProcess]:
    """Run a process with a ``KeyStore``; it has to end by itself, without complaint."""
    process = KeysProcess(environ, **options)
    try:
        yield process
    finally:
        code = process.close()
    assert code == 0


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()

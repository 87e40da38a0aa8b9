"""One window for each data folder: a second start raises the first one's window and ends.

A lock file decides who is first, at no cost: QtNetwork (10 ms) is loaded by the first after its
first paint, to listen, and by a second one, to speak.
"""

from __future__ import annotations

import contextlib
import sys
import zlib
from typing import IO, TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtNetwork import QLocalServer, QLocalSocket

PATIENCE = 3000
"""Milliseconds to reach the first one; it may be just starting."""

_RAISE = b"raise\n"


class Instance(QObject):
    """This start's claim to be the only window of ``folder``.

    Signal: ``called`` when another start wants the window raised.
    """

    called = Signal()

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._lock: IO[bytes] | None = None
        self._server: QLocalServer | None = None

    def claim(self) -> bool:
        """Take the lock; false where another window has it. The system frees it at any end."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            file = (self._folder / "window.lock").open("ab")
        except OSError:
            return True  # nothing can be written here: what that means is the history's to say
        if not _lock(file):
            file.close()
            return False
        self._lock = file
        return True

    def listen(self) -> None:
        """Hear other starts from now on."""
        from PySide6.QtNetwork import QLocalServer

        QLocalServer.removeServer(self._name())
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._hear)
        self._server.listen(self._name())

    def call_the_other(self, patience: int = PATIENCE) -> bool:
        """Ask the first window to come to the front; false where it does not answer."""
        from PySide6.QtCore import QDeadlineTimer, QThread
        from PySide6.QtNetwork import QLocalSocket

        deadline = QDeadlineTimer(patience)
        while not deadline.hasExpired():
            socket = QLocalSocket()
            socket.connectToServer(self._name())
            if socket.waitForConnected(200):
                socket.write(_RAISE)
                heard = socket.waitForBytesWritten(1000) and socket.waitForReadyRead(1000)
                socket.disconnectFromServer()
                return heard
            QThread.msleep(50)
        return False

    def release(self) -> None:
        """Let the next start be the first."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _hear(self) -> None:
        socket = self._server.nextPendingConnection() if self._server is not None else None
        if socket is not None:
            socket.readyRead.connect(lambda: self._answer(socket))
            socket.disconnected.connect(socket.deleteLater)
            self._answer(socket)

    def _answer(self, socket: QLocalSocket) -> None:
        if bytes(socket.readAll().data()) == _RAISE:
            socket.write(b"ok\n")
            socket.flush()
            self.called.emit()

    def _name(self) -> str:
        """Name the server after the folder; a path itself may be too long for a socket."""
        return f"understudy-{zlib.crc32(str(self._folder).encode()):08x}"


def _lock(file: IO[bytes]) -> bool:
    """Lock the file for this process, without waiting."""
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False

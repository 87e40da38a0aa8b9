"""Tells a living process from a dead one: each holds a lock that the system lets go at its end."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from filelock import BaseFileLock


class Session:
    """This process's presence at the database: a locked file in ``<database>.sessions``.

    filelock takes longer to load than the database to open, so it is loaded only when needed.
    """

    def __init__(self, database: Path) -> None:
        self.id = os.urandom(16).hex()
        self._folder = database.with_name(f"{database.name}.sessions")
        self._lock: BaseFileLock | None = None

    def begin(self) -> None:
        """Take the lock, before anything is marked as this session's; once is enough."""
        if self._lock is not None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        while self._lock is None or not self._path(self.id).exists():
            # Another process that looked at the file before it was locked took it for a dead one.
            self._lock = self._take(self.id)

    def has_company(self) -> bool:
        """Whether there is any other session, dead or alive: a look at the folder, no more."""
        return bool(self._others())

    def others_dead(self) -> list[str]:
        """Name the sessions that ended without closing, and clear their locks away."""
        dead = [name for name in self._others() if self._is_dead(name)]
        for name in dead:
            self._path(name).unlink(missing_ok=True)
        return dead

    def others_alive(self) -> list[str]:
        """Name the other sessions that are open now."""
        return [name for name in self._others() if not self._is_dead(name)]

    def is_alive(self, name: str) -> bool:
        """Whether the session is open now; one without a lock file has ended."""
        if name == self.id:
            return True
        return self._path(name).exists() and not self._is_dead(name)

    def end(self) -> None:
        """Let go."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None
            self._path(self.id).unlink(missing_ok=True)

    def _others(self) -> list[str]:
        return [path.stem for path in self._folder.glob("*.lock") if path.stem != self.id]

    def _is_dead(self, name: str) -> bool:
        lock = self._take(name)
        if lock is None:
            return False
        lock.release()
        return True

    def _take(self, name: str) -> BaseFileLock | None:
        from filelock import FileLock, Timeout

        lock = FileLock(self._path(name), timeout=0)
        try:
            lock.acquire()
        except Timeout:
            return None
        return lock

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.lock"

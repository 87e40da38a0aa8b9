"""What the router knows from the last time: who rests until when, and what was spent this month."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from understudy.paths import Paths
    from understudy.routing.router import Router


class Remembered:
    """Gives a router its memory and writes each change of it down: it survives a restart."""

    def __init__(self, paths: Paths) -> None:
        self._health = paths.data / "health.json"
        self._spend = paths.data / "spend.json"

    def follow(self, router: Router) -> None:
        """Take up what was known, then keep up with what becomes known."""
        router.restore_health(_read_rows(self._health))
        router.restore_spend(_read_rows(self._spend))
        rests, spend = _Rests(self._health, router), _Spend(self._spend, router)
        router.on_health_change.append(rests.write)
        router.on_attempt.append(lambda _attempt: spend.write())


class _Rests:
    """Writes down who rests, where that has changed."""

    def __init__(self, path: Path, router: Router) -> None:
        self._path = path
        self._router = router
        self._written = router.health_snapshot()

    def write(self) -> None:
        rows = self._router.health_snapshot()
        if rows != self._written:
            self._written = rows
            with suppress(OSError):  # what is lost with it is one refusal more after a restart
                _write_atomically(self._path, json.dumps(rows))


class _Spend:
    """Adds what was spent to what is written: the window and a command may both be at work."""

    def __init__(self, path: Path, router: Router) -> None:
        self._path = path
        self._router = router
        self._counted = _by_key(router.spend_snapshot())

    def write(self) -> None:
        now = _by_key(self._router.spend_snapshot())
        if now == self._counted:
            return
        added = {key: usd - self._counted.get(key, 0.0) for key, usd in now.items()}
        written = _by_key(_read_rows(self._path))
        total = {key: written.get(key, 0.0) + usd for key, usd in added.items()}
        rows = [
            {"month": month, "provider": provider, "usd": usd}
            for (month, provider), usd in total.items()
        ]
        with suppress(OSError):  # what is lost with it is some cents
            _write_atomically(self._path, json.dumps(rows))
        self._router.restore_spend(rows)
        self._counted = _by_key(self._router.spend_snapshot())


def _by_key(rows: Iterable[object]) -> dict[tuple[str, str], float]:
    """Read the rows of ``spend_snapshot``; those that make no sense are left out."""
    found: dict[tuple[str, str], float] = {}
    for row in rows:
        values = cast("dict[str, Any]", row) if isinstance(row, dict) else {}
        with suppress(KeyError, TypeError, ValueError):
            found[str(values["month"]), str(values["provider"])] = float(values["usd"])
    return found


def _read_rows(path: Path) -> list[object]:
    """Read what the last one wrote; whatever is wrong with it, nothing is remembered then."""
    try:
        rows: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    return cast("list[object]", rows) if isinstance(rows, list) else []


def _write_atomically(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)

"""Runs a test with an ordinary user's rights: to root no file is read-only."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

NOBODY = 65534


@contextmanager
def unprivileged_folder() -> Generator[Path]:
    """Make a folder of one's own and be an ordinary user until it is gone again."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with _ordinary_user(folder):
            yield folder
        for below in (folder, *folder.rglob("*")):
            if below.is_dir():
                below.chmod(0o700)


@contextmanager
def _ordinary_user(folder: Path) -> Generator[None]:
    if os.geteuid() != 0:
        yield
        return
    os.chown(folder, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)

"""Runs a test with an ordinary user's rights: to root no file is read-only."""

from __future__ import annotations

import ctypes
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

VERSION_3 = 0x20080522  # of Linux's capget and capset: two sets of 32, linux/capability.h
EFFECTIVE = 0  # then permitted and inheritable
PAST_PERMISSIONS = 1 << 1 | 1 << 2  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH


@contextmanager
def unprivileged_folder() -> Generator[Path]:
    """Make a folder of one's own and be an ordinary user until it is gone again."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with _ordinary_user():
            yield folder
        for below in (folder, *folder.rglob("*")):
            if below.is_dir():
                below.chmod(0o700)


@contextmanager
def _ordinary_user() -> Generator[None]:
    """Give up what lets root read and write anything; threads that are started now do too.

    Not by becoming another user: that one could not read a checkout in root's own folder.
    """
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()
    assert libc.capget(header, sets) == 0
    had = sets[EFFECTIVE]
    sets[EFFECTIVE] = had & ~PAST_PERMISSIONS
    assert libc.capset(header, sets) == 0
    try:
        yield
    finally:
        sets[EFFECTIVE] = had
        assert libc.capset(header, sets) == 0

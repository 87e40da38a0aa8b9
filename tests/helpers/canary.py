"""Looks for a secret wherever a program may have left it, in whatever form."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def forms_of(secret: str) -> tuple[bytes, ...]:
    """List ``secret`` as bytes: plain, UTF-16, percent-encoded, hex, base64 at any offset."""
    plain = secret.encode()
    shifted = (base64.b64encode(b"\0" * shift + plain)[4:-4] for shift in range(3))
    both = (secret.encode("utf-16-le"), secret.encode("utf-16-be"))
    return (plain, *both, quote(secret, safe="").encode(), plain.hex().encode(), *shifted)


def traces_in_files(secret: str, *folders: Path) -> list[Path]:
    """List the files below ``folders`` that hold ``secret`` in any form."""
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return [path for path in files if holds(path.read_bytes(), secret)]


def holds(data: bytes, secret: str) -> bool:
    """Whether ``data`` holds ``secret`` in any form."""
    return any(form in data for form in forms_of(secret))


def traces_in_processes(secret: str, pids: Iterable[int], proc: Path) -> list[str]:
    """List what of these processes' command lines and environments holds ``secret``."""
    places = (proc / str(pid) / name for pid in pids for name in ("cmdline", "environ"))
    return [str(place) for place in places if holds(place.read_bytes(), secret)]

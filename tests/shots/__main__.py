"""``python3 dev.py shots [FOLDER [NAME...]]``: one PNG a state, theme and language."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Take the pictures; returns 2 for wrong usage."""
    arguments = list(sys.argv[1:] if argv is None else argv) or ["shots"]
    os.environ.setdefault("QT_QPA_PLATFORM", "" if _has_display() else "offscreen")
    if not os.environ["QT_QPA_PLATFORM"]:
        del os.environ["QT_QPA_PLATFORM"]
    from shots.studio import NAMES, Studio

    names = arguments[1:] or list(NAMES)
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        sys.stderr.write(f"No such state: {', '.join(unknown)}. There are: {', '.join(NAMES)}.\n")
        return 2
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        for path in Studio(Path(home)).take(Path(arguments[0]), names):
            sys.stdout.write(f"{path}\n")
    return 0


def _has_display() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())

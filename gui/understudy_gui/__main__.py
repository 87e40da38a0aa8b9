"""``python -m understudy_gui``: the window."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

NO_DISPLAY = """\
There is no display to open a window on.
Nothing was started.
Hold the conversation in the terminal with: understudy chat
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window; without a display say so, where Qt itself would abort the process."""
    if not has_display():
        sys.stderr.write(NO_DISPLAY)
        return 1
    from understudy_gui.frugal import begin

    begin()
    from understudy_gui.app import main as open_window

    return open_window(argv)


def has_display() -> bool:
    """Whether this system has a place to show a window."""
    if sys.platform in {"win32", "darwin"} or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())

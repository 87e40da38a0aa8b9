"""A screen that nobody watches: an X server of one's own, gone when it is no longer needed.

python -m helpers.screen COMMAND...   runs COMMAND on such a screen.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

SIZE = "1600x1200x24"


@contextmanager
def screen() -> Generator[str]:
    """Start Xvfb on the first free display and give its name, such as ``:99``."""
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", SIZE, "-nolisten", "tcp"],
        pass_fds=[writer],
        stderr=subprocess.PIPE,
    )
    os.close(writer)
    with os.fdopen(reader) as answer:
        number = answer.readline().strip()
    try:
        if not number:
            raise RuntimeError(f"Xvfb did not start: {server.communicate()[1].decode()}")
        yield f":{number}"
    finally:
        server.terminate()
        server.communicate()


def environment_on(display: str) -> dict[str, str]:
    """Give this process's environment with ``display`` as its only one."""
    kept = {name: value for name, value in os.environ.items() if name != "WAYLAND_DISPLAY"}
    return {**kept, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}


def main(command: list[str]) -> int:
    """Run a command on a screen of its own and return its exit code."""
    with screen() as display:
        return subprocess.run(command, env=environment_on(display), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

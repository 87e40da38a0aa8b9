"""The entry point: a sub-command, or with none the window.

What the fastest answers need (``--version``) is done before anything else is imported.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

INSTALL_THE_WINDOW = """\
The window's part of Understudy is not installed ({missing} is missing).
Nothing was started.
Install it with: pip install "understudy[desktop]"
Without it the command line works: understudy ask "..." or understudy chat
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run Understudy with ``argv`` (the process's own by default) and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments in (["--version"], ["-V"]):
        from understudy._version import __version__

        sys.stdout.write(f"understudy {__version__}\n")
        return 0
    if arguments == ["--local-model-child"]:  # how the frozen program starts the model's process
        from understudy.local_model.child import run as be_the_model

        be_the_model()
    if arguments and arguments != ["--self-check"]:
        from understudy.cli.main import run

        return run(arguments)
    return _open_window(arguments)


def _open_window(arguments: Sequence[str]) -> int:
    """Open the window, or say what it lacks. The only place below the window that knows of it."""
    from importlib.util import find_spec

    for module in ("PySide6", "qasync", "understudy_gui"):
        if find_spec(module) is None:
            sys.stderr.write(INSTALL_THE_WINDOW.format(missing=module))
            return 1
    from understudy_gui.__main__ import main as open_window

    return open_window(arguments)


if __name__ == "__main__":
    sys.exit(main())

"""Icons, fonts, themes and translations, read with importlib.resources.

`read` is the one door: paths are written with "/" and are relative to this package, so that the
files are found in a source tree, in a wheel and in a frozen program alike.
"""

from importlib.resources import files

__all__ = ["read", "read_text"]

_ROOT = files(__name__)


def read(path: str) -> bytes:
    """Return the bytes of one bundled file. Raises FileNotFoundError."""
    return _ROOT.joinpath(path).read_bytes()


def read_text(path: str) -> str:
    """Return the text of one bundled file (UTF-8). Raises FileNotFoundError."""
    return read(path).decode("utf-8")

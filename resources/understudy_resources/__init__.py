"""Icons, fonts, themes and translations.

``read`` is the one door: paths are written with "/" and are relative to this package. It asks the
loader that brought this module, so that the files are found in a source tree, in a wheel, in a zip
and in a frozen program alike. importlib.resources does the same at a cost of 3 ms before the first
paint.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:

    class Loader(Protocol):
        """What every loader of files can do."""

        def get_data(self, path: str) -> bytes:
            """Return the bytes of a file; raises OSError."""
            ...


__all__ = ["read", "read_text"]

_FOLDER = Path(__file__).parent


def read(path: str) -> bytes:
    """Return the bytes of one bundled file. Raises FileNotFoundError."""
    loader = cast("Loader", __loader__)
    return loader.get_data(str(_FOLDER / path))


def read_text(path: str) -> str:
    """Return the text of one bundled file (UTF-8). Raises FileNotFoundError."""
    return read(path).decode("utf-8")

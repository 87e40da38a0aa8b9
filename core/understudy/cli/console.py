"""What a command says, and where: results to standard output, everything else to standard error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO
from unicodedata import east_asian_width

from understudy.errors import NobodyAnswered, ProviderError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from understudy.errors import UnderstudyError
    from understudy.notices import Notice


class Console:
    """The two streams of a process. With ``json`` results are objects, one a line."""

    def __init__(self, out: TextIO, err: TextIO, *, json: bool = False) -> None:
        self.json = json
        self.is_terminal = out.isatty() and err.isatty()
        self._out = out
        self._err = err
        _take_any_text(out, encoding="utf-8" if json else None)
        _take_any_text(err)

    def write(self, text: str) -> None:
        """Print a piece of an answer as it is, at once."""
        self._out.write(text)
        self._out.flush()

    def line(self, text: str = "") -> None:
        """Print one line of a result."""
        self._out.write(f"{text}\n")

    def object(self, value: dict[str, Any]) -> None:
        """Print one JSON object on a line of its own, at once."""
        import json

        self.write(f"{json.dumps(value, ensure_ascii=False)}\n")

    def table(self, rows: Iterable[Sequence[str]], *, indent: str = "  ") -> None:
        """Print rows in columns that are as wide as their widest cell."""
        lines = [tuple(row) for row in rows]
        widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
        for row in lines:
            cells = (
                cell + " " * (wide - _width(cell)) for cell, wide in zip(row, widths, strict=True)
            )
            self.line(f"{indent}{'  '.join(cells).rstrip()}")

    def note(self, text: str) -> None:
        """Tell the person something that is no result, on standard error."""
        self._out.flush()
        self._err.write(f"{text}\n")
        self._err.flush()

    def error(self, error: UnderstudyError) -> None:
        """Say why a command could not do its job; with ``json`` as an object too."""
        if self.json:
            self.object({"type": "failed", "error": describe(error)})
        self.tell(error)

    def tell(self, error: UnderstudyError | Notice) -> None:
        """Say on standard error what happened, what was done and what one can do, a line each."""
        self.note("\n".join(filter(None, (error.happened, error.did, error.can_do))))


def describe(error: UnderstudyError) -> dict[str, Any]:
    """Turn an error into plain JSON values."""
    said: dict[str, Any] = {
        "type": type(error).__name__,
        "happened": error.happened,
        "did": error.did,
        "can_do": error.can_do,
    }
    if isinstance(error, ProviderError):
        said |= {"kind": error.kind, "status": error.status, "code": error.code}
    if isinstance(error, NobodyAnswered):
        said |= {"reasons": error.reasons, "trace": error.trace.as_json()}
    return said


def _width(text: str) -> int:
    """Terminal columns: Korean, Japanese and Chinese characters take two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _take_any_text(stream: TextIO, encoding: str | None = None) -> None:
    """Show a stand-in for a character that the console cannot show, in place of ending."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding=encoding, errors="replace")

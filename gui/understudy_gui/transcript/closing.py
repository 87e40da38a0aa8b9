"""Text that is still arriving as it will look: emphasis, code and links that are open are closed.

Only marks that opened on the last line count, and only for the picture: at the end of the line, or
of the text, what was never closed stands there as it was written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from understudy_gui.transcript.markdown import parse_inline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

_CLOSES: Final = frozenset(
    {
        "paragraph_close",
        "heading_close",
        "list_item_close",
        "bullet_list_close",
        "ordered_list_close",
        "blockquote_close",
    }
)
_MARK: Final = re.compile(r"\\.|`+|\*+|~~|\]\(", re.DOTALL)
_LINK: Final = re.compile(r"<?([^\s<>]*)")
_BEFORE_OPENING: Final = re.compile(r"[A-Za-z0-9]$")
_LONGEST: Final = 3


def close_last_marks(tokens: Sequence[Token], source: str, environment: dict[str, Any]) -> None:
    """Close what is open at the end of ``source``, in the children of its last inline token."""
    if not tokens or source.endswith("\n"):
        return
    last = next((token for token in reversed(tokens) if token.type not in _CLOSES), None)
    if last is None or last.type != "inline":
        return
    closed = with_marks_closed(last.content)
    if closed != last.content:
        last.children = parse_inline(closed, environment)


def with_marks_closed(text: str) -> str:
    """Return ``text`` with the marks closed that its last line has opened.

    A mark behind which nothing stands yet is left out.
    """
    line = text.rfind("\n") + 1
    opened: list[tuple[int, str]] = []
    at = 0
    while (match := _MARK.search(text, at)) is not None:
        mark, at = match[0], match.end()
        if mark[0] == "`":
            stop = _end_of_code(text, at, mark)
            if stop is None and match.start() >= line:
                return _closed(_with_code_closed(text, match.start(), mark), opened, line)
            at = stop or at
        elif mark == "](":
            stop = _end_of_link(text, at)
            if stop is None and match.start() >= line and "[" in text[line : match.start()]:
                return _closed(_with_link_closed(text, at), opened, line)
        elif mark[0] != "\\":
            _take_emphasis(text, match.start(), mark, opened)
    return _closed(text, opened, line)


def _end_of_code(text: str, start: int, mark: str) -> int | None:
    match = re.compile(f"(?<!`){mark}(?!`)").search(text, start)
    return match.end() if match is not None else None


def _with_code_closed(text: str, start: int, mark: str) -> str:
    code = text[start + len(mark) :].rstrip("`")
    return f"{text[:start]}{mark}{code}{mark}" if code.strip() else text[:start]


def _end_of_link(text: str, start: int) -> int | None:
    depth = 0
    for at in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if depth < 0:
            return at + 1
    return None


def _with_link_closed(text: str, start: int) -> str:
    match = _LINK.match(text, start)
    return f"{text[:start]}<{match[1] if match is not None else ''}>)"


def _take_emphasis(text: str, start: int, mark: str, opened: list[tuple[int, str]]) -> None:
    """Open or close emphasis; ``opened`` holds where each open mark stands."""
    stop = start + len(mark)
    follows_space = start == 0 or text[start - 1].isspace()
    before_space = stop == len(text) or text[stop].isspace()
    if opened and not follows_space and mark.startswith(opened[-1][1]):
        _, closed = opened.pop()
        if rest := mark[len(closed) :]:
            _take_emphasis(text, start + len(closed), rest, opened)
    elif not before_space and len(mark) <= _LONGEST and _may_open(text, start, mark):
        opened.append((start, mark))


def _may_open(text: str, start: int, mark: str) -> bool:
    """Say whether emphasis may begin here; a lone ``*`` inside a word is rather a product."""
    if mark == "*":
        return start == 0 or not text[start - 1].isalnum()
    return _BEFORE_OPENING.search(text, max(0, start - 1), start) is None


def _closed(text: str, opened: list[tuple[int, str]], line: int) -> str:
    """Close emphasis, innermost first, behind the last letter."""
    bare = text.rstrip("*~") if _ends_within_a_mark(text, opened) else text
    closers = [mark for start, mark in reversed(opened) if line <= start < len(bare)]
    return bare.rstrip() + "".join(closers) if closers else bare


def _ends_within_a_mark(text: str, opened: list[tuple[int, str]]) -> bool:
    """Say whether the marks at the very end are the beginning of an opening or closing one."""
    end = text[len(text.rstrip("*~")) :]
    before = text[: len(text) - len(end)]
    if not end or before.endswith("\\"):
        return False
    if not before or before[-1].isspace():
        return True
    return bool(opened) and opened[-1][0] >= before.rfind("\n") and len(end) < len(opened[-1][1])

"""Top-level blocks that may grow for ever, each with a way to grow that costs its delta alone.

Each has ``block``, the block as it is now, ``take(delta, final)``, which returns None while the
block stays open and otherwise the source that is not its own any more, and ``broken_off()``, which
ends it at a seam and goes on with a new block of the same kind.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from understudy_gui.transcript.closing import close_last_marks, with_marks_closed
from understudy_gui.transcript.markdown import cells_of, inline_of, language_of, parse
from understudy_gui.transcript.values import Code, Inline, Place, Table, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

    from understudy_gui.transcript.values import Align

OPEN_PARAGRAPH: Final = 900
"""Characters of an unfinished paragraph above which its beginning is frozen."""

_LEFT_OPEN: Final = 200
_FENCE: Final = re.compile(r"( {0,3})(`{3,}|~{3,})(.*)")
_UNDECIDED: Final = re.compile(r"[ \t]*(?:[-=*+#>|:`~_ \t]+|\d{1,9}[.)]?[ \t]*)")
_GAP_IN_WORDS: Final = re.compile(r"(?<=\w) (?=\w)")
_MAY_OPEN: Final = re.compile(r"\*+(?=\S)|(?<!\w)_+(?=\S)|~~(?=\S)|`|\[|<(?=[A-Za-z])|\\$")
_BEFORE: Final = "x "


def without_undecided(source: str) -> str:
    """Leave out a last line of which one cannot say yet what it will be: ``-`` or ``1.``."""
    start = source.rfind("\n") + 1
    return source[:start] if _UNDECIDED.fullmatch(source, start) else source


class OpenFence:
    """Code whose fence is not closed yet. Lines are added in place."""

    def __init__(self, first_line: str, place: Place) -> None:
        match = _FENCE.fullmatch(first_line)
        if match is None:
            raise ValueError("This line opens no fence.")
        self._indent = len(match[1])
        mark = re.escape(match[2][0])
        self._closing = re.compile(rf" {{0,3}}{mark}{{{len(match[2])},}}[ \t]*")
        self._may_close = re.compile(rf" {{0,3}}{mark}*[ \t]*")
        self._line = ""
        self._shown_above = 0
        self._partial = False
        self.block = Code(language_of(match[3]), [], place)

    def take(self, delta: str, *, final: bool) -> str | None:
        """Add whole lines, and the last one as far as it has come."""
        *complete, last = (self._line + delta).split("\n")
        self._retract()
        for number, line in enumerate(complete):
            if self._closing.fullmatch(line):
                return "\n".join([*complete[number + 1 :], last])
            self._append(line)
        self._line = last
        if final and self._closing.fullmatch(last):
            return ""
        if last and (final or not self._may_close.fullmatch(last)):
            self._show_partial(last)
        return None

    def broken_off(self) -> Code:
        """Open the fence again behind a seam."""
        glue = "" if self._partial or not self.block.lines else "\n"
        if self._partial:
            self._shown_above = len(self._without_indent(self._line))
            self._partial = False
        self.block = Code(self.block.language, [], self.block.place, glue)
        return self.block

    @property
    def is_empty(self) -> bool:
        """Nothing stands in the block."""
        return not self.block.lines

    def _retract(self) -> None:
        if self._partial:
            self.block.lines.pop()
            self._partial = False

    def _append(self, line: str) -> None:
        rest = self._without_indent(line)[self._shown_above :]
        if self._shown_above and not rest:
            self.block = replace(self.block, glue="\n")
        else:
            self.block.lines.append(rest)
        self._shown_above = 0

    def _show_partial(self, line: str) -> None:
        rest = self._without_indent(line)[self._shown_above :]
        if rest:
            self.block.lines.append(rest)
            self._partial = True

    def _without_indent(self, line: str) -> str:
        """Take the fence's own indent from a line; a tab that reaches further leaves spaces."""
        column = at = 0
        while column < self._indent and at < len(line) and line[at] in " \t":
            column += 1 if line[at] == " " else 4 - column % 4
            at += 1
        return " " * max(0, column - self._indent) + line[at:]


class OpenTable:
    """A table below which more rows may come. Rows are added in place."""

    def __init__(self, head: str, place: Place, references: dict[str, Any]) -> None:
        self._head = head
        self._references = references
        self._line = ""
        self._above: tuple[Inline, ...] | None = None
        self._partial = False
        aligns, rows = self._cells(head)
        self.block = Table(aligns, rows[0], [], place)

    def take(self, delta: str, *, final: bool) -> str | None:
        """Add whole rows, and the last one as far as it has come."""
        *complete, last = (self._line + delta).split("\n")
        self._retract()
        for number, line in enumerate(complete):
            if not self._append(line):
                return "\n".join([*complete[number:], last])
        self._line = last
        if final:
            return None if not last or self._append(last) else last
        if last.strip() and without_undecided(last):
            self._partial = self._append(with_marks_closed(last), partial=True)
        return None

    def broken_off(self) -> Table:
        """Open the table again behind a seam; a row that was broken goes on in its cell."""
        glue = "\n"
        if self._partial:
            shown = _without_empty_end(self.block.rows.pop())
            self._above = shown
            self.block.rows.append(shown)
            glue = ""
        self._partial = False
        self.block = Table(self.block.aligns, self.block.head, [], self.block.place, glue)
        return self.block

    @property
    def is_empty(self) -> bool:
        """No row stands in the block; a head does, unless it is repeated behind a seam."""
        return not self.block.rows and self.block.glue is not None

    def _retract(self) -> None:
        if self._partial:
            self.block.rows.pop()
            self._partial = False

    def _append(self, line: str, *, partial: bool = False) -> bool:
        """Add the row in ``line``; False if the line is no row of this table."""
        rows = self._cells(f"{self._head}\n{line}\n")[1]
        if len(rows) != 2:
            return False
        row, lead = rows[1], 0
        if self._above is not None:
            lead, row = _rest_of_row(self._above, row)
            if not partial:
                self._above = None
            if not any(cell.text for cell in row):
                self.block = replace(self.block, glue="\n")
                return not partial
        self.block = replace(self.block, lead=lead) if lead else self.block
        self.block.rows.append(row)
        return True

    def _cells(self, source: str) -> tuple[tuple[Align, ...], list[tuple[Inline, ...]]]:
        tokens = parse(source, {"references": dict(self._references)})
        if not tokens or tokens[0].type != "table_open" or tokens[-1].type != "table_close":
            return (), []
        return cells_of(tokens)


def _without_empty_end(row: tuple[Inline, ...]) -> tuple[Inline, ...]:
    end = len(row)
    while end and not row[end - 1].text:
        end -= 1
    return row[:end]


def _rest_of_row(
    shown: tuple[Inline, ...], row: tuple[Inline, ...]
) -> tuple[int, tuple[Inline, ...]]:
    """Return how many cells stand above the seam, and the row with what is not shown there."""
    lead = max(0, len(shown) - 1)
    if lead >= len(row):
        return 0, ()
    broken = row[lead]
    if shown and broken.text.startswith(shown[lead].text):
        broken = broken.split(shown[lead].units)[1]
    return lead, (*(Inline() for _ in range(lead)), broken, *row[lead + 1 :])


class OpenParagraph:
    """A long paragraph. Its beginning is frozen at a gap between words where nothing is open.

    Should something have been open all the same, the end of the paragraph mends it: the whole
    source goes back to be parsed at once.
    """

    def __init__(self, source: str, place: Place, references: dict[str, Any]) -> None:
        self._references = references
        self._place = place
        self._source: list[str] = [source]
        self._done = Inline()
        self._rest = source
        self._try_at = OPEN_PARAGRAPH
        self.block = Text("p", Inline(), place)
        self.take("", final=False)

    def take(self, delta: str, *, final: bool) -> str | None:
        """Parse the end that is not frozen. The end of the paragraph gives its source back."""
        if delta:
            self._source.append(delta)
            self._rest += delta
        children = self._only_paragraph(
            without_undecided(self._before() + self._rest), growing=True
        )
        if final or children is None:
            return "".join(self._source)
        end = self._without_before(inline_of(children))
        self.block = replace(self.block, inline=self._done.joined(end))
        if len(self._rest) > self._try_at:
            self._freeze()
        return None

    def _before(self) -> str:
        """Stand in for what is frozen, so that the rest does not look like the start of a block."""
        return _BEFORE if self._done.units else ""

    def _without_before(self, inline: Inline) -> Inline:
        return inline.split(len(_BEFORE))[1] if self._done.units else inline

    def _only_paragraph(self, source: str, *, growing: bool = False) -> Sequence[Token] | None:
        environment = {"references": dict(self._references)}
        tokens = parse(source, environment)
        if len(tokens) != 3 or tokens[0].type != "paragraph_open":
            return None
        if growing:
            close_last_marks(tokens, source, environment)
        return tokens[1].children or ()

    def _freeze(self) -> None:
        """Freeze the beginning at the last fitting gap, at any gap when there is none for long."""
        stop = len(self._rest) - _LEFT_OPEN
        gaps = [gap.start() for gap in _GAP_IN_WORDS.finditer(self._rest, 0, stop)]
        forced = len(self._rest) > 4 * OPEN_PARAGRAPH
        for gap in gaps[:-4:-1]:
            children = self._only_paragraph(self._before() + self._rest[:gap])
            if children is not None and (forced or _is_neutral(children)):
                begun = self._without_before(inline_of(children))
                self._done = self._done.joined(begun).joined(Inline(" ", (), 1))
                self._rest = self._rest[gap + 1 :]
                self._try_at = OPEN_PARAGRAPH
                return
        self._try_at = len(self._rest) + OPEN_PARAGRAPH


def _is_neutral(children: Sequence[Token]) -> bool:
    """Say whether nothing in this text could still be closed by what follows."""
    return not any(token.type == "text" and _MAY_OPEN.search(token.content) for token in children)

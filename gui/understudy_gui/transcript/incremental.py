"""Markdown that is still arriving: parse what is new, not what is there.

Only the source from the start of the last top-level block is parsed again at each delta; everything
before it is frozen. Some kinds of block may grow without end and get a cheaper way each: a fence
and a table take whole lines, a list freezes item by item, a long paragraph freezes its beginning,
and a long quote or item is parsed like a text of its own. At every end of a line, and after
``finish``, the blocks are those of a full parse.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from understudy_gui.transcript.closing import close_last_marks
from understudy_gui.transcript.containers import OPEN_CONTAINER, OpenContainer
from understudy_gui.transcript.growing import (
    OPEN_PARAGRAPH,
    OpenFence,
    OpenParagraph,
    OpenTable,
    without_undecided,
)
from understudy_gui.transcript.markdown import first_number, parse, to_blocks
from understudy_gui.transcript.seams import Mark, split_at_marks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

    from understudy_gui.transcript.values import Block, Place

SETTLED: Final = 200
"""Characters after which an unfinished line will not turn into another kind of block."""

_WORD_STARTS: Final = re.compile(r" {0,3}[^\W\d_]")
_ITEM_STARTS: Final = re.compile(r"[ >]*(?:[-+*]|\d{1,9}[.)]) {1,4}[^\W_]")
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_LISTS: Final = frozenset({"bullet_list_open", "ordered_list_open"})
_ENDS_ITSELF: Final = frozenset({"heading_open", "hr"})


class IncrementalParser:
    """The blocks of a text that grows.

    ``blocks`` may be read at any time. ``seams`` holds, for every ``mark``, the index of the first
    block behind it. ``feed`` and ``finish`` edit both in place and return the index of the first
    block that may have changed. ``references`` are links that are defined already.
    """

    def __init__(self, references: dict[str, Any] | None = None) -> None:
        self.blocks: list[Block] = []
        self.seams: list[int] = []
        self._references: dict[str, Any] = dict(references or {})
        self._source: list[str] = []
        self._mark_sources: list[int] = []
        self._new_sources: list[int] = []
        self._carriage_return = False
        self._begin()

    def _begin(self) -> None:
        self.blocks.clear()
        self.seams.clear()
        self._frozen = 0
        self._settled_seams = 0
        self._marks: list[Mark] = []
        self._tail = ""
        self._number = 0
        self._spaced = False
        self._growing: OpenFence | OpenTable | OpenParagraph | OpenContainer | None = None
        self._stale = False

    def feed(self, delta: str) -> int:
        """Add ``delta``."""
        first, growing = self._frozen, self._growing
        clean = self._clean(delta)
        if clean:
            self._source.append(clean)
            self._consume(clean, final=False)
        if isinstance(growing, OpenContainer) and growing is self._growing and not self._marks:
            first += growing.first
        return self._first_changed(first)

    def mark(self) -> None:
        """Say that the next delta comes from another provider: a seam belongs here."""
        self._mark_sources.append(len(self._source))
        self._mark()

    def begin_anew(self) -> int:
        """Say that the next delta begins another text: nothing that is open goes on in it."""
        first = self._frozen
        self._new_sources.append(len(self._source))
        self._close()
        return self._first_changed(first)

    def finish(self) -> int:
        """Parse what was held back, now that nothing follows."""
        first = self._frozen
        self._consume("", final=True)
        if self._stale:
            first = 0
            self._parse_again()
            self._consume("", final=True)
        return self._first_changed(first)

    def _first_changed(self, first: int) -> int:
        return max(0, min(first, len(self.blocks) - 1))

    def _clean(self, delta: str) -> str:
        """Make line ends uniform, also where a delta ends inside one, and drop half characters."""
        if self._carriage_return and delta:
            delta = "\r" + delta
            self._carriage_return = False
        if delta.endswith("\r"):
            self._carriage_return = True
            delta = delta[:-1]
        if "\r" in delta:
            delta = delta.replace("\r\n", "\n").replace("\r", "\n")
        if not delta.isascii():
            delta = _LONE_SURROGATE.sub("\ufffd", delta)
        return delta.replace("\0", "\ufffd")

    def _parse_again(self) -> None:
        """Parse from the start: a link was defined behind the place that uses it."""
        source = list(self._source)
        marks, closings = set(self._mark_sources), set(self._new_sources)
        self._begin()
        for number in range(len(source) + 1):
            if number in closings:
                self._close()
            if number in marks:
                self._mark()
            if number < len(source):
                self._consume(source[number], final=False)
        self._stale = False

    def _close(self) -> None:
        """End every block that is open; the seam stands behind them."""
        self._consume("", final=True)
        self._frozen = len(self.blocks)
        self.seams.append(self._frozen)
        self._settled_seams = len(self.seams)
        self._marks = []
        self._tail, self._number, self._spaced, self._growing = "", 0, False, None
        self._carriage_return = False

    def _mark(self) -> None:
        if isinstance(self._growing, OpenFence | OpenTable):
            self.blocks.append(self._growing.broken_off())
            self._frozen = len(self.blocks) - 1
            self.seams.append(self._frozen)
            self._settled_seams = len(self.seams)
            return
        raw = self._raw_tail()
        self._marks.append(Mark.after(raw))
        self._show(raw)

    def _raw_tail(self) -> list[Block]:
        """Return the blocks that are not frozen, as they would be without seams."""
        if isinstance(self._growing, OpenContainer):
            return list(self._growing.blocks)
        if self._growing is not None:
            return [self._growing.block]
        source, environment = without_undecided(self._tail), self._environment()
        tokens = parse(source, environment)
        close_last_marks(tokens, source, environment)
        return self._blocks_of(tokens, source.split("\n"))

    def _environment(self) -> dict[str, Any]:
        return {"references": dict(self._references)}

    def _blocks_of(self, tokens: Sequence[Token], lines: Sequence[str]) -> list[Block]:
        return to_blocks(tokens, lines, number=self._number, spaced=self._spaced)

    def _show(self, raw: Sequence[Block]) -> None:
        """Put the blocks that are not frozen behind those that are."""
        blocks, seams = split_at_marks(raw, self._marks)
        self.blocks[self._frozen :] = blocks
        self.seams[self._settled_seams :] = [self._frozen + seam for seam in seams]

    def _freeze(self, raw: Sequence[Block]) -> None:
        """Show blocks that nothing will change any more; seams in and behind them are settled."""
        later = [mark.moved(len(raw)) for mark in self._marks if mark.block >= len(raw)]
        self._marks = [mark for mark in self._marks if mark.block < len(raw)]
        self._show(raw)
        self._frozen = len(self.blocks)
        self._settled_seams = len(self.seams)
        self._marks = later

    def _consume(self, delta: str, *, final: bool) -> None:
        rest: str | None = delta
        while rest is not None:
            if self._growing is None:
                rest = self._consume_tail(rest, final=final)
            elif isinstance(self._growing, OpenParagraph | OpenContainer):
                rest = self._consume_inside(self._growing, rest, final=final)
            else:
                rest = self._consume_lines(self._growing, rest, final=final)

    def _consume_inside(
        self, growing: OpenParagraph | OpenContainer, delta: str, *, final: bool
    ) -> str | None:
        rest = growing.take(delta, final=final)
        if rest is not None:
            self._growing, self._tail = None, ""
        elif isinstance(growing, OpenParagraph):
            self._show([growing.block])
        elif self._marks:
            self._show(growing.blocks)
        else:
            self.blocks[self._frozen + growing.first :] = growing.blocks[growing.first :]
        return rest

    def _consume_lines(
        self, growing: OpenFence | OpenTable, delta: str, *, final: bool
    ) -> str | None:
        rest = growing.take(delta, final=final)
        self.blocks[-1] = growing.block
        if rest is None and not final:
            return None
        if growing.block.glue is not None and growing.is_empty:
            self.blocks.pop()
        self._frozen = len(self.blocks)
        self._growing, self._tail, self._number, self._spaced = None, "", 0, False
        return rest

    def _consume_tail(self, delta: str, *, final: bool) -> str | None:
        self._tail += delta
        source = self._tail if final else without_undecided(self._tail)
        environment = self._environment()
        tokens = parse(source, environment)
        lines = source.split("\n")
        cut = _stable_cut(tokens, lines)
        defines = len(environment["references"]) > len(self._references)
        if cut is not None and cut.line > 0:
            if defines:
                self._define(lines[: cut.line])
            self._cut(cut, tokens, lines)
            return ""
        if final and defines:
            self._define(lines)
        if not final:
            close_last_marks(tokens, source, environment)
        self._show(self._blocks_of(tokens, lines))
        return None if final else self._start_growing(tokens, lines)

    def _define(self, lines: Sequence[str]) -> None:
        """Keep the links that ``lines`` define; what is frozen may have used them before."""
        environment = self._environment()
        parse("\n".join(lines), environment)
        if len(environment["references"]) > len(self._references):
            self._stale = self._stale or self._frozen > 0
            self._references = environment["references"]

    def _cut(self, cut: _Cut, tokens: Sequence[Token], lines: Sequence[str]) -> None:
        before = self._blocks_of(tokens[: cut.token], lines)
        self._freeze(before)
        self._number = cut.number + (self._number - cut.first if self._number and cut.inside else 0)
        self._spaced = not lines[cut.line - 1].strip(" >\t")
        self._tail = "\n".join(self._tail.split("\n")[cut.line :])

    def _start_growing(self, tokens: Sequence[Token], lines: Sequence[str]) -> str | None:
        """Change to the cheap way of growing where the tail is one block of a fitting kind."""
        tops = _tops(tokens)
        if len(tops) != 1 or tops[0] != 0 or tokens[0].map is None or tokens[0].map[0] != 0:
            return None
        place = self.blocks[self._frozen].place if self._frozen < len(self.blocks) else None
        if place is None:
            return None
        match tokens[0].type:
            case "fence" if len(lines) > 1:
                return self._grow(OpenFence(lines[0], place), 1)
            case "table_open" if len(lines) > 2:
                head = "\n".join(lines[:2])
                return self._grow(OpenTable(head, place, self._references), 2)
            case "paragraph_open" if len(self._tail) > OPEN_PARAGRAPH:
                self._growing = OpenParagraph(self._tail, place, self._references)
                self._show([self._growing.block])
            case "blockquote_open" | "bullet_list_open" | "ordered_list_open":
                self._open_container(tokens[0], place)
            case _:
                pass
        return None

    def _open_container(self, token: Token, place: Place) -> None:
        """Parse the inside of a long quote or item alone, if its lines have the usual form."""
        if len(self._tail) <= OPEN_CONTAINER:
            return
        opened = OpenContainer.of(
            self._tail,
            quote=token.type == "blockquote_open",
            place=place,
            make=lambda: IncrementalParser(self._references),
        )
        if opened is not None:
            self._growing = opened
            self._show(opened.blocks)

    def _grow(self, growing: OpenFence | OpenTable, lines: int) -> str:
        """Begin a block that takes lines; a seam in its first ones stands before it."""
        rest = "\n".join(self._tail.split("\n")[lines:])
        self._marks = [Mark(-1) for _ in self._marks]
        self._show([growing.block])
        self._settled_seams = len(self.seams)
        self._marks = []
        self._growing = growing
        return rest


@dataclass(frozen=True, slots=True)
class _Cut:
    """The last top-level block, or item of the last list: its line, token and number."""

    line: int
    token: int
    number: int = 0
    first: int = 0
    inside: bool = False


def _tops(tokens: Sequence[Token]) -> list[int]:
    return [at for at, token in enumerate(tokens) if token.level == 0 and token.nesting >= 0]


def _stable_cut(tokens: Sequence[Token], lines: Sequence[str]) -> _Cut | None:
    """Find the last place before which no further text can change anything."""
    tops = _tops(tokens)
    if not tops:
        return None
    last = tops[-1]
    if tokens[last].type in _LISTS:
        items = [
            at
            for at in range(last, len(tokens))
            if tokens[at].type == "list_item_open" and tokens[at].level == 1
        ]
        if len(items) > 1 and _is_settled(tokens, items[-1], lines):
            first = first_number(tokens[last])
            number = 0 if first is None else first + len(items) - 1
            return _Cut(_line(tokens[items[-1]]), items[-1], number, first or 0, len(tops) == 1)
    if _is_settled(tokens, last, lines) and not _may_be_a_title(tokens, tops, lines):
        return _Cut(_line(tokens[last]), last)
    return None


def _line(token: Token) -> int:
    return token.map[0] if token.map else 0


def _is_settled(tokens: Sequence[Token], at: int, lines: Sequence[str]) -> bool:
    """Say whether the block at ``at`` will begin there, whatever follows."""
    line = _line(tokens[at])
    complete = len(lines) - 1
    if tokens[at].type == "table_open":
        return complete >= line + 2
    if line < complete:
        return True
    if tokens[at].type == "list_item_open":
        return _ITEM_STARTS.match(lines[line]) is not None
    free = line == 0 or not lines[line - 1].strip() or _ends_itself(tokens, at)
    return free and (len(lines[line]) > SETTLED or _WORD_STARTS.match(lines[line]) is not None)


def _ends_itself(tokens: Sequence[Token], at: int) -> bool:
    before = [token for token in tokens[:at] if token.level == 0 and token.nesting >= 0]
    return bool(before) and before[-1].type in _ENDS_ITSELF


def _may_be_a_title(tokens: Sequence[Token], tops: Sequence[int], lines: Sequence[str]) -> bool:
    """Say whether a paragraph stands right below a link's definition: it may be its title."""
    token = tokens[tops[-1]]
    line = _line(token)
    if token.type != "paragraph_open" or line == 0 or not lines[line - 1].strip():
        return False
    end = tokens[tops[-2]].map if len(tops) > 1 else None
    return end is None or end[1] < line

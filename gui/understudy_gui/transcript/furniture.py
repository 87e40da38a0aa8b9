"""The parts of a message that are not its text, and which part shows which block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRect

from understudy_gui.overriding import override
from understudy_gui.transcript.block import BlockPart
from understudy_gui.transcript.code_block import CodeBlock
from understudy_gui.transcript.meta_part import MetaPart
from understudy_gui.transcript.notices import BannerPart, NotePart, WaitingPart
from understudy_gui.transcript.parts import Canvas, Part
from understudy_gui.transcript.seam_parts import SeamPart, StandinPart, TracePart
from understudy_gui.transcript.table_block import TableBlock
from understudy_gui.transcript.text_block import RuleBlock, TextBlock
from understudy_gui.transcript.values import Block, Code, Rule, Table, Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from understudy_gui.models.transcript import Item
    from understudy_gui.transcript.style import Style

STANDIN_TRACE: Final = -1
"""The number of the trace of who was asked before the first word, which stands below the line of
the one who stood in, or below the failure; seams count from 0."""


KINDS: Final[dict[type, type[BlockPart]]] = {
    Text: TextBlock,
    Code: CodeBlock,
    Table: TableBlock,
    Rule: RuleBlock,
}


def part_of(block: Block) -> BlockPart:
    """Make the part that shows a block."""
    match block:
        case Text():
            return TextBlock(block)
        case Code():
            return CodeBlock(block)
        case Table():
            return TableBlock(block)
        case Rule():
            return RuleBlock(block)


class CaretLine(Part):
    """An empty line in which an answer is about to begin."""

    @override
    def lay(self, style: Style, width: int) -> None:
        self.width = width
        self.height = style.body_line

    @override
    def paint(self, canvas: Canvas, x: int, y: int) -> None:
        height = round(self.height * 0.75)
        caret = QRect(x, y + (self.height - height) // 2, 2, height)
        canvas.painter.fillRect(caret, canvas.style.theme.accent_text)


def head_parts(item: Item, opened: Collection[int]) -> Iterator[Part]:
    """Yield what stands above an answer; ``opened`` names the traces that are open."""
    if not item.standin:
        return
    shows_trace = STANDIN_TRACE in opened
    yield StandinPart(item.standin, shows_trace, bool(item.standin_trace))
    if shows_trace and item.standin_trace:
        yield TracePart(item.standin_trace, "", STANDIN_TRACE)


def seam_parts(item: Item, number: int, opened: Collection[int]) -> Iterator[Part]:
    """Yield the seam ``number`` and its trace."""
    seam = item.segments[number + 1].seam
    if seam is None:
        return
    yield SeamPart(seam, number, number in opened)
    if number in opened and seam.trace:
        yield TracePart(seam.trace, seam.trace_title, number)


def end_parts(item: Item, opened: Collection[int]) -> Iterator[Part]:
    """Yield what stands below an answer."""
    if item.waiting is not None:
        yield WaitingPart(item.waiting)
    if item.note:
        yield NotePart(item.note, item.note_actions)
    if item.failure is not None:
        yield BannerPart(item.failure)
    if not item.standin and item.standin_trace and STANDIN_TRACE in opened:
        yield TracePart(item.standin_trace, "", STANDIN_TRACE)
    writing = item.state == "streaming"
    if writing or item.meta is not None or any(len(segment) for segment in item.segments):
        yield MetaPart(item.meta, item.versions, not writing)

"""The empty space between the parts of a message, in pixels of the design."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from understudy_gui.theme import scaled
from understudy_gui.transcript.block import BlockPart
from understudy_gui.transcript.code_block import CodeBlock
from understudy_gui.transcript.meta_part import MetaPart
from understudy_gui.transcript.notices import BannerPart
from understudy_gui.transcript.seam_parts import SeamPart, StandinPart, TracePart
from understudy_gui.transcript.table_block import TableBlock
from understudy_gui.transcript.text_block import RuleBlock, TextBlock

if TYPE_CHECKING:
    from understudy_gui.transcript.parts import Part

PARAGRAPH: Final = 8

_AFTER_LIST: Final = 12
_AFTER_HEADING: Final = 4
_BEFORE_HEADING: Final = 16
_AFTER_WIDE: Final = 12
_BEFORE_TABLE: Final = 4


def gap_between(above: Part | None, below: Part) -> int:
    """Return the space between two parts: the larger of what the two ask for."""
    if above is None:
        return 0
    if isinstance(above, BlockPart) and isinstance(below, BlockPart) and _share_item(above, below):
        return scaled(_inside_list(above, below))
    if isinstance(above, StandinPart) and isinstance(below, BlockPart):
        return scaled(2)
    return scaled(max(_after(above), _before(below)))


def _share_item(above: BlockPart, below: BlockPart) -> bool:
    """Say whether both stand in one list or quote, as far as their places tell."""
    one, other = above.place.path, below.place.path
    if not one or not other or one[0] != other[0]:
        return False
    return one[0] == "list" or below.place.joined > 0


def _inside_list(above: BlockPart, below: BlockPart) -> int:
    plain = isinstance(above, TextBlock) and isinstance(below, TextBlock)
    return PARAGRAPH if below.place.spaced or not plain else 0


def _after(part: Part) -> int:
    match part:
        case TextBlock() if part.is_heading:
            return _AFTER_HEADING
        case TableBlock() | TracePart() | RuleBlock():
            return _AFTER_WIDE
        case BlockPart() if part.place.path:
            return _AFTER_LIST
        case _:
            return PARAGRAPH


def _before(part: Part) -> int:
    match part:
        case TextBlock() if part.is_heading:
            return _BEFORE_HEADING
        case TableBlock():
            return _BEFORE_TABLE
        case RuleBlock() | CodeBlock() | SeamPart() | BannerPart() | MetaPart():
            return PARAGRAPH
        case _:
            return 0

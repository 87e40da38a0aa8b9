"""Answers as plain text, without laying anything out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy_gui.transcript.incremental import IncrementalParser
from understudy_gui.transcript.values import LINE_BREAK, Code, Rule, Table, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from understudy_gui.models.transcript import Item, Seam
    from understudy_gui.transcript.values import Block, Place


def plain_text(item: Item, *, earlier: bool = False) -> str:
    """Return what was said, joined without the seams; with ``earlier`` versions if asked for."""
    if item.role == "user":
        return item.text
    parser = IncrementalParser()
    for number, segment in enumerate(item.segments if earlier else item.lasting):
        if number and segment.seam is not None and segment.seam.join == "starts-again":
            parser.begin_anew()
        parser.feed(segment.text)
    parser.finish()
    return joined((block.glue, block.place, plain_block(block)) for block in parser.blocks)


def joined(pieces: Iterable[tuple[str | None, Place | None, str]]) -> str:
    """Join blocks: (glue, place, text) each. Items of a list stand close, paragraphs apart."""
    out: list[str] = []
    above: Place | None = None
    for glue, place, text in pieces:
        if out:
            out.append(_between(above, place) if glue is None else glue)
        out.append(text)
        above = place
    return "".join(out)


def _between(above: Place | None, below: Place | None) -> str:
    close = above is not None and below is not None and above.path and below.path
    return "\n" if close and below is not None and not below.spaced else "\n\n"


def marker_of(place: Place) -> str:
    """Return what stands before the first line of an item when it is copied."""
    if not place.marker:
        return ""
    depth = place.path.count("list") - 1
    return f"{'  ' * depth}{place.marker} "


def plain_block(block: Block) -> str:
    """Return one block as plain text."""
    match block:
        case Text():
            return marker_of(block.place) + block.inline.text.replace(LINE_BREAK, "\n")
        case Code():
            return "\n".join(block.lines)
        case Table():
            rows = [[cell.text for cell in row] for row in (block.head, *block.rows)]
            return "\n".join("\t".join(row) for row in rows).replace(LINE_BREAK, " ")
        case Rule():
            return "―――"


def seam_text(seam: Seam) -> str:
    """Return a seam as it is copied with an answer."""
    words = [seam.title, seam.detail]
    if seam.title_end:
        words += ["—", seam.title_end]
    return f"[{' '.join(word for word in words if word)}]"


def with_seams(item: Item) -> str:
    """Return the answer's source with a line for every seam."""
    out: list[str] = []
    for segment in item.segments:
        if segment.seam is not None:
            out.append(f"\n\n{seam_text(segment.seam)}\n\n")
        out.append(segment.text)
    return "".join(out)

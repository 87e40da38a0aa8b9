"""Where one provider broke off: split the block in which it happened.

The joined text is parsed as one, so that a list, a table or a fence goes on in the second half.
What stood on the screen at the break is remembered and found again in the block that grew out of
it, even where a ``**`` has turned into emphasis since, or has never been closed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from understudy_gui.transcript.values import Code, Place, Table, Text, units

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from understudy_gui.transcript.values import Block

_SYNTAX: Final = frozenset("*_~`[]()<>!\\#")


@dataclass(frozen=True, slots=True)
class Mark:
    """A seam: the last block there was, and what could be read in it. -1 before any block."""

    block: int
    shown: str = ""
    rows: int = 0

    @classmethod
    def after(cls, blocks: Sequence[Block]) -> Mark:
        """Mark the end of ``blocks``."""
        if not blocks:
            return cls(-1)
        last = blocks[-1]
        rows = len(last.rows) if isinstance(last, Table) else 0
        return cls(len(blocks) - 1, _readable(last), rows)

    def moved(self, by: int) -> Mark:
        """Return the mark for blocks of which the first ``by`` are gone."""
        return replace(self, block=self.block - by)


def split_at_marks(blocks: Sequence[Block], marks: Iterable[Mark]) -> tuple[list[Block], list[int]]:
    """Split ``blocks`` at ``marks``; return them with, per mark, the first block behind it."""
    out: list[Block] = []
    seams: list[int] = []
    waiting = sorted(marks, key=lambda mark: mark.block)
    seams += [0 for mark in waiting if mark.block < 0]
    waiting = waiting[len(seams) :]
    for number, block in enumerate(blocks):
        rest, taken = block, 0
        while waiting and waiting[0].block == number:
            head, tail, at = _split(block, rest, waiting.pop(0), taken)
            if head is not None:
                out.append(head)
            seams.append(len(out))
            taken = at
            if tail is None:
                break
            rest = tail
        else:
            out.append(rest)
            continue
        seams += [len(out) for mark in waiting if mark.block == number]
        waiting = [mark for mark in waiting if mark.block != number]
    seams += [len(out) for _ in waiting]
    return out, seams


def _split(
    whole: Block, rest: Block, mark: Mark, taken: int
) -> tuple[Block | None, Block | None, int]:
    """Split ``rest``, which is ``whole`` without its first ``taken``, at ``mark``.

    Returns what stands above the seam, what below, and how much of ``whole`` is above now.
    """
    match whole, rest:
        case Text(), Text():
            at = max(taken, _found_again(mark.shown, whole.inline.text))
            return *_split_text(rest, at - taken), at
        case Code(), Code():
            at = max(taken, len(_common_start(mark.shown, "\n".join(whole.lines))))
            return *_split_code(rest, at - taken), at
        case Table(), Table():
            at = max(taken, min(mark.rows, len(whole.rows)))
            return *_split_table(rest, at - taken), at
        case _:
            return rest, None, taken


def _split_text(block: Text, at: int) -> tuple[Text | None, Text | None]:
    if at <= 0:
        return None, block
    if at >= block.inline.units:
        return block, None
    head, tail = block.inline.split(at)
    below = Place(block.place.path)
    return replace(block, inline=head), Text(block.kind, tail, below, glue="")


def _split_code(block: Code, at: int) -> tuple[Code | None, Code | None]:
    text = "\n".join(block.lines)
    if at <= 0:
        return None, block
    if at >= len(text):
        return block, None
    glue = "\n" if text[at] == "\n" else ""
    below = Code(block.language, text[at + len(glue) :].split("\n"), Place(block.place.path), glue)
    return replace(block, lines=text[:at].split("\n")), below


def _split_table(block: Table, at: int) -> tuple[Table | None, Table | None]:
    if at >= len(block.rows):
        return block, None
    below = Table(block.aligns, block.head, block.rows[at:], Place(block.place.path), glue="\n")
    return replace(block, rows=block.rows[:at]), below


def _readable(block: Block) -> str:
    match block:
        case Text():
            return block.inline.text
        case Code():
            return "\n".join(block.lines)
        case _:
            return ""


def _found_again(shown: str, now: str) -> int:
    """Return how far ``shown`` reaches in ``now``, in units, with the space behind it."""
    at = _aligned(shown, now)
    while at < len(now) and now[at] == " ":
        at += 1
    return units(now[:at])


def _aligned(shown: str, now: str) -> int:
    if now.startswith(shown):
        return len(shown)
    at = 0
    for character in shown:
        found = at
        while found < len(now) and now[found] != character and now[found] in _SYNTAX:
            found += 1
        if found < len(now) and now[found] == character:
            at = found + 1
        elif character not in _SYNTAX:
            break
    return at


def _common_start(one: str, other: str) -> str:
    if other.startswith(one):
        return one
    length = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    return one[:length]

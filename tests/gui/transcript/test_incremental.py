from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.documents import defining_documents, documents, pieces
from understudy_gui.transcript.incremental import IncrementalParser
from understudy_gui.transcript.markdown import blocks_of
from understudy_gui.transcript.values import Code, Inline, Rule, Table, Text

if TYPE_CHECKING:
    from understudy_gui.transcript.values import Block

sizes = st.lists(st.integers(1, 40), min_size=1, max_size=6)


def comparable(blocks: list[Block]) -> list[Block]:
    """Leave out empty lines at the end of code: an open fence does not know where it ends."""
    return [_without_empty_end(block) if isinstance(block, Code) else block for block in blocks]


def _without_empty_end(block: Code) -> Code:
    lines = list(block.lines)
    while lines and not lines[-1].strip():
        lines.pop()
    return replace(block, lines=lines)


def evenly_spaced(blocks: list[Block]) -> list[Block]:
    """Leave out how wide a gap in code is: a lazy line keeps the indent of what it stands in.

    A tab in code is as wide as the signs before it let it be, and they are gone by then.
    """
    return [_evenly_spaced(block) for block in comparable(blocks)]


def _evenly_spaced(block: Block) -> Block:
    match block:
        case Text():
            return replace(block, inline=Inline(" ".join(block.inline.text.split())))
        case Code():
            return replace(block, lines=[" ".join(line.split()) for line in block.lines])
        case _:
            return block


def fed(text: str, steps: list[int]) -> IncrementalParser:
    parser = IncrementalParser()
    for piece in pieces(text, steps):
        parser.feed(piece)
    return parser


def full(text: str) -> list[Block]:
    return comparable(blocks_of(text.replace("\r\n", "\n").replace("\r", "\n")))


@settings(max_examples=100, deadline=None)
@given(documents, sizes)
def test_that_growing_in_any_steps_ends_in_what_a_full_parse_gives(
    text: str, steps: list[int]
) -> None:
    parser = fed(text, steps)
    parser.finish()
    assert comparable(parser.blocks) == full(text)


@settings(max_examples=60, deadline=None)
@given(documents, sizes, st.integers(0, 400))
def test_that_at_every_end_of_a_line_the_blocks_are_those_of_a_full_parse(
    text: str, steps: list[int], where: int
) -> None:
    prefix = text[: text.rfind("\n", 0, where + 1) + 1]
    assert comparable(fed(prefix, steps).blocks) == full(prefix)


@settings(max_examples=40, deadline=None)
@given(defining_documents, sizes)
def test_that_a_link_may_be_defined_after_its_use(text: str, steps: list[int]) -> None:
    parser = fed(text, steps)
    parser.finish()
    assert comparable(parser.blocks) == full(text)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.sampled_from(["word ", "**bold** ", "`code` ", "한국어 ", "[1] ", "2 * 3 ",
    "*a b* ", "\n", "https://a.b/c ", "**open "]), min_size=400, max_size=900), sizes)  # fmt: skip
def test_that_a_giant_paragraph_ends_in_what_a_full_parse_gives(
    words: list[str], steps: list[int]
) -> None:
    text = "".join(words) + "end\n\nnext"
    parser = fed(text, [size * 7 for size in steps])
    parser.finish()
    assert comparable(parser.blocks) == full(text)


def inside(container: str, text: str) -> str:
    """Put every line of a text into a quote or an item."""
    first, others = {"quote": ("> ", "> "), "item": ("- ", "  "), "number": ("12. ", "    "),
                     "task": ("- [x] ", "  ")}[container]  # fmt: skip
    head, *rest = text.split("\n")
    lines = [others + line if line or container == "quote" else "" for line in rest]
    return "\n".join([first + head, *lines])


containers = st.lists(st.sampled_from(["quote", "item", "number", "task"]), min_size=1, max_size=2)
LONG = "The Moon pulls every part of the **Earth**, but not equally. " * 20


def contained(around: list[str], text: str) -> str:
    for container in around:
        text = inside(container, text)
    return text


@settings(max_examples=80, deadline=None)
@given(containers, documents, documents, sizes)
def test_that_a_giant_quote_or_item_ends_in_what_a_full_parse_gives(
    around: list[str], text: str, after: str, steps: list[int]
) -> None:
    giant = contained(around, f"{LONG}\n\n{text}") + f"\n\n{after}"
    parser = fed(giant, [size * 5 for size in steps])
    parser.finish()
    assert comparable(parser.blocks) == full(giant)


@pytest.mark.parametrize("line", ["> \tx", ">\tx", ">  \t x", "> \t\tx", ">\t\tx"])
def test_that_a_tab_in_a_giant_quote_is_as_wide_as_it_is_there(line: str) -> None:
    text = f"{inside('quote', LONG)}\n>\n{line}\n"
    assert evenly_spaced(fed(text, [1]).blocks) == evenly_spaced(full(text))


@settings(max_examples=60, deadline=None)
@given(containers, documents, sizes, st.integers(0, 400))
def test_that_within_a_giant_quote_or_item_every_line_is_as_in_a_full_parse(
    around: list[str], text: str, steps: list[int], where: int
) -> None:
    giant = contained(around, f"{LONG}\n\n{text}")
    prefix = giant[: giant.rfind("\n", 0, len(LONG) + where) + 1]
    assert evenly_spaced(fed(prefix, steps).blocks) == evenly_spaced(full(prefix))


def test_that_first_changed_is_never_behind_a_change() -> None:
    text = (
        "# h\n\npara\n\n- a\n- b\n- c\n\n```py\nx\ny\n```\n| a |\n|---|\n| 1 |\n| 2 |\n\nend **b**"
    )
    text += "\n\n" + inside("quote", f"{LONG}\n\n{text}\n\n{LONG}")
    parser = IncrementalParser()
    before: list[object] = []
    for piece in pieces(text, [13]):
        first = parser.feed(piece)
        now = [repr(block) for block in parser.blocks]
        assert now[:first] == before[:first]
        before = list(now)


def test_that_an_unclosed_fence_is_code_from_its_first_line_on() -> None:
    assert fed("```python\nprint(", [1]).blocks == [Code("python", ["print("])]


@pytest.mark.parametrize(
    ("text", "shown", "bold", "code", "href"),
    [
        ("a **bo", "a bo", "bo", "", ""),
        ("a **bold*", "a bold", "bold", "", ""),
        ("a **", "a ", "", "", ""),
        ("은**강", "은강", "강", "", ""),
        ("- **x** and **y", "x and y", "xy", "", ""),
        ("# A **b", "A b", "b", "", ""),
        ("a `co", "a co", "", "co", ""),
        ("a ``c`d`", "a c`d", "", "c`d", ""),
        ("**a `co", "a co", "a co", "co", ""),
        ("`a\nb` c **d", "a b c d", "d", "a b", ""),
        ("see [this](https://a.b/c_(d", "see this", "", "", "https://a.b/c_(d"),
        ("see [this](", "see this", "", "", ""),
        ("[x](https://a.b) 2 * 3 and 2**3 and 5*4", "x 2 * 3 and 2**3 and 5*4", "", "", "https://a.b"),
        ("a \\*b", "a *b", "", "", ""),
        ("array[0] and f(x", "array[0] and f(x", "", "", ""),
    ],
)  # fmt: skip
def test_that_open_marks_are_shown_as_they_will_be(
    text: str, shown: str, bold: str, code: str, href: str
) -> None:
    [*_, block] = fed(text, [1]).blocks
    assert isinstance(block, Text)
    inline = block.inline
    assert inline.text.rstrip() == shown.rstrip()
    set_in = [(inline.text[span.start :][: span.length], span) for span in inline.spans]
    assert "".join(piece for piece, span in set_in if span.bold) == bold
    assert "".join(piece for piece, span in set_in if span.code) == code
    assert "".join(span.href for _, span in set_in) == href


def test_that_marks_which_never_close_stand_there_in_the_end() -> None:
    parser = fed("a **bo `co [x](y", [1])
    parser.finish()
    assert parser.blocks == full("a **bo `co [x](y")


def test_that_a_mark_left_open_at_the_seam_takes_no_word_below_it() -> None:
    above, below = seam_split("a **bo", "\n\nnext")
    assert [b.inline.text for b in above if isinstance(b, Text)] == ["a **bo"]
    assert [b.inline.text for b in below if isinstance(b, Text)] == ["next"]


def test_that_a_closing_fence_is_not_shown_while_it_arrives() -> None:
    assert fed("```\nx\n``", [1]).blocks == [Code("", ["x"])]


def test_that_a_table_is_a_table_while_its_row_arrives() -> None:
    [table] = fed("| a | b |\n|---|--:|\n| 1 | 2 |\n| 3", [1]).blocks
    assert isinstance(table, Table)
    assert [[cell.text for cell in row] for row in table.rows] == [["1", "2"], ["3", ""]]


def test_that_a_dash_below_a_paragraph_does_not_flash_as_a_heading() -> None:
    parser = fed("Some text\n-", [1])
    assert [block.kind for block in parser.blocks if isinstance(block, Text)] == ["p"]


def test_that_items_of_a_list_keep_their_numbers_when_frozen() -> None:
    text = "".join(f"1. item {n}\n" for n in range(30))
    markers = [block.place.marker for block in fed(text, [5]).blocks]
    assert markers == [f"{n + 1}." for n in range(30)]


def test_that_half_characters_and_odd_line_ends_do_no_harm() -> None:
    parser = IncrementalParser()
    for piece in ("a\r", "\nb\ud83d", "\0\r", "\r", "c"):
        parser.feed(piece)
    parser.finish()
    texts = [block.inline.text for block in parser.blocks if isinstance(block, Text)]
    assert texts == ["a b\ufffd\ufffd", "c"]


def seam_split(above: str, below: str) -> tuple[list[Block], list[Block]]:
    parser = IncrementalParser()
    parser.feed(above)
    parser.mark()
    for piece in pieces(below, [3]):
        parser.feed(piece)
    parser.finish()
    [seam] = parser.seams
    return parser.blocks[:seam], parser.blocks[seam:]


def test_that_a_sentence_goes_on_below_the_seam() -> None:
    above, below = seam_split("# T\n\nso the water", " gathers **here**.\n\nNext")
    assert [b.inline.text for b in above if isinstance(b, Text)] == ["T", "so the water "]
    assert [b.inline.text for b in below if isinstance(b, Text)] == ["gathers here.", "Next"]
    assert [b.glue for b in below] == ["", None]


def test_that_emphasis_broken_by_the_seam_is_set_on_both_sides() -> None:
    above, below = seam_split("a **bo", "ld** b")
    assert isinstance(above[0], Text)
    assert isinstance(below[0], Text)
    assert (above[0].inline.text, below[0].inline.text) == ("a bo", "ld b")
    assert above[0].inline.spans[0].bold
    assert below[0].inline.spans[0].bold


def test_that_a_fence_broken_by_the_seam_is_opened_again() -> None:
    above, below = seam_split("```python\na = 1\nb =", " 2\nc = 3\n```\nafter")
    assert above == [Code("python", ["a = 1", "b ="])]
    assert below[0] == Code("python", [" 2", "c = 3"], glue="")
    assert isinstance(below[1], Text)


def test_that_a_fence_broken_between_lines_is_glued_by_a_new_line() -> None:
    above, below = seam_split("```\na\n", "b\n```")
    assert above == [Code("", ["a"])]
    assert below == [Code("", ["b"], glue="\n")]


def test_that_a_table_broken_in_a_row_goes_on_in_the_same_cell() -> None:
    above, below = seam_split("| a | b |\n|---|---|\n| 1 | tw", "o |\n| 3 | 4 |\n")
    assert isinstance(above[0], Table)
    assert isinstance(below[0], Table)
    assert [[c.text for c in row] for row in above[0].rows] == [["1", "tw"]]
    assert [[c.text for c in row] for row in below[0].rows] == [["", "o"], ["3", "4"]]
    assert below[0].lead == 1
    assert below[0].head == above[0].head


def test_that_a_list_broken_by_the_seam_goes_on_counting() -> None:
    above, below = seam_split("1. one\n2. tw", "o\n3. three\n4. four\n")
    assert [b.place.marker for b in above] == ["1.", "2."]
    assert [b.place.marker for b in below] == ["", "3.", "4."]


def test_that_a_break_between_paragraphs_splits_nothing() -> None:
    above, below = seam_split("one", "\n\ntwo")
    assert len(above) == len(below) == 1
    assert below[0].glue is None


def test_that_a_seam_with_nothing_behind_it_stands_at_the_end() -> None:
    parser = IncrementalParser()
    parser.feed("```\nx")
    parser.mark()
    parser.finish()
    assert parser.seams == [1]
    assert len(parser.blocks) == 1


def rejoined(blocks: list[Block]) -> list[str]:
    out: list[str] = []
    for block in blocks:
        text = _plain(block)
        if block.glue is not None and out:
            out[-1] += block.glue + text
        else:
            out.append(text)
    return out


def _plain(block: Block) -> str:
    match block:
        case Text():
            return block.inline.text
        case Code():
            return "\n".join(block.lines)
        case Table():
            rows = [[cell.text for cell in row] for row in block.rows]
            if rows:
                rows[0] = rows[0][block.lead :]
            if block.glue is None:
                rows.insert(0, [cell.text for cell in block.head])
            return "\n".join("\t".join(row).rstrip("\t") for row in rows)
        case Rule():
            return "---"


@settings(max_examples=60, deadline=None)
@given(documents, sizes, st.integers(0, 300), st.integers(0, 300))
def test_that_seams_anywhere_change_no_word_of_the_joined_text(
    text: str, steps: list[int], first: int, second: int
) -> None:
    cuts = sorted((min(first, len(text)), min(second, len(text))))
    parser = IncrementalParser()
    for number, part in enumerate((text[: cuts[0]], text[cuts[0] : cuts[1]], text[cuts[1] :])):
        if number:
            parser.mark()
        for piece in pieces(part, steps):
            parser.feed(piece)
    parser.finish()
    plain = fed(text, steps)
    plain.finish()
    assert len(parser.seams) == 2
    assert parser.seams == sorted(parser.seams)
    assert parser.seams[-1] <= len(parser.blocks)
    joined = [part.rstrip() for part in rejoined(parser.blocks)]
    assert joined == [part.rstrip() for part in rejoined(plain.blocks)]


@settings(max_examples=60, deadline=None)
@given(documents, documents, sizes)
def test_that_a_text_that_begins_anew_is_read_by_itself(
    earlier: str, text: str, steps: list[int]
) -> None:
    parser = IncrementalParser()
    for piece in pieces(earlier, steps):
        parser.feed(piece)
    parser.begin_anew()
    for piece in pieces(text, steps):
        parser.feed(piece)
    parser.finish()
    (seam,) = parser.seams
    assert comparable(parser.blocks[:seam]) == full(earlier)
    assert comparable(parser.blocks[seam:]) == full(text)


def test_that_an_open_fence_does_not_go_on_in_a_text_that_begins_anew() -> None:
    parser = IncrementalParser()
    parser.feed("```python\na = 1\nb =")
    assert parser.begin_anew() == 0
    parser.feed("Tides are **slow**.")
    parser.finish()
    assert parser.seams == [1]
    assert isinstance(parser.blocks[0], Code)
    assert isinstance(parser.blocks[1], Text)

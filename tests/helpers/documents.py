"""Random markdown, made of what models write and of what trips parsers."""

from __future__ import annotations

from hypothesis import strategies as st

_TRICKY = (
    "word and **bold** *it* ~~gone~~ `code` ``a`b`` [link](https://a.b/c) [ref] [x]( <b>raw</b> "
    "![pic](http://a.b/p.png) 한국어 단어 日本語 😀 **open *open `open \\* &amp; https://a.b/c. "
    "1. - # | > --- === ``` ~~~ + 2) a|b <https://a.b> snake_case_word 2 * 3 \\"
)
_CODE = [
    "def f(x):",
    "    return `x`",
    "",
    "```",
    "~~~",
    "# c",
    "``",
    "\tx",
    "a | b",
    "- x",
    "한국",
]


def _heading(level: int, line: str) -> str:
    return f"{'#' * level} {line}"


def _underlined(line: str, mark: str) -> str:
    return f"{line}\n{mark * 3}"


def _fence(mark: str, info: str, lines: list[str], closed: bool) -> str:
    return "\n".join([mark + info, *lines, *([mark] if closed else [])])


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(row)} |" for row in (head, *rows)]
    lines.insert(1, f"|{'|'.join('--:' for _ in head)}|")
    return "\n".join(lines)


def _list(mark: str, items: list[str], between: str) -> str:
    return between.join(f"{mark} {item}" for item in items)


def _around(first: str, definition: str, second: str) -> str:
    return f"{first}\n\n{definition}\n\n{second}"


def _prefixed(text: str, first: str, others: str) -> str:
    return first + text.replace("\n", "\n" + others)


_line = st.lists(st.sampled_from(_TRICKY.split()), min_size=1, max_size=9).map(" ".join)
_paragraph = st.lists(_line, min_size=1, max_size=4).map("\n".join)
_row = st.lists(st.sampled_from(["1", "**b**", "", "셋", "`a`", "x y"]), min_size=1, max_size=3)
_item = st.one_of(_line, st.builds(_prefixed, _paragraph, st.just(""), st.just("  ")))
_block = st.one_of(
    _paragraph,
    st.builds(_heading, st.integers(1, 6), _line),
    st.builds(_underlined, _line, st.sampled_from("=-")),
    st.builds(
        _fence,
        st.sampled_from(["```", "````", "~~~", "  ```"]),
        st.sampled_from(["", "python", " js ", "{.c}"]),
        st.lists(st.sampled_from(_CODE), max_size=6),
        st.booleans(),
    ),
    st.builds(_table, _row, st.lists(_row, max_size=4)),
    st.builds(
        _list,
        st.sampled_from(["-", "*", "1.", "7)", "- [ ]", "  -", "-\n  -"]),
        st.lists(_item, min_size=1, max_size=5),
        st.sampled_from(["\n", "\n\n", "\n  - inner\n", "\n\n  more\n\n"]),
    ),
    st.builds(_prefixed, _paragraph, st.just("> "), st.sampled_from(["> ", "", ">> "])),
    st.builds(_prefixed, _paragraph, st.just("    "), st.just("    ")),
    st.sampled_from(["---", "***", "- - -", "___"]),
)
_between = st.sampled_from(["\n\n", "\n", "\n\n\n", "\n  \n", "\r\n\r\n"])

documents = st.lists(st.builds(str.__add__, _block, _between), max_size=9).map("".join)
"""Documents without link definitions."""

defining_documents = st.builds(
    _around,
    documents,
    st.sampled_from(
        ["[ref]: https://a.b/ref", "[ref]: /x 'title'", "[ref]:\n/x\n'a\nb'", "[ref]: /x\n'no"]
    ),
    documents,
)
"""Documents that define a link somewhere, used before or after."""


def pieces(text: str, sizes: list[int]) -> list[str]:
    """Cut ``text`` into pieces of the given sizes, over and over."""
    out: list[str] = []
    at = turn = 0
    while at < len(text):
        size = sizes[turn % len(sizes)] if sizes else len(text)
        out.append(text[at : at + size])
        at, turn = at + size, turn + 1
    return out

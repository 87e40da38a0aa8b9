"""Markdown to blocks.

Raw HTML is text, images are links with a label, and a link is a link only if its address is
harmless: nothing here is ever fetched.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from understudy_gui.i18n import tr
from understudy_gui.transcript.values import (
    LINE_BREAK,
    Align,
    Block,
    Code,
    Container,
    Inline,
    Place,
    Rule,
    Span,
    Table,
    Text,
    units,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_SAFE_LINK: Final = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x1f]+", re.IGNORECASE)
_SCHEME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_BARE_LINK: Final = re.compile(r"\bhttps?://[^\s<>\"'`\u3000-\u303f\uff00-\uffef]+", re.IGNORECASE)
_TRAILING: Final = ".,:;!?*_~"
TASK: Final = re.compile(r"\[([ xX])\]\s")
BULLETS: Final = ("•", "◦", "▪")


def is_safe_link(address: str) -> bool:
    """Say whether an address may be opened: http, https and mailto, and nothing else."""
    return _SAFE_LINK.fullmatch(address) is not None


def _may_stand(url: str) -> bool:
    """Let a link whose address has a scheme that is not allowed stand there as plain text."""
    return _SCHEME.match(url) is None or is_safe_link(url)


@cache
def parser() -> MarkdownIt:
    """Return the parser; the first call imports it (24 ms)."""
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    made.validateLink = _may_stand
    return made


def parse(source: str, env: dict[str, Any] | None = None) -> list[Token]:
    """Return the tokens of ``source``; ``env`` keeps link definitions from one call to the next."""
    return parser().parse(source, {} if env is None else env)


def parse_inline(text: str, env: dict[str, Any]) -> list[Token]:
    """Return the tokens within a paragraph of ``text``."""
    return parser().parseInline(text, env)[0].children or []


def blocks_of(source: str) -> list[Block]:
    """Return the blocks of a whole text."""
    return to_blocks(parse(source), source.split("\n"))


def to_blocks(
    tokens: Sequence[Token], lines: Sequence[str], *, number: int = 0, spaced: bool = False
) -> list[Block]:
    """Turn tokens into blocks; ``lines`` are their source.

    Where the tokens begin in the middle of a text, ``number`` is the number of the first item and
    ``spaced`` says that an empty line stands before them.
    """
    return _Builder(lines, number, spaced).build(tokens)


class _Builder:
    """Walks over tokens once, with the quotes and lists that are open."""

    def __init__(self, lines: Sequence[str], number: int, spaced: bool) -> None:
        self._lines = lines
        self._first_number = number
        self._begins_spaced = spaced
        self._path: list[Container] = []
        self._numbers: list[int | None] = []
        self._written = 0
        self._marker = ""
        self._item: Token | None = None
        self._out: list[Block] = []

    def build(self, tokens: Sequence[Token]) -> list[Block]:
        index = 0
        while index < len(tokens):
            index = self._take(tokens, index) + 1
        return self._out

    def _take(self, tokens: Sequence[Token], index: int) -> int:
        """Use the token at ``index`` and return the last index that it covers."""
        token = tokens[index]
        match token.type:
            case "paragraph_open" | "heading_open":
                self._text(token, tokens[index + 1])
                return index + 2
            case "fence" | "code_block":
                self._code(token)
            case "hr":
                self._out.append(Rule(self._place(token)))
            case "table_open":
                return self._table(tokens, index)
            case "blockquote_open":
                self._path.append("quote")
            case "bullet_list_open" | "ordered_list_open":
                self._open_list(token)
            case "list_item_open":
                self._open_item(token)
            case "blockquote_close" | "bullet_list_close" | "ordered_list_close":
                self._close(token)
            case "list_item_close":
                self._flush_marker()
            case _:
                pass
        return index

    def _open_list(self, token: Token) -> None:
        self._path.append("list")
        start = first_number(token)
        if start is not None and self._first_number:
            start = self._first_number
        self._first_number = 0
        self._numbers.append(start)

    def _open_item(self, token: Token) -> None:
        self._item = token
        number = self._numbers[-1]
        if number is None:
            self._marker = bullet_at(len(self._numbers))
        else:
            self._marker = f"{number}."
            self._numbers[-1] = number + 1

    def _flush_marker(self) -> None:
        """Write an item that has nothing in it, so that its bullet is seen."""
        if self._marker and self._item is not None:
            self._out.append(Text("p", Inline(), self._place(self._item)))

    def _close(self, token: Token) -> None:
        if token.type != "blockquote_close":
            self._numbers.pop()
        self._path.pop()
        self._written = self._through_last_quote(min(self._written, len(self._path)))

    def _through_last_quote(self, depth: int) -> int:
        while depth and self._path[depth - 1] != "quote":
            depth -= 1
        return depth

    def _place(self, token: Token) -> Place:
        path = tuple(self._path)
        marker, self._marker = self._marker, ""
        place = Place(path, self._written, marker, self._is_spaced(token))
        self._written = self._through_last_quote(len(path))
        return place

    def _is_spaced(self, token: Token) -> bool:
        line = token.map[0] if token.map else 0
        if line == 0:
            return self._begins_spaced
        return not self._lines[line - 1].strip(" >\t")

    def _text(self, token: Token, content: Token) -> None:
        inline = inline_of(content.children or ())
        if token.type == "heading_open":
            kind: Any = token.tag
            self._out.append(Text(kind, inline, self._place(token)))
            return
        task = TASK.match(inline.text) if self._marker else None
        if task is not None:
            self._marker = "☐" if task[1] == " " else "☑"
            inline = inline.split(task.end())[1]
        self._out.append(Text("p", inline, self._place(token)))

    def _code(self, token: Token) -> None:
        lines = token.content.split("\n")
        if lines[-1] == "":
            lines.pop()
        self._out.append(Code(language_of(token.info), lines, self._place(token)))

    def _table(self, tokens: Sequence[Token], index: int) -> int:
        end = next(i for i in range(index, len(tokens)) if tokens[i].type == "table_close")
        aligns, rows = cells_of(tokens[index : end + 1])
        self._out.append(Table(aligns, rows[0], rows[1:], self._place(tokens[index])))
        return end


def bullet_at(depth: int) -> str:
    """Return the bullet of a list that stands in ``depth`` lists, itself counted."""
    return BULLETS[min(depth, len(BULLETS)) - 1]


def first_number(token: Token) -> int | None:
    """Return the number at which an ordered list begins, None for a list with bullets."""
    if token.type != "ordered_list_open":
        return None
    start = token.attrGet("start")
    return 1 if start is None else int(start)


def language_of(info: str) -> str:
    """Return the language that a fence names, in lower case."""
    words = info.replace("{", " ").replace("}", " ").replace(",", " ").split()
    return words[0].lstrip(".").casefold() if words else ""


def cells_of(tokens: Sequence[Token]) -> tuple[tuple[Align, ...], list[tuple[Inline, ...]]]:
    """Return the columns' alignments, and the rows of a table, the head first."""
    aligns: list[Align] = []
    rows: list[tuple[Inline, ...]] = []
    row: list[Inline] = []
    for token in tokens:
        if token.type == "th_open":
            aligns.append(_align(str(token.attrGet("style") or "")))
        elif token.type == "inline":
            row.append(inline_of(token.children or ()))
        elif token.type == "tr_close":
            rows.append(tuple(row))
            row = []
    return tuple(aligns), rows


def _align(style: str) -> Align:
    if "right" in style:
        return "right"
    return "center" if "center" in style else "left"


def inline_of(children: Sequence[Token]) -> Inline:
    """Flatten inline tokens to text and spans."""
    builder = _InlineBuilder()
    for child in children:
        builder.take(child)
    return builder.inline()


class _InlineBuilder:
    """Collects text, with the emphasis and the link that are open."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._spans: list[Span] = []
        self._at = 0
        self._open = {"strong": 0, "em": 0, "s": 0}
        self._href = ""
        self._in_link = 0

    def inline(self) -> Inline:
        return Inline("".join(self._parts), tuple(self._spans), self._at)

    def take(self, token: Token) -> None:
        match token.type:
            case "softbreak":
                self._add(" ")
            case "hardbreak":
                self._add(LINE_BREAK)
            case "code_inline":
                self._add(token.content, code=True)
            case "image":
                self._image(token)
            case "link_open":
                self._in_link += 1
                self._href = _href(token, "href")
            case "link_close":
                self._in_link -= 1
                self._href = ""
            case "text" if not self._in_link:
                self._text(token.content)
            case _ if token.nesting:
                self._open[token.tag] = self._open.get(token.tag, 0) + token.nesting
            case _:
                self._add(token.content)

    def _image(self, token: Token) -> None:
        href = self._href or _href(token, "src")
        name = token.content or str(token.attrGet("src") or "").rsplit("/", 1)[-1]
        self._add(tr("Image: {name}", name=name), href=href)

    def _text(self, text: str) -> None:
        """Add text in which a bare address becomes a link."""
        at = 0
        for match in _BARE_LINK.finditer(text):
            address = _trimmed(match[0])
            self._add(text[at : match.start()])
            self._add(address, href=address)
            at = match.start() + len(address)
        self._add(text[at:])

    def _add(self, text: str, *, code: bool = False, href: str = "") -> None:
        if not text:
            return
        length = units(text)
        href = href or self._href
        bold, italic, strike = (self._open[name] > 0 for name in ("strong", "em", "s"))
        if bold or italic or strike or code or href:
            self._spans.append(Span(self._at, length, bold, italic, strike, code, href))
        self._parts.append(text)
        self._at += length


def _href(token: Token, attribute: str) -> str:
    address = str(token.attrGet(attribute) or "")
    return address if is_safe_link(address) else ""


def _trimmed(address: str) -> str:
    """Leave the full stop after an address, and a bracket that it did not open, to the sentence."""
    while address:
        last = address[-1]
        opens = {")": "(", "]": "["}.get(last)
        unopened = opens is not None and address.count(opens) < address.count(last)
        if last not in _TRAILING and not unopened:
            break
        address = address[:-1]
    return address

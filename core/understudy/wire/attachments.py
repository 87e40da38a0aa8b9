"""Pictures and files in a request, and the words for those that cannot be sent."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from understudy.messages import ImagePart

if TYPE_CHECKING:
    from understudy.messages import FilePart

IMAGE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What OpenAI, Anthropic and Gemini all take."""

FILE_TYPES = frozenset({"application/pdf"})
"""The document that OpenAI, Anthropic and Gemini all take; texts are sent as words."""

_TEXT_TYPES = frozenset(
    f"application/{kind}"
    for kind in ("json", "ld+json", "xml", "yaml", "x-yaml", "toml", "javascript", "x-sh", "sql")
)


def base64_of(part: ImagePart | FilePart) -> str:
    """Give the bytes in base64."""
    return b64encode(part.data).decode("ascii")


def data_url(part: ImagePart | FilePart) -> str:
    """Give the bytes as a ``data:`` address."""
    return f"data:{part.media_type};base64,{base64_of(part)}"


def text_of_file(part: FilePart) -> str | None:
    """Give a file of text as words under its name; ``None`` for any other file."""
    if not (part.media_type.startswith("text/") or part.media_type in _TEXT_TYPES):
        return None
    try:
        text = part.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{part.name or 'A file'}:\n{fence}\n{text}\n{fence}\n"


def left_out(part: ImagePart | FilePart) -> str:
    """Say that something was attached which this model cannot take."""
    called = f' "{part.name}"' if part.name else ""
    if isinstance(part, ImagePart):
        return f"[An image{called} was attached, which you cannot see.]\n"
    return f"[A file{called} was attached, which you cannot read.]\n"

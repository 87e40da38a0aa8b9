"""What a request takes: how much is read, about how much is written, and which abilities.

Tokens are estimated, as nobody but the provider can count them: a quarter of the text's bytes in
UTF-8, which is close for English and code, and three quarters of a token a syllable for Korean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from understudy.messages import FilePart, ImagePart, TextPart, ToolCallPart, ToolResultPart

if TYPE_CHECKING:
    from understudy.messages import Message, Part
    from understudy.requests import ChatRequest

BYTES_A_TOKEN: Final = 4
IMAGE_TOKENS: Final = 1_000
"""What a picture of usual size costs (platform.openai.com, docs.anthropic.com: 700 to 1,600)."""
USUAL_ANSWER: Final = 800
"""Tokens of an answer whose length nobody limited."""


@dataclass(frozen=True, slots=True)
class Needs:
    """``tokens`` are read and ``answer`` written; ``limit`` is the answer's greatest length."""

    tokens: int = 0
    answer: int = USUAL_ANSWER
    limit: int = 0
    images: bool = False
    tools: bool = False


def needs_of(request: ChatRequest) -> Needs:
    """Estimate what ``request`` takes."""
    size = sum(tokens_of(message) for message in request.messages)
    for tool in request.tools:
        size += len(f"{tool.name}{tool.description}{tool.parameters}") // BYTES_A_TOKEN
    limit = request.max_tokens
    return Needs(
        tokens=size,
        answer=USUAL_ANSWER if limit is None else min(limit, USUAL_ANSWER),
        limit=limit or 0,
        images=any(
            isinstance(part, ImagePart) for message in request.messages for part in message.parts
        ),
        tools=bool(request.tools) and request.tool_choice != "none",
    )


def tokens_of(message: Message) -> int:
    """Estimate the tokens of one message, its frame included."""
    return 4 + sum(_tokens(part) for part in message.parts)


def _tokens(part: Part) -> int:
    match part:
        case TextPart(text):
            return _of_text(text)
        case ToolResultPart():
            return _of_text(part.text)
        case ToolCallPart():
            return _of_text(part.name) + _of_text(part.arguments)
        case ImagePart():
            return IMAGE_TOKENS
        case FilePart(data):
            return len(data) // BYTES_A_TOKEN
        case _:
            return 0  # thoughts are sent back to few, and never the longest part


def _of_text(text: str) -> int:
    size = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
    return size // BYTES_A_TOKEN

"""The messages of a conversation, in the JSON of OpenAI's clients.

https://platform.openai.com/docs/api-reference/chat/create (messages)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, InstanceOf

from understudy.messages import (
    FilePart,
    ImagePart,
    Message,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from understudy.serve.attachments_in import file_of, image_of
from understudy.serve.reading import In

if TYPE_CHECKING:
    from collections.abc import Sequence


class TextIn(In):
    """Words."""

    type: Literal["text"]
    text: str

    def part(self) -> TextPart:
        """Give it as Understudy has it."""
        return TextPart(self.text)


class RefusalIn(In):
    """Words by which a model declined."""

    type: Literal["refusal"]
    refusal: str

    def part(self) -> TextPart:
        """Give it as Understudy has it: an answer like any other."""
        return TextPart(self.refusal)


class ImageAddress(In):
    """Where a picture is: in the address itself."""

    url: Annotated[InstanceOf[ImagePart], BeforeValidator(image_of)]


class ImageIn(In):
    """A picture."""

    type: Literal["image_url"]
    image_url: ImageAddress

    def part(self) -> ImagePart:
        """Give it as Understudy has it."""
        return self.image_url.url


class FileIn(In):
    """A document."""

    type: Literal["file"]
    file: Annotated[InstanceOf[FilePart], BeforeValidator(file_of)]

    def part(self) -> FilePart:
        """Give it as Understudy has it."""
        return self.file


def _as_parts(value: Any) -> Any:
    """Bring the two forms of content into one."""
    return [{"type": "text", "text": value}] if isinstance(value, str) else value


Words: TypeAlias = Annotated[
    list[Annotated[TextIn | RefusalIn, Field(discriminator="type")]], BeforeValidator(_as_parts)
]
Content: TypeAlias = Annotated[
    list[Annotated[TextIn | ImageIn | FileIn, Field(discriminator="type")]],
    BeforeValidator(_as_parts),
]


class SystemIn(In):
    """Instructions."""

    role: Literal["system", "developer"]
    content: Words

    def message(self) -> Message:
        """Give it as Understudy has it."""
        return Message("system", _words(self.content))


class UserIn(In):
    """A person's turn."""

    role: Literal["user"]
    content: Content

    def message(self) -> Message:
        """Give it as Understudy has it."""
        return Message("user", tuple(part.part() for part in self.content))


class SealIn(In):
    """Who made a call of a tool, and the seal on it; see ``ToolCallPart``."""

    signature: str = ""
    made_by: str = ""


class ExtraIn(In):
    """What our own answers put beside a call, where a client gives it back."""

    understudy: SealIn = SealIn()


class CalledIn(In):
    """A function's name and the JSON text of its arguments."""

    name: str
    arguments: str = "{}"


class CallIn(In):
    """A call of a tool."""

    type: Literal["function"] = "function"
    id: str
    function: CalledIn
    extra_content: ExtraIn | None = None

    def part(self) -> ToolCallPart:
        """Give it as Understudy has it."""
        seal = (self.extra_content or ExtraIn()).understudy
        called = self.function
        return ToolCallPart(self.id, called.name, called.arguments, seal.signature, seal.made_by)


class AssistantIn(In):
    """A model's turn."""

    role: Literal["assistant"]
    content: Words | None = None
    refusal: str | None = None
    tool_calls: list[CallIn] | None = None

    def message(self) -> Message:
        """Give it as Understudy has it."""
        words = _words(self.content or ())
        refusal = (TextPart(self.refusal),) if self.refusal else ()
        calls = tuple(call.part() for call in self.tool_calls or ())
        return Message("assistant", (*words, *refusal, *calls))


class ToolIn(In):
    """What a tool answered."""

    role: Literal["tool"]
    tool_call_id: str
    content: Words

    def message(self) -> Message:
        """Give it as Understudy has it."""
        text = "".join(part.text for part in _words(self.content))
        return Message("tool", (ToolResultPart(self.tool_call_id, text),))


MessageIn: TypeAlias = Annotated[
    SystemIn | UserIn | AssistantIn | ToolIn, Field(discriminator="role")
]


def _words(items: Sequence[TextIn | RefusalIn]) -> tuple[TextPart, ...]:
    return tuple(item.part() for item in items)

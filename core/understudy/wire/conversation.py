"""A conversation in a form that every server takes, whatever happened in it.

A broken answer may be empty, hold calls of tools that nobody answered, or leave two turns of one
speaker in a row; another model may have signed its thoughts, or seen pictures that the next cannot
see. Servers refuse each of these, and one refusal makes a conversation unusable for good. So what
cannot be sent is left out or said in words, and neighbours of one role are joined. Formats render
the turns that are left.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from understudy.messages import (
    FilePart,
    ImagePart,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from understudy.wire.attachments import FILE_TYPES, IMAGE_TYPES, left_out, text_of_file
from understudy.wire.values import loads_object

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from understudy.messages import Message, Part, Role
    from understudy.wire.format import Target

_LEGAL_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""What Anthropic takes as a tool call's id, and as long as OpenAI lets it be."""

_CONTINUED = "(The conversation goes on from here.)"
_MADE_ID = 24


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says in one go.

    A ``tool`` turn holds results alone, one for each call of the assistant's turn before it.
    """

    role: Role
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The words of all text parts, joined."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))

    @property
    def calls(self) -> tuple[ToolCallPart, ...]:
        """The calls of tools."""
        return tuple(part for part in self.parts if isinstance(part, ToolCallPart))


def turns_of(messages: Sequence[Message], target: Target) -> list[Turn]:
    """Give the conversation as ``target`` can take it, in order."""
    turns: list[Turn] = []
    ids: set[str] = set()
    for number, message in enumerate(messages):
        if message.role == "tool":
            continue  # rendered with the call that it answers
        behind = takewhile(lambda each: each.role == "tool", messages[number + 1 :])
        for turn in _turns(message, _results(behind), target, ids):
            if turns and turns[-1].role == turn.role != "tool" and not turns[-1].calls:
                turns[-1] = _joined(turns[-1], turn)
            else:
                turns.append(turn)
    return turns


def apart_from_system(turns: Sequence[Turn]) -> tuple[str, list[Turn]]:
    """Part the instructions from the talk, for formats in which they have a place of their own.

    The talk begins with the user there: these formats take it in no other way.
    """
    system = "\n\n".join(turn.text for turn in turns if turn.role == "system")
    talk: list[Turn] = []
    for turn in turns:
        if turn.role == "system":
            continue
        if talk and talk[-1].role == turn.role != "tool" and not talk[-1].calls:
            talk[-1] = _joined(talk[-1], turn)
        else:
            talk.append(turn)
    if talk and talk[0].role != "user":
        talk.insert(0, Turn("user", (TextPart(_CONTINUED),)))
    return system, talk


def arguments_of(call: ToolCallPart) -> dict[str, Any]:
    """Give a call's arguments as an object; what is none, as after a break, is an empty one."""
    return loads_object(call.arguments) or {}


def _results(messages: Iterable[Message]) -> dict[str, ToolResultPart]:
    """Collect what tools answered, by the id of the call."""
    parts = (part for message in messages for part in message.parts)
    return {part.call_id: part for part in parts if isinstance(part, ToolResultPart)}


def _turns(
    message: Message, results: dict[str, ToolResultPart], target: Target, ids: set[str]
) -> Iterator[Turn]:
    """Give one message's turn, and a turn for what tools answered to it."""
    sendable = (part for each in message.parts for part in _sendable(each, results, target))
    parts = tuple(_each_call_once(sendable))
    calls = {part.id: part for part in parts if isinstance(part, ToolCallPart)}
    if calls:
        new_ids = {old: _new_id(old, ids) for old in calls}
        yield Turn(message.role, tuple(_renamed(part, new_ids) for part in parts))
        yield Turn(
            "tool", tuple(replace(results[old], call_id=new) for old, new in new_ids.items())
        )
    elif any(_says_something(part) for part in parts):
        yield Turn(message.role, parts)


def _each_call_once(parts: Iterable[Part]) -> Iterator[Part]:
    """Leave out a call with the id of one before it: servers refuse both, and answered is one."""
    ids: set[str] = set()
    for part in parts:
        if not isinstance(part, ToolCallPart):
            yield part
        elif part.id not in ids:
            ids.add(part.id)
            yield part


def _sendable(part: Part, results: dict[str, ToolResultPart], target: Target) -> Iterator[Part]:
    """Give what of a part can be sent to ``target``."""
    match part:
        case TextPart(text):
            if text:
                yield part
        case ReasoningPart():
            if target.made(part):
                yield part
        case ToolCallPart():
            if part.id in results:
                yield _sound_call(part, target)
        case ToolResultPart():
            pass  # stands in a turn of its own
        case ImagePart():
            seen = target.sees_images and part.media_type in IMAGE_TYPES
            yield part if seen else TextPart(left_out(part))
        case FilePart():
            yield _readable(part, target)


def _readable(part: FilePart, target: Target) -> FilePart | TextPart:
    text = text_of_file(part)
    if text is not None:
        return TextPart(text)
    reads = target.reads_files and part.media_type in FILE_TYPES
    return part if reads else TextPart(left_out(part))


def _sound_call(part: ToolCallPart, target: Target) -> ToolCallPart:
    """Give a call whose arguments are an object, with its seal only for whoever sealed it."""
    arguments = part.arguments if loads_object(part.arguments) is not None else "{}"
    if target.made(part):
        return replace(part, arguments=arguments)
    return replace(part, arguments=arguments, signature="", made_by="")


def _says_something(part: Part) -> bool:
    """Tell whether a part may stand alone: blank words and bare thoughts are refused."""
    if isinstance(part, TextPart):
        return bool(part.text.strip())
    return not isinstance(part, ReasoningPart)


def _new_id(old: str, ids: set[str]) -> str:
    """Give an id that every server takes and that no call before it had."""
    new = old
    if not _LEGAL_ID.fullmatch(old) or old in ids:
        salted = f"{len(ids)}/{old}".encode("utf-8", "replace")
        new = f"call_{hashlib.sha256(salted).hexdigest()[:_MADE_ID]}"
    ids.add(new)
    return new


def _renamed(part: Part, new_ids: dict[str, str]) -> Part:
    return replace(part, id=new_ids[part.id]) if isinstance(part, ToolCallPart) else part


def _joined(one: Turn, other: Turn) -> Turn:
    """Join two turns of one speaker, their words a blank line apart."""
    space = (TextPart("\n\n"),) if one.text and other.text else ()
    return Turn(one.role, (*one.parts, *space, *other.parts))

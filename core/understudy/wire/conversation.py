"""A conversation in a form that every server takes, whatever happened in it.

A broken answer may be empty, hold calls of tools that nobody answered, or leave two turns of one
speaker in a row; another model may have signed its thoughts, or seen pictures that the next cannot
see. Servers refuse each of these, and one refusal makes a conversation unusable for good. So what
cannot be sent is left out or said in words, and neighbours of one role are joined. Formats render
the turns that are left.
"""

from __future__ import annotations

import hashlib
import json
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
from understudy.wire.values import loads_object, sendable, sound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from understudy.messages import Message, Part, Role
    from understudy.wire.format import Target

_LEGAL_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""What Anthropic takes as a tool call's id, and as long as OpenAI lets it be."""

_MISTRAL = re.compile(r"(?:mis|minis|magis|codes|devs|pix|vox|mix)tral", re.IGNORECASE)
_MISTRALS_ID = re.compile(r"[A-Za-z0-9]{9}")
"""What Mistral takes, and the templates of its open models wherever they are served.

Its words: "must be a-z, A-Z, 0-9, with a length of 9" (langchain-ai/langchain pull request 24668).
"""

_MISTRALS_LENGTH = 9
_NO_NAME = re.compile(r"[^A-Za-z0-9_-]")
_LONGEST_NAME = 64
"""platform.openai.com (docs/api-reference/chat/create): what the name of a tool may be."""

_CONTINUED = "(The conversation goes on from here.)"
_INTERRUPTED = "(I was interrupted here.)"
_GO_ON = "Please go on."
_FAILED = "It failed without a word."


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


def in_strict_order(turns: Sequence[Turn], target: Target) -> list[Turn]:
    """Put the instructions first, the user after them, and a question at the end.

    Chat Completions has no such rules, but the templates of many models do, whoever serves them:
    "System message must be at the beginning" (Qwen's; ggml-org/llama.cpp issue 27367,
    ollama/ollama issue 17774), "Last message must have role `user`" (Perplexity), "Expected last
    role User or Tool" and "Unexpected role 'user' after role 'tool'" (Mistral;
    NousResearch/hermes-agent issue 20154).
    """
    system, talk = apart_from_system(turns)
    if not talk or (talk[-1].role == "assistant" and not target.prefill):
        talk.append(Turn("user", (TextPart(_GO_ON),)))
    ordered = [Turn("system", (TextPart(system),))] if system else []
    for turn in talk:
        unanswered = bool(ordered) and (ordered[-1].role, turn.role) == ("tool", "user")
        if unanswered and _is_mistrals(target):
            ordered.append(Turn("assistant", (TextPart(_INTERRUPTED),)))
        ordered.append(turn)
    return ordered


def arguments_of(call: ToolCallPart) -> dict[str, Any]:
    """Give a call's arguments as an object; what is none, as after a break, is an empty one."""
    return sendable(loads_object(call.arguments) or {})


def _results(messages: Iterable[Message]) -> dict[str, ToolResultPart]:
    """Collect what tools answered, by the id of the call."""
    parts = (part for message in messages for part in message.parts)
    return {part.call_id: part for part in parts if isinstance(part, ToolResultPart)}


def _turns(
    message: Message, results: dict[str, ToolResultPart], target: Target, ids: set[str]
) -> Iterator[Turn]:
    """Give one message's turn, and a turn for what tools answered to it."""
    role = message.role
    sendable = (part for each in message.parts for part in _sendable(each, role, results, target))
    parts = tuple(_each_call_once(sendable))
    calls = {part.id: part for part in parts if isinstance(part, ToolCallPart)}
    if calls:
        new_ids = {old: _new_id(old, ids, target) for old in calls}
        yield Turn(role, tuple(_renamed(part, new_ids) for part in parts))
        yield Turn("tool", tuple(_result(results[old], new) for old, new in new_ids.items()))
    elif any(_says_something(part) for part in parts):
        yield Turn(role, parts)


def _each_call_once(parts: Iterable[Part]) -> Iterator[Part]:
    """Leave out a call with the id of one before it: servers refuse both, and answered is one."""
    ids: set[str] = set()
    for part in parts:
        if not isinstance(part, ToolCallPart):
            yield part
        elif part.id not in ids:
            ids.add(part.id)
            yield part


def _sendable(
    part: Part, role: Role, results: dict[str, ToolResultPart], target: Target
) -> Iterator[Part]:
    """Give what of a part can be sent to ``target``: people alone attach, models alone think."""
    match part:
        case TextPart(text):
            if text:
                yield TextPart(sound(text))
        case ReasoningPart():
            if role == "assistant" and target.made(part):
                yield replace(part, text=sound(part.text))
        case ToolCallPart():
            if role == "assistant" and part.id in results:
                yield _sound_call(part, target)
        case ToolResultPart():
            pass  # stands in a turn of its own
        case ImagePart() | FilePart():
            yield _attached(replace(part, name=sound(part.name)), role, target)


def _attached(part: ImagePart | FilePart, role: Role, target: Target) -> Part:
    """Give a picture or a file, or in words what cannot be sent."""
    if isinstance(part, ImagePart):
        taken = target.sees_images and part.media_type in IMAGE_TYPES
    else:
        text = text_of_file(part)
        if text is not None:
            return TextPart(text)
        taken = target.reads_files and part.media_type in FILE_TYPES
    return part if taken and role == "user" and part.data else TextPart(left_out(part))


def _sound_call(part: ToolCallPart, target: Target) -> ToolCallPart:
    """Give a call whose arguments are an object, with its seal only for whoever sealed it."""
    text = sound(part.arguments)
    arguments = arguments_of(part)
    call = replace(
        part,
        name=_NO_NAME.sub("_", part.name)[:_LONGEST_NAME] or "tool",
        arguments=text if loads_object(text) == arguments else json.dumps(arguments),
    )
    return call if target.made(part) else replace(call, signature="", made_by="")


def _says_something(part: Part) -> bool:
    """Tell whether a part may stand alone: blank words and bare thoughts are refused."""
    if isinstance(part, TextPart):
        return bool(part.text.strip())
    return not isinstance(part, ReasoningPart)


def _new_id(old: str, ids: set[str], target: Target) -> str:
    """Give an id that the target takes and that no call before it had."""
    legal = _MISTRALS_ID if _is_mistrals(target) else _LEGAL_ID
    new = old
    while not legal.fullmatch(new) or new in ids:
        salted = f"{len(ids)}/{new}".encode("utf-8", "replace")
        new = hashlib.sha256(salted).hexdigest()[:_MISTRALS_LENGTH]
    ids.add(new)
    return new


def _is_mistrals(target: Target) -> bool:
    return _MISTRAL.search(f"{target.provider}/{target.model}") is not None


def _result(result: ToolResultPart, call_id: str) -> ToolResultPart:
    """Give what a tool answered; that it failed has words, as most formats have no other sign."""
    failed = result.is_error and not result.text.strip()
    return replace(result, call_id=call_id, text=_FAILED if failed else sound(result.text))


def _renamed(part: Part, new_ids: dict[str, str]) -> Part:
    return replace(part, id=new_ids[part.id]) if isinstance(part, ToolCallPart) else part


def _joined(one: Turn, other: Turn) -> Turn:
    """Join two turns of one speaker, their words a blank line apart."""
    space = (TextPart("\n\n"),) if one.text and other.text else ()
    return Turn(one.role, (*one.parts, *space, *other.parts))

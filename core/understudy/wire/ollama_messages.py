"""The body of a request to Ollama: the conversation, the tools, and what is asked for.

Sources: docs.ollama.com (api/chat, api/embed, capabilities/thinking, capabilities/tool-calling,
capabilities/vision) and github.com/ollama/ollama (api/types.go).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from understudy.messages import ImagePart, ReasoningPart, ToolResultPart
from understudy.wire.attachments import base64_of
from understudy.wire.conversation import arguments_of, in_strict_order, turns_of
from understudy.wire.format import Call

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from understudy.requests import ChatRequest, Tool
    from understudy.wire.conversation import Turn
    from understudy.wire.format import Target


def chat(request: ChatRequest, target: Target) -> Call:
    """Make the call that asks ``target`` for a streamed answer.

    Left alone are ``num_ctx``, which loads the model anew and whose memory is the user's, and
    ``keep_alive``.
    """
    seeing = replace(target, reads_files=False)  # it takes images alone
    turns = in_strict_order(turns_of(request.messages, seeing), target)
    names = {call.id: call.name for turn in turns for call in turn.calls}
    body: dict[str, Any] = {
        "model": target.model,
        "messages": [message for turn in turns for message in _messages(turn, names)],
        "stream": True,
        # Else it forgets the beginning of what is too long for it without a word (ollama/ollama
        # #4967): a refusal goes to somebody with a larger window.
        "truncate": False,
    }
    options = _options(request)
    if options:
        body["options"] = options
    tools = [_tool(tool) for tool in request.tools if _offered(tool, request.tool_choice)]
    if tools:
        body["tools"] = tools
    if request.reasoning is not None:
        # Most models take a level as well as yes and no, gpt-oss nothing but a level.
        body["think"] = False if request.reasoning == "off" else request.reasoning
    return Call("/api/chat", body)


def embed(texts: Sequence[str], target: Target, dimensions: int | None) -> Call:
    """Make the call that turns ``texts`` into vectors; one that is too long is refused."""
    body: dict[str, Any] = {"model": target.model, "input": list(texts), "truncate": False}
    if dimensions is not None:
        body["dimensions"] = dimensions
    return Call("/api/embed", body)


def _options(request: ChatRequest) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if request.temperature is not None:
        options["temperature"] = request.temperature
    if request.max_tokens is not None:
        options["num_predict"] = request.max_tokens
    if request.stop:
        options["stop"] = list(request.stop)
    return options


def _offered(tool: Tool, choice: str) -> bool:
    """Tell whether ``tool`` goes along: with no ``tool_choice`` here, that is all the choice."""
    return choice in {"auto", "required", tool.name}


def _tool(tool: Tool) -> dict[str, Any]:
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.parameters),
    }
    return {"type": "function", "function": function}


def _messages(turn: Turn, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Render one turn: a message, or one for each result of a tool."""
    if turn.role == "tool":
        results = (part for part in turn.parts if isinstance(part, ToolResultPart))
        return [
            {
                "role": "tool",
                "tool_name": names[result.call_id],
                "tool_call_id": result.call_id,
                "content": result.text,
            }
            for result in results
        ]
    message: dict[str, Any] = {"role": turn.role, "content": turn.text}
    images = [base64_of(part) for part in turn.parts if isinstance(part, ImagePart)]
    if images:
        message["images"] = images
    # In turns for this model stand its own thoughts alone: a loop of tools wants them back.
    thoughts = "".join(part.text for part in turn.parts if isinstance(part, ReasoningPart))
    if thoughts:
        message["thinking"] = thoughts
    if turn.calls:
        message["tool_calls"] = [
            {
                "id": call.id,
                "function": {"index": index, "name": call.name, "arguments": arguments_of(call)},
            }
            for index, call in enumerate(turn.calls)
        ]
    return [message]

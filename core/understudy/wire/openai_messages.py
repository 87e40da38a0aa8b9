"""The body of a Chat Completions request: the conversation, the tools, and what is asked for.

Sources: platform.openai.com (docs/api-reference/chat/create) and, for each way of saying how long
to think, openrouter.ai/docs (use-cases/reasoning-tokens), docs.z.ai (guides/capabilities/thinking)
and help.aliyun.com (model-studio, deep thinking).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from understudy.messages import FilePart, ImagePart, ReasoningPart, TextPart, ToolResultPart
from understudy.wire.attachments import data_url
from understudy.wire.conversation import in_strict_order, turns_of
from understudy.wire.format import Call
from understudy.wire.values import loads, objects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.messages import Part, ToolCallPart
    from understudy.requests import ChatRequest, Reasoning, Tool
    from understudy.wire.conversation import Turn
    from understudy.wire.format import Dialect, Target


_NO_THOUGHT = " "
"""What Moonshot and DeepSeek take for the thought of another model; Moonshot refuses an empty one
(theopenco/llmgateway pull request 2093)."""


def chat(request: ChatRequest, target: Target) -> Call:
    """Make the call that asks ``target`` for a streamed answer."""
    dialect = target.dialect
    turns = in_strict_order(turns_of(request.messages, target), target)
    called = any(turn.calls for turn in turns)
    body: dict[str, Any] = {
        "model": target.model,
        "messages": [message for turn in turns for message in _messages(turn, dialect, called)],
        "stream": True,
    }
    if dialect.usage_on_request:
        body["stream_options"] = {"include_usage": True}
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.max_tokens is not None:
        most = target.max_output or request.max_tokens
        body[dialect.max_tokens_name] = min(request.max_tokens, most)
    if request.stop:
        body["stop"] = list(request.stop)
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
        body["tool_choice"] = tool_choice(request.tool_choice)
    if request.reasoning is not None:
        body |= _reasoning(request.reasoning, dialect)
    return Call("/chat/completions", body)


def embed(texts: Sequence[str], target: Target, dimensions: int | None) -> Call:
    """Make the call that turns ``texts`` into vectors (docs/api-reference/embeddings)."""
    body: dict[str, Any] = {
        "model": target.model,
        "input": list(texts),
        "encoding_format": "float",
    }
    if dimensions is not None:
        body["dimensions"] = dimensions
    return Call("/embeddings", body)


def tool_choice(choice: str) -> str | dict[str, Any]:
    """Say whether a tool is to be called, and which."""
    if choice in {"auto", "none", "required"}:
        return choice
    return {"type": "function", "function": {"name": choice}}


def _tool(tool: Tool) -> dict[str, Any]:
    function = {
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.parameters),
    }
    return {"type": "function", "function": function}


def _reasoning(reasoning: Reasoning, dialect: Dialect) -> dict[str, Any]:
    """Say how long to think in the way that this server understands; nothing where it has none."""
    thinks = reasoning != "off"
    match dialect.reasoning_style:
        case "reasoning_effort":
            return {"reasoning_effort": reasoning if thinks else "none"}
        case "reasoning_switch":
            return {"reasoning_effort": "high" if thinks else "none"}
        case "reasoning":
            return {"reasoning": {"effort": reasoning} if thinks else {"enabled": False}}
        case "thinking":
            return {"thinking": {"type": "enabled" if thinks else "disabled"}}
        case "enable_thinking":
            return {"enable_thinking": thinks}
        case "none":
            return {}


def _messages(turn: Turn, dialect: Dialect, called: bool) -> list[dict[str, Any]]:
    """Render one turn: a message, or one for each result of a tool."""
    if turn.role == "tool":
        results = (part for part in turn.parts if isinstance(part, ToolResultPart))
        return [
            {"role": "tool", "tool_call_id": result.call_id, "content": result.text}
            for result in results
        ]
    message: dict[str, Any] = {"role": turn.role, "content": _content(turn)}
    if turn.role == "assistant":
        message |= _thoughts(turn, dialect, called)
    if turn.calls:
        message["content"] = message["content"] or None
        message["tool_calls"] = [_call(call) for call in turn.calls]
    return [message]


def _content(turn: Turn) -> str | list[dict[str, Any]]:
    """Give plain words as a string, which every server takes, and parts only where there are."""
    if not any(isinstance(part, ImagePart | FilePart) for part in turn.parts):
        return turn.text
    return [content for part in turn.parts if (content := _part(part)) is not None]


def _part(part: Part) -> dict[str, Any] | None:
    match part:
        case TextPart(text):
            return {"type": "text", "text": text} if text.strip() else None
        case ImagePart():
            return {"type": "image_url", "image_url": {"url": data_url(part)}}
        case FilePart():
            file = {"filename": part.name or "document.pdf", "file_data": data_url(part)}
            return {"type": "file", "file": file}
        case _:
            return None


def _thoughts(turn: Turn, dialect: Dialect, called: bool) -> dict[str, Any]:
    """Give a model its own thoughts back where its server asks for them.

    OpenRouter and MiniMax want their ``reasoning_details`` as they were. DeepSeek and Moonshot want
    the words of a thought that led to a call of a tool, and where one was called refuse an answer
    without any, whoever gave it (api-docs.deepseek.com/guides/thinking_mode).
    """
    thoughts = [part for part in turn.parts if isinstance(part, ReasoningPart)]
    match dialect.reasoning_field:
        case "":
            return {}
        case "reasoning_details":
            details = [detail for part in thoughts for detail in _details(part)]
            return {"reasoning_details": details} if details else {}
        case field:
            words = "".join(part.text for part in thoughts) or (_NO_THOUGHT if called else "")
            return {field: words} if words else {}


def _details(part: ReasoningPart) -> list[dict[str, Any]]:
    return list(objects(loads(part.signature)))


def _call(part: ToolCallPart) -> dict[str, Any]:
    function = {"name": part.name, "arguments": part.arguments}
    return {"id": part.id, "type": "function", "function": function}

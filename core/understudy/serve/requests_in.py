"""From the JSON of OpenAI's clients to a ``ChatRequest``.

The fields: https://platform.openai.com/docs/api-reference/chat/create. What cannot be honoured and
would give the client another kind of answer than it asked for is refused. Fields that only tune an
answer (``top_p``, ``seed``, penalties, ``parallel_tool_calls``) and those that nobody knows are
ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias, cast

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from understudy.requests import ChatRequest, Tool
from understudy.serve.failures import ApiError
from understudy.serve.messages_in import MessageIn
from understudy.serve.reading import In, validated

if TYPE_CHECKING:
    from understudy.requests import Reasoning

_Effort: TypeAlias = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
_REASONING: Final[dict[str, Reasoning]] = {
    "none": "off",
    "minimal": "low",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "high",
    "max": "high",
}


@dataclass(frozen=True, slots=True)
class ChatCall:
    """A request for an answer: whom it names, and in which form it wants the answer."""

    model: str
    request: ChatRequest
    stream: bool
    include_usage: bool


class FunctionIn(In):
    """What a tool is called and takes."""

    name: str = Field(min_length=1)
    description: str | None = None
    parameters: dict[str, Any] | None = None


class ToolDefinitionIn(In):
    """A tool that may be called."""

    type: Literal["function"] = "function"
    function: FunctionIn

    def tool(self) -> Tool:
        """Give it as Understudy has it; a tool that takes nothing may leave out its schema."""
        function = self.function
        schema = function.parameters or {"type": "object", "properties": {}}
        return Tool(function.name, function.description or "", schema)


class StreamOptionsIn(In):
    """What else a stream is to hold."""

    include_usage: bool | None = None


def _stops(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _choice(value: Any) -> Any:
    """Give the word, or the name of the tool that is to be called."""
    if not isinstance(value, dict):
        return value
    choice = cast("dict[str, Any]", value)
    function: object = choice.get("function")
    if choice.get("type") != "function" or not isinstance(function, dict):
        raise PydanticCustomError("choice", "It is none, auto, required or a function by its name.")
    return cast("dict[str, object]", function).get("name", "")


class ChatIn(In):
    """The whole body."""

    model: str | None = None
    messages: list[MessageIn] = Field(min_length=1)
    stream: bool | None = None
    stream_options: StreamOptionsIn | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    stop: Annotated[list[str] | None, BeforeValidator(_stops)] = None
    tools: list[ToolDefinitionIn] | None = None
    tool_choice: Annotated[str | None, BeforeValidator(_choice)] = None
    reasoning_effort: _Effort | None = None
    n: Any = None
    response_format: Any = None
    modalities: Any = None
    functions: Any = None

    def request(self) -> ChatRequest:
        """Give it as Understudy has it, without a route."""
        effort = self.reasoning_effort
        return ChatRequest(
            tuple(message.message() for message in self.messages),
            temperature=self.temperature,
            max_tokens=self.max_completion_tokens or self.max_tokens,
            stop=tuple(self.stop or ()),
            tools=tuple(tool.tool() for tool in self.tools or ()),
            tool_choice="auto" if self.tool_choice is None else self.tool_choice,
            reasoning=None if effort is None else _REASONING[effort],
        )


def read_chat(body: bytes) -> ChatCall:
    """Read the body of a request for an answer. Raises ``ApiError`` (400)."""
    given = validated(ChatIn, body)
    _refuse_other_forms(given)
    request = given.request()
    if request.tool_choice not in {"auto", "none", *(tool.name for tool in request.tools)}:
        _refuse_choice(request)
    options = given.stream_options or StreamOptionsIn()
    return ChatCall(given.model or "", request, bool(given.stream), bool(options.include_usage))


def _refuse_choice(request: ChatRequest) -> None:
    """Refuse a choice of a tool that was not given; ``required`` wants any."""
    if request.tool_choice != "required" or not request.tools:
        message = "tool_choice asks for a tool that is not in tools. Nobody was asked."
        raise ApiError(400, message, param="tool_choice")


def _refuse_other_forms(given: ChatIn) -> None:
    """Refuse what would be another form of an answer."""
    if given.n not in (None, 1):
        raise _refused("n", "Understudy gives one answer: n can only be 1.")
    if given.response_format not in (None, {"type": "text"}):
        message = "Understudy cannot promise a form of the answer: response_format can be text."
        raise _refused("response_format", message)
    if given.modalities not in (None, ["text"]):
        raise _refused("modalities", "Understudy answers in text: modalities can be text.")
    if given.functions:
        raise _refused("functions", "Functions are called tools by now: send them as tools.")


def _refused(param: str, message: str) -> ApiError:
    return ApiError(400, f"{message} Nobody was asked.", param=param)

"""The vendors' own libraries, each asked through its usual door, and what it says that it heard.

They are loaded by name: the environment in which types are checked does not have them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from peers.heard import KEY, QUESTION, Heard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from understudy.wire.format import WireName

Library: TypeAlias = Any
Hear: TypeAlias = "Callable[[str, str], Heard]"

USER = [{"role": "user", "content": QUESTION}]
FINISH = {"end_turn": "stop", "tool_use": "tool_calls", "completed": "stop"}
"""Words of the vendors for what has another name with us."""


def library(name: str) -> Library:
    """Load a library, which this environment has no types of."""
    return import_module(name)


@cache
def openai(url: str) -> Library:
    """A client of OpenAI's library."""
    return library("openai").OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0)


@cache
def anthropic(url: str) -> Library:
    """A client of Anthropic's library."""
    return library("anthropic").Anthropic(base_url=url, api_key=KEY, max_retries=0)


@cache
def gemini(url: str) -> Library:
    """A client of Google's library."""
    types = library("google.genai.types")
    options = types.HttpOptions(base_url=url)
    return library("google.genai").Client(api_key=KEY, http_options=options)


@cache
def ollama(url: str) -> Library:
    """A client of Ollama's library."""
    return library("ollama").Client(host=url)


@cache
def mistral(url: str) -> Library:
    """A client of Mistral's library."""
    return library("mistralai.client").Mistral(api_key=KEY, server_url=url)


# Streams


def hear_openai(url: str, model: str) -> Heard:
    """Chat Completions; the thought is a field of which the library knows no name."""
    completions = openai(url).chat.completions
    options = {"include_usage": True}
    chunks = completions.create(model=model, messages=USER, stream=True, stream_options=options)
    return _chat_chunks(list(chunks), lambda delta: getattr(delta, "reasoning_content", "") or "")


def hear_mistral(url: str, model: str) -> Heard:
    """The same format through Mistral's library, which knows no thoughts beside the words."""
    with mistral(url).chat.stream(model=model, messages=USER) as stream:
        return _chat_chunks([event.data for event in stream], None)


def _chat_chunks(chunks: list[Any], thought_of: Callable[[Any], str] | None) -> Heard:
    choices = [chunk.choices[0] for chunk in chunks if chunk.choices]
    calls: dict[int, list[str]] = {}
    for fragment in (each for choice in choices for each in choice.delta.tool_calls or ()):
        call = calls.setdefault(fragment.index, ["", ""])
        call[0] += fragment.function.name or ""
        call[1] += fragment.function.arguments or ""
    usage = [chunk.usage for chunk in chunks if chunk.usage][-1]
    return Heard(
        "".join(choice.delta.content or "" for choice in choices),
        None if thought_of is None else "".join(thought_of(each.delta) for each in choices),
        tuple((name, json.loads(arguments)) for name, arguments in calls.values()),
        (usage.prompt_tokens, usage.completion_tokens),
        next(str(each.finish_reason) for each in reversed(choices) if each.finish_reason),
    )


def hear_responses(url: str, model: str) -> Heard:
    """Responses: the library puts the events together itself."""
    with openai(url).responses.stream(model=model, input=QUESTION) as stream:
        return _response(stream.get_final_response())


def _response(response: Any) -> Heard:
    if response.error:
        raise AnswerFailedError(response.error.message)
    thoughts = [each for item in response.output for each in getattr(item, "summary", ())]
    called = [item for item in response.output if item.type == "function_call"]
    return Heard(
        response.output_text,
        "".join(each.text for each in thoughts),
        tuple((call.name, json.loads(call.arguments)) for call in called),
        (response.usage.input_tokens, response.usage.output_tokens),
        "tool_calls" if called else FINISH[response.status],
    )


class AnswerFailedError(Exception):
    """A library tells of a failure by a value, not by an exception."""


def hear_anthropic(url: str, model: str) -> Heard:
    """Messages: the library puts the events together itself."""
    with anthropic(url).messages.stream(model=model, messages=USER, max_tokens=100) as stream:
        return _message(stream.get_final_message())


def _message(message: Any) -> Heard:
    def each(kind: str) -> list[Any]:
        return [block for block in message.content if block.type == kind]

    return Heard(
        "".join(block.text for block in each("text")),
        "".join(block.thinking for block in each("thinking")),
        tuple((block.name, block.input) for block in each("tool_use")),
        (message.usage.input_tokens, message.usage.output_tokens),
        FINISH[message.stop_reason],
    )


def hear_gemini(url: str, model: str) -> Heard:
    """``streamGenerateContent`` with server-sent events."""
    return _candidates(gemini(url).models.generate_content_stream(model=model, contents=QUESTION))


def _candidates(chunks: Iterable[Any]) -> Heard:
    answers = list(chunks)
    parts = [part for each in answers for part in each.candidates[0].content.parts or ()]
    usage = answers[-1].usage_metadata
    calls = tuple(
        (part.function_call.name, part.function_call.args) for part in parts if part.function_call
    )
    finish = answers[-1].candidates[0].finish_reason.value.lower()
    return Heard(
        "".join(part.text for part in parts if part.text and not part.thought),
        "".join(part.text for part in parts if part.text and part.thought),
        calls,
        (usage.prompt_token_count, usage.candidates_token_count),
        "tool_calls" if calls and finish == "stop" else finish,
    )


def hear_ollama(url: str, model: str) -> Heard:
    """Ollama's own format."""
    return _lines(ollama(url).chat(model=model, messages=USER, stream=True))


def _lines(chunks: Iterable[Any]) -> Heard:
    answers = list(chunks)
    calls = tuple(
        (call.function.name, dict(call.function.arguments))
        for each in answers
        for call in each.message.tool_calls or ()
    )
    last = answers[-1]
    return Heard(
        "".join(each.message.content or "" for each in answers),
        "".join(each.message.thinking or "" for each in answers),
        calls,
        (last.prompt_eval_count, last.eval_count),
        "tool_calls" if calls else str(last.done_reason),
    )


# Whole answers


def whole_openai(url: str, model: str) -> Heard:
    """Chat Completions, not streamed."""
    completion = openai(url).chat.completions.create(model=model, messages=USER)
    return _completion(completion, told=True)


def whole_mistral(url: str, model: str) -> Heard:
    """The same through Mistral's library."""
    return _completion(mistral(url).chat.complete(model=model, messages=USER), told=False)


def _completion(completion: Any, *, told: bool) -> Heard:
    choice = completion.choices[0]
    called = [call.function for call in choice.message.tool_calls or ()]
    return Heard(
        choice.message.content,
        (getattr(choice.message, "reasoning_content", "") or "") if told else None,
        tuple((each.name, json.loads(each.arguments)) for each in called),
        (completion.usage.prompt_tokens, completion.usage.completion_tokens),
        str(choice.finish_reason),
    )


def whole_responses(url: str, model: str) -> Heard:
    """Responses, not streamed."""
    return _response(openai(url).responses.create(model=model, input=QUESTION))


def whole_anthropic(url: str, model: str) -> Heard:
    """Messages, not streamed."""
    return _message(anthropic(url).messages.create(model=model, messages=USER, max_tokens=100))


def whole_gemini(url: str, model: str) -> Heard:
    """``generateContent``."""
    return _candidates([gemini(url).models.generate_content(model=model, contents=QUESTION)])


def whole_ollama(url: str, model: str) -> Heard:
    """Ollama's own format, not streamed."""
    return _lines([ollama(url).chat(model=model, messages=USER, stream=False)])


@dataclass(frozen=True, slots=True)
class Sdk:
    """A library: the format that it speaks, and its two ways to ask, by server and model."""

    wire: WireName
    stream: Hear
    whole: Hear


SDKS = {
    "openai": Sdk("openai-chat", hear_openai, whole_openai),
    "openai-responses": Sdk("openai-responses", hear_responses, whole_responses),
    "anthropic": Sdk("anthropic", hear_anthropic, whole_anthropic),
    "google-genai": Sdk("gemini", hear_gemini, whole_gemini),
    "ollama": Sdk("ollama", hear_ollama, whole_ollama),
    "mistralai": Sdk("openai-chat", hear_mistral, whole_mistral),
}

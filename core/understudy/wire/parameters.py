"""Which field of the request a server says it does not take.

Servers that speak one format take different fields of it: whoever asked may leave the named one
out and ask once more. The field stands in ``error.param`` (OpenAI), in ``detail[].loc`` (Mistral
and whatever else is written with pydantic), or in the words of the message alone.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_QUOTE = "[\"'`‘“]"
_PATH = r"(?P<path>[A-Za-z_][\w.\[\]-]{0,120}+)(?![*…])"  # what is masked is a key, no field
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        # platform.openai.com: "Unsupported parameter: 'x'", "Unknown parameter: 'x.y'",
        # "Unsupported value: 'x' does not support 0.2 with this model"
        rf"(?i:unsupported|unknown|unrecognized) (?:parameter|value|field|key):? ?{_QUOTE}{_PATH}",
        rf"(?i:unrecognized) request arguments? supplied: {_PATH}",
        # serde, so DeepSeek, xAI, Hugging Face: "unknown field `x`, expected one of …"
        rf"unknown field:? {_QUOTE}{_PATH}",
        # console.groq.com, Cerebras: "property 'x' is unsupported", "property 'body.x' …"
        rf"property {_QUOTE}{_PATH}{_QUOTE} is unsupported",
        # docs.claude.com: "x: Extra inputs are not permitted"; Fireworks: "…, field: 'x'"
        rf"{_PATH}: Extra inputs are not permitted",
        rf"Extra inputs are not permitted, field: {_QUOTE}{_PATH}",
        # a pydantic error written out, as vLLM does: "'loc': ('body', 'x'), 'msg': 'Extra …"
        rf"{_QUOTE}loc{_QUOTE}: [(\[]{_QUOTE}body{_QUOTE}, {_QUOTE}{_PATH}{_QUOTE}",
        # JSON schema: "Additional properties are not allowed ('x' was unexpected)"
        rf"\({_QUOTE}{_PATH}{_QUOTE} was unexpected\)",
        # LiteLLM: "openai does not support parameters: ['x'], for model=…"
        rf"does not support parameters?:? \[?{_QUOTE}?{_PATH}",
        # docs.x.ai: "Argument not supported on this model: x"
        rf"(?i:argument|parameter) not supported on this model: {_PATH}",
        # Qwen: "parameter.enable_thinking must be set to false", "… does not support enable_search"
        rf"\bparameter\.{_PATH} must be",
        r"model does not support (?P<path>[a-z]+_[a-z_]{1,60})",
        # Bedrock: "#: extraneous key [x] is not permitted"
        r"extraneous key \[(?P<path>[\w.]{1,64})\] is not permitted",
        # Older servers of Ollama's: 'think value "low" is not supported for this model', "json:
        # cannot unmarshal string into Go struct field ChatRequest.think of type bool"
        r"(?P<path>think) value \"\w+\" is not supported",
        rf"Go struct field \w{{1,40}}\.{_PATH}",
        # docs.claude.com: "`x` and `y` cannot both be specified for this model", "`x` is deprecated
        # for this model"; others in like words, the field in quotes
        rf"{_QUOTE}{_PATH}{_QUOTE} cannot both be",
        rf"{_QUOTE}{_PATH}{_QUOTE} is (?:not supported|unsupported|deprecated|not allowed)",
    )
)
_ABILITIES = (
    # docs.ollama.com/api/errors: '"x" does not support tools'; openrouter.ai: "No endpoints found
    # that support tool use."; Bedrock: "This model doesn't support tool use."
    (re.compile(r"(?:n[o']t|endpoints found that) support (?:tools|tool use)\b"), "tools"),
    (re.compile(r"tools param requires --jinja"), "tools"),  # llama.cpp
    (re.compile(r"not support thinking\b"), "think"),
    # docs.cohere.com: "too many tokens: max tokens must be less than or equal to 4096"
    (re.compile(r"max tokens must be"), "max_tokens"),
)
_GEMINI = re.compile(r"Unknown name \"(?P<name>\w{1,64})\"(?: at '(?P<path>[\w.\[\]]{1,120})')?")
_NO_FIELD = frozenset({"", "body", "validation_error", "none", "null", "error", "request"})
_NEEDED = frozenset({"model", "messages", "input", "contents", "prompt"})
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


def refused_parameter(layers: Iterable[dict[str, Any]], message: str) -> str:
    """Name the request's field that is not taken, as a path; empty where none is named.

    ``layers`` are the objects of an error's body. A field without which nothing is asked is not
    named: leaving it out would not help.
    """
    paths = (_path(path) for path in (*_in_words(message), *_in_fields(layers)))
    return next((".".join(path) for path in paths if path and path[0] not in _NEEDED), "")


def _in_words(message: str) -> Iterator[str]:
    for pattern in _PATTERNS:
        match = pattern.search(message)
        if match:
            yield match["path"]
    for pattern, name in _ABILITIES:
        if pattern.search(message):
            yield name
    match = _GEMINI.search(message)
    if match:
        yield _camel(".".join(name for name in (match["path"], match["name"]) if name))


def _in_fields(layers: Iterable[dict[str, Any]]) -> Iterator[str]:
    for layer in layers:
        param = layer.get("param")
        if isinstance(param, str):
            yield param
        loc = layer.get("loc")
        if isinstance(loc, list) and layer.get("type") != "missing":
            yield ".".join(str(part) for part in cast("list[object]", loc))


def _path(path: str) -> list[str]:
    """Take the names of a path from its top down to a place in a list: ``body.stop[0]`` is stop."""
    if ".." in path:  # the middle of something that is left out
        return []
    parts = [part for part in re.split(r"[.\[\]]+", path) if part.lower() not in _NO_FIELD]
    return list(takewhile(_NAME.fullmatch, parts))


def _camel(path: str) -> str:
    """Turn a name of Google's protocol buffers into the one that stands in JSON."""
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), path)

"""What we send is what the vendors' own types describe, to the last field."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    TypeAlias,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import pytest
from typing_extensions import is_typeddict

from peers.conversation import TELLINGS
from peers.sdks import library
from understudy.providers.wires import wire_format
from understudy.wire.format import Target

Kind: TypeAlias = Any
TYPES = {
    "openai": ("openai.types.chat.completion_create_params", "CompletionCreateParamsStreaming"),
    "openai-responses": (
        "openai.types.responses.response_create_params",
        "ResponseCreateParamsStreaming",
    ),
    "anthropic": ("anthropic.types.message_create_params", "MessageCreateParamsStreaming"),
}
"""Dictionaries, which nothing checks as the library runs."""

GOOGLES = {
    "contents": "Content",
    "systemInstruction": "Content",
    "generationConfig": "GenerationConfig",
    "toolConfig": "ToolConfig",
    "tools": "Tool",
}
"""Models of pydantic, which refuse what they do not name."""


def body_for(name: str) -> dict[str, Any]:
    """What we send."""
    telling = TELLINGS[name]
    target = Target(telling.row.id, telling.model, telling.row.dialect)
    return wire_format(telling.row.wire).chat(telling.request, target).body


def fits(value: Any, kind: Kind) -> bool:
    """Whether a value is of a type as editors check it; a dictionary may have no other field."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in {Annotated, Required, NotRequired}:
        return fits(value, arguments[0])
    if origin in {Union, types.UnionType}:
        return any(fits(value, each) for each in arguments)
    if origin is Literal:
        return value in arguments
    if is_typeddict(kind):
        return isinstance(value, dict) and _fits_fields(cast("dict[str, Any]", value), kind)
    if origin is not None and issubclass(origin, Mapping):
        return isinstance(value, dict)
    if origin is not None and issubclass(origin, Iterable):
        return isinstance(value, list) and all(
            fits(each, arguments[0]) for each in cast("list[Any]", value)
        )
    if kind is float:
        return isinstance(value, int | float)
    return kind in {Any, object} or (isinstance(kind, type) and isinstance(value, kind))


def _fits_fields(value: dict[str, Any], kind: Kind) -> bool:
    fields = get_type_hints(kind, include_extras=True)
    return (
        value.keys() <= fields.keys()
        and value.keys() >= kind.__required_keys__
        and all(fits(each, fields[key]) for key, each in value.items())
    )


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterable[tuple[str | int, ...]]:
    """Where in a body there is a dictionary."""
    if isinstance(value, dict):
        yield path
        for key, each in cast("dict[str, Any]", value).items():
            yield from places(each, (*path, key))
    elif isinstance(value, list):
        for number, each in enumerate(cast("list[Any]", value)):
            yield from places(each, (*path, number))


@pytest.mark.parametrize("name", TYPES)
def test_that_the_vendors_types_describe_what_we_send(name: str) -> None:
    module, kind = TYPES[name]
    wanted = getattr(library(module), kind)
    body = body_for(name)
    for field, value in body.items():
        assert fits(value, get_type_hints(wanted, include_extras=True)[field]), field
    assert fits(body, wanted)


@pytest.mark.parametrize("name", TYPES)
def test_that_a_field_too_many_would_have_been_seen(name: str) -> None:
    module, kind = TYPES[name]
    wanted = getattr(library(module), kind)
    open_to_all = {"parameters", "input_schema", "input"}
    for path in places(body_for(name)):
        if open_to_all.isdisjoint(path[1:]):
            body = body_for(name)
            inner: Any = body
            for step in path:
                inner = inner[step]
            inner["no_such_field"] = 1
            assert not fits(body, wanted), path


def test_that_googles_types_take_what_we_send() -> None:
    models = library("google.genai.types")
    body = body_for("google-genai")
    assert body.keys() == GOOGLES.keys()
    for field, value in body.items():
        for each in cast("list[Any]", value) if isinstance(value, list) else [value]:
            getattr(models, GOOGLES[field]).model_validate(each)

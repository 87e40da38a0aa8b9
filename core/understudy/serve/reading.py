"""Reading a body that a client sent; what is wrong with it is said with its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from understudy.serve.failures import ApiError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=BaseModel)

_HALF_AN_ESCAPE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_PAIRS_AND_HALVES: Final = re.compile(
    r"((?:\\\\)+|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
"""What stays as it is, escaped backslashes among it, or half a character."""

_TAGGED: Final = frozenset({"messages", "content"})
"""Lists whose items are told apart by a tag, which pydantic puts into an error's place."""

_LONGEST_WORD: Final = 40
"""Of what the client sent, so much of a word is repeated to it."""


class In(BaseModel):
    """What a client sends. Fields that are not known are ignored, types are taken as they are."""

    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False)


def validated(model: type[Model], body: bytes) -> Model:
    """Read a body as JSON of this shape. Raises ``ApiError`` (400) that names the field."""
    try:
        return model.model_validate_json(_whole_characters(body))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    if first["type"] == "json_invalid":
        raise ApiError(400, f"This is no JSON ({_reason(first)}). Nobody was asked.")
    place = _place(first["loc"])
    where = f"{place}: " if place else ""
    raise ApiError(400, f"{where}{_said(first)} Nobody was asked.", param=place or None)


def _whole_characters(body: bytes) -> bytes:
    """Mend text that a client cut inside a character; it would be refused again and again.

    JavaScript counts a character outside the basic plane as two, and writes half of one as an
    escape (tc39.es/ecma262, JSON.stringify), which a strict reader does not take.
    """
    if not _HALF_AN_ESCAPE.search(body):
        return body
    text = body.decode("utf-8", "replace")
    return _PAIRS_AND_HALVES.sub(lambda found: found[1] or r"\ufffd", text).encode()


def _place(location: Sequence[int | str]) -> str:
    """Write where it is, as OpenAI does: ``messages[0].content[1].image_url.url``."""
    place = ""
    for number, step in enumerate(location):
        if isinstance(step, int):
            place += f"[{step}]"
        elif number < 2 or not (
            isinstance(location[number - 1], int) and location[number - 2] in _TAGGED
        ):
            place += f".{step}" if place else step
    return place


def _said(error: ErrorDetails) -> str:
    """Say what is wrong, in a sentence."""
    context: dict[str, Any] = error.get("ctx", {})
    match error["type"]:
        case "union_tag_invalid":
            tag = str(context["tag"])[:_LONGEST_WORD]
            return f'"{tag}" is none of {context["expected_tags"]}.'
        case "union_tag_not_found":
            return f"The field {context['discriminator']} is missing."
        case "missing":
            return "The field is missing."
        case _:
            return f"{error['msg'].removesuffix('.')}."


def _reason(error: ErrorDetails) -> str:
    return str(error.get("ctx", {}).get("error", "it is cut off"))

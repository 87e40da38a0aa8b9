"""Vectors, as OpenAI's clients ask for them and are given them.

https://platform.openai.com/docs/api-reference/embeddings. Its Python library asks for ``base64``
where the caller names no format: 32-bit floats, the least significant byte first.
"""

from __future__ import annotations

import struct
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from understudy.serve.reading import In, validated

if TYPE_CHECKING:
    from understudy.requests import EmbeddingResponse


@dataclass(frozen=True, slots=True)
class EmbeddingCall:
    """A request for vectors: of which texts, by which model, and in which form."""

    model: str
    texts: tuple[str, ...]
    dimensions: int | None
    base64: bool


def _texts(value: Any) -> Any:
    if not isinstance(value, list):
        return [value]
    items = cast("list[object]", value)
    if any(isinstance(item, int | list) for item in items):
        raise PydanticCustomError(
            "tokens", "Tokens mean something to one model only. Send the texts themselves."
        )
    return items


class EmbeddingIn(In):
    """The whole body."""

    model: str = Field(min_length=1)
    input: Annotated[list[str], BeforeValidator(_texts), Field(min_length=1)]
    dimensions: int | None = Field(default=None, ge=1)
    encoding_format: Literal["float", "base64"] | None = None


def read_embedding(body: bytes) -> EmbeddingCall:
    """Read the body of a request for vectors. Raises ``ApiError`` (400)."""
    given = validated(EmbeddingIn, body)
    base64 = given.encoding_format == "base64"
    return EmbeddingCall(given.model, tuple(given.input), given.dimensions, base64)


def vectors_out(response: EmbeddingResponse, *, base64: bool) -> dict[str, Any]:
    """Give the answer, as plain JSON values."""
    rows = [
        {"object": "embedding", "index": index, "embedding": _packed(vector) if base64 else vector}
        for index, vector in enumerate(response.vectors)
    ]
    tokens = response.usage.input_tokens or 0
    return {
        "object": "list",
        "data": rows,
        "model": f"{response.provider}/{response.model}",
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        "understudy": {"trace": response.trace.as_json()},
    }


def _packed(vector: tuple[float, ...]) -> str:
    return b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode("ascii")

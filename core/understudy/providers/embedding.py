"""Turning texts into vectors: in batches, all of one length, all by one model."""

from __future__ import annotations

from dataclasses import fields
from math import isfinite
from typing import TYPE_CHECKING

from understudy.errors import ErrorKind, ProviderError
from understudy.requests import Usage
from understudy.wire.format import Vectors

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from understudy.wire.format import Call, Target, WireFormat


async def embed_in_batches(
    wire: WireFormat,
    target: Target,
    texts: Sequence[str],
    dimensions: int | None,
    send: Callable[[Call], Awaitable[bytes]],
    name: str,
) -> Vectors:
    """Ask for the vectors of ``texts``, as many at once as the server takes, in their order.

    Raises ``ProviderError``, also where the answer is not one vector a text, all of one length.
    """
    if wire.embed is None or wire.vectors is None:
        raise ProviderError(ErrorKind.MODEL_GONE, f"{name} makes no vectors of texts.")
    size = target.dialect.embedding_batch
    found: list[tuple[float, ...]] = []
    usage = Usage()
    for begin in range(0, len(texts), size):
        batch = texts[begin : begin + size]
        body = await send(wire.embed(batch, target, dimensions))
        try:
            answer = wire.vectors(body)
        except ValueError as error:
            raise _unusable(name, str(error)) from None
        if len(answer.vectors) != len(batch):
            raise _unusable(name, f"{len(answer.vectors)} vectors for {len(batch)} texts")
        found += answer.vectors
        usage = _sum(usage, answer.usage) if begin else answer.usage
    _check_lengths(found, name)
    return Vectors(tuple(found), usage)


def same_model(one: str, other: str) -> bool:
    """Tell whether two providers' ids name one model: ``BAAI/bge-m3`` and ``bge-m3:latest`` do.

    Only what is certain counts. Vectors of two models do not compare, so that a guess would spoil
    whatever they are kept for.
    """
    return _bare(one) == _bare(other)


def _bare(model: str) -> str:
    return model.lower().removesuffix(":latest").rpartition("/")[2]


def _check_lengths(vectors: Sequence[tuple[float, ...]], name: str) -> None:
    if len({len(vector) for vector in vectors}) > 1:
        raise _unusable(name, "vectors of several lengths")
    if not all(isfinite(number) for vector in vectors for number in vector):
        raise _unusable(name, "a vector with no number in it")


def _sum(one: Usage, other: Usage) -> Usage:
    """Add the counts of two batches; where one is not told, neither is the sum."""
    counted: dict[str, int | float | None] = {}
    for field in fields(Usage):
        a, b = getattr(one, field.name), getattr(other, field.name)
        counted[field.name] = None if a is None or b is None else a + b
    return Usage(**counted)  # type: ignore[arg-type] - the fields' own sums


def _unusable(name: str, what: str) -> ProviderError:
    return ProviderError(
        ErrorKind.MALFORMED_CHUNK, f"{name} sent vectors that cannot be used: {what}."
    )

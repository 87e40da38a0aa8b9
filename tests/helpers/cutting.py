"""Cutting a stream anywhere, as a network does."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

Stream = TypeVar("Stream", bytes, str)


def cut(stream: Stream, at: Iterable[int]) -> list[Stream]:
    """``stream`` in pieces, cut at those of the places that lie inside it."""
    edges = [0, *sorted(place for place in at if place < len(stream)), len(stream)]
    return [stream[begin:end] for begin, end in pairwise(edges)]

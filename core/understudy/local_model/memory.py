"""How much memory a model needs, and how long a context fits into what is free.

Pure: how much is free is told. ``None`` means not known: then nothing is refused for it.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from understudy.local_model.shape import Shape

DEFAULT_CONTEXT: Final = 32_768
"""Tokens that are read unless the user wants more: ten times as many take ten times the memory, and
a processor without a graphics card reads this many for minutes."""
DEFAULT_EMBEDDING_CONTEXT: Final = 2048
LEAST_CONTEXT: Final = 2048
"""Below this a conversation is over before it has begun."""

BATCH: Final = 256
"""Tokens that are read at once. Stopping takes effect between two batches, and a large model on a
processor takes a minute for one."""
PROMPT_CACHE: Final = 256 * 2**20
"""Bytes for conversations other than the present one; llama.cpp would take 8 GB."""

_PROGRAM: Final = (
    80 * 2**20
)  # measured: 22 MB at the start, 60 MB with the buffers of a small model
_SPARED: Final = 0.05  # of what is free, for what else goes on
_STEP: Final = 256


@dataclass(frozen=True, slots=True)
class Fit:
    """How a model goes into memory: its context in tokens, and bytes needed and free."""

    context: int
    batch: int
    needed: int
    free: int | None

    @property
    def lacking(self) -> int:
        """How many bytes too few there are."""
        return 0 if self.free is None else max(0, self.needed - self.free)


def fit(shape: Shape, size: int, free: int | None, wanted: int | None = None) -> Fit:
    """Choose the longest context that fits beside ``size`` bytes of weights.

    ``wanted`` tokens are asked for; the model's own limit and the memory's come first. Where not
    even the shortest fits, it is given all the same, and ``lacking`` tells.
    """
    embeds = shape.purpose == "embedding"
    most = wanted or (DEFAULT_EMBEDDING_CONTEXT if embeds else DEFAULT_CONTEXT)
    if shape.context_length is not None:
        most = min(most, shape.context_length)
    least = min(most, LEAST_CONTEXT)

    def fitted(context: int) -> Fit:
        batch = context if embeds else min(BATCH, context)
        return Fit(context, batch, _needed(shape, size, context, batch), usable)

    usable = None if free is None else int(free * (1 - _SPARED))
    if not fitted(most).lacking:
        return fitted(most)
    steps = range(least, most + 1, _STEP)
    too_long = bisect_left(steps, True, key=lambda context: fitted(context).lacking > 0)
    return fitted(steps[max(too_long - 1, 0)])


def _needed(shape: Shape, size: int, context: int, batch: int) -> int:
    """Bytes for the weights, the cache of the context and the numbers in between.

    Measured, without the prompt cache: 678 MB where this says 743 (110 MB of Q4_0), 1320 where it
    says 1387 (750 MB of F32).
    """
    between = 4 * batch * (shape.vocabulary + 3 * shape.hidden + 8 * shape.width)
    return size + shape.cache_bytes(context, batch) + between + PROMPT_CACHE + _PROGRAM

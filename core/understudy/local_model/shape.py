"""What the head of a file says of the model in it: what it is for, and how large it gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.local_model.gguf import Header, Scalar, Value

Purpose: TypeAlias = Literal["chat", "embedding", "ranking", "part"]

_BY_FILE_TYPE: Final = """F32 F16 Q4_0 Q4_1 . . . Q8_0 Q5_0 Q5_1 Q2_K Q3_K_S Q3_K_M Q3_K_L Q4_K_S
    Q4_K_M Q5_K_S Q5_K_M Q6_K IQ2_XXS IQ2_XS Q2_K_S IQ3_XS IQ3_XXS IQ1_S IQ4_NL IQ3_S IQ3_M IQ2_S
    IQ2_M IQ4_XS IQ1_M BF16 . . . TQ1_0 TQ2_0 MXFP4 NVFP4 Q1_0"""
_QUANTISATIONS: Final = dict(enumerate(_BY_FILE_TYPE.split()))
_POOLING_NONE, _POOLING_RANK = 0, 4
_NO_MODEL: Final = frozenset({"adapter", "imatrix", "mmproj"})
"""Values of general.type for files that go with a model and are none."""

_SLIDING_EVERY: Final[Mapping[str, int]] = {
    "cohere2": 4,
    "gemma2": 2,
    "gemma3": 6,
    "gemma3n": 5,
    "gpt-oss": 2,
}
"""Of so many layers all but the last look back through a window, where a file does not say so.

From https://github.com/ggml-org/llama.cpp/tree/master/src/models. One that is missing here is taken
to look back all the way, and to need more memory than it does.
"""

_BYTES_OF_A_CELL = 2  # 16-bit floating point, llama.cpp's own choice for its cache
_CELLS_AT_ONCE = 256  # the cache grows by so many cells
_MOST_LAYERS = 4096
_BELIEVABLE = 1 << 32


@dataclass(frozen=True, slots=True)
class Shape:
    """A model as its file describes it.

    ``weights`` is how many there are, ``context_length`` how many tokens it was made to read, None
    where the file does not say. ``has_template`` tells whether it was taught to converse. Sizes are
    numbers of vector components, heads and tokens.
    """

    architecture: str
    name: str
    quantisation: str
    purpose: Purpose
    has_template: bool
    weights: int
    context_length: int | None
    width: int
    hidden: int
    vocabulary: int
    layers: tuple[Layer, ...]

    def cache_bytes(self, context: int, batch: int) -> int:
        """How much memory it takes to remember ``context`` tokens that are read in batches."""
        return sum(layer.cells(context, batch) * layer.cell for layer in self.layers)


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer's share of the cache: bytes a token, and how many tokens its window has."""

    cell: int
    window: int | None = None

    def cells(self, context: int, batch: int) -> int:
        """How many tokens it keeps of ``context``."""
        kept = context if self.window is None else min(context, self.window + batch)
        return -(-kept // _CELLS_AT_ONCE) * _CELLS_AT_ONCE


def read_shape(header: Header) -> Shape:
    """Make sense of a file's metadata; what is missing or absurd counts as not said."""
    facts = _Facts(header.metadata)
    return Shape(
        architecture=facts.architecture,
        name=facts.text("general.name"),
        quantisation=_QUANTISATIONS.get(facts.whole("general.file_type", -1), "").strip("."),
        purpose=_purpose(facts, header),
        has_template=bool(facts.text("tokenizer.chat_template")),
        weights=header.weights,
        context_length=facts.whole("*.context_length") or None,
        width=facts.whole("*.embedding_length"),
        hidden=max(facts.each("*.feed_forward_length", 1), default=0),
        vocabulary=header.lengths.get("tokenizer.ggml.tokens", 0),
        layers=_layers(facts),
    )


class _Facts:
    """Metadata whose types nobody vouches for; a key's ``*`` stands for the architecture."""

    def __init__(self, metadata: Mapping[str, Value]) -> None:
        self._metadata = metadata
        self.architecture = self.text("general.architecture")

    def value(self, key: str) -> Value | None:
        return self._metadata.get(key.replace("*", self.architecture, 1))

    def text(self, key: str) -> str:
        value = self._metadata.get(key)
        return value if isinstance(value, str) else ""

    def whole(self, key: str, default: int = 0) -> int:
        value = self.value(key)
        return _whole(value, default) if not isinstance(value, tuple) else default

    def each(self, key: str, layers: int, default: int = 0) -> list[int]:
        """Give a number a layer, from a list of them or from one that holds for all."""
        value = self.value(key)
        if not isinstance(value, tuple):
            return [_whole(value, default)] * layers
        numbers = [_whole(each, default) for each in value]
        return numbers + numbers[-1:] * (layers - len(numbers))


def _whole(value: Scalar | None, default: int) -> int:
    fits = isinstance(value, int) and 0 <= value < _BELIEVABLE
    return int(value) if fits and value is not None else default


def _purpose(facts: _Facts, header: Header) -> Purpose:
    """Tell what the model is for, by how it makes one vector of many (its pooling)."""
    if facts.text("general.type") in _NO_MODEL or facts.architecture in {"", "clip"}:
        return "part"
    if not header.tensors:  # a vocabulary alone
        return "part"
    pooling = facts.whole("*.pooling_type", _POOLING_NONE)
    if pooling == _POOLING_RANK:
        return "ranking"
    looks_ahead = facts.value("*.attention.causal") is False
    return "embedding" if pooling != _POOLING_NONE or looks_ahead else "chat"


def _layers(facts: _Facts) -> tuple[Layer, ...]:
    count = min(facts.whole("*.block_count"), _MOST_LAYERS)
    heads = max(facts.each("*.attention.head_count", 1), default=0)
    per_head = facts.whole("*.embedding_length") // heads if heads else 0
    both = facts.whole("*.attention.key_length", per_head)
    both += facts.whole("*.attention.value_length", per_head)
    groups = facts.each("*.attention.head_count_kv", count, heads)
    window = facts.whole("*.attention.sliding_window") or None
    slides = _sliding(facts, count) if window else [False] * count
    return tuple(
        Layer(groups[at] * both * _BYTES_OF_A_CELL, window if slides[at] else None)
        for at in range(count)
    )


def _sliding(facts: _Facts, count: int) -> list[bool]:
    """Tell for each layer whether it looks back through a window only."""
    pattern = facts.value("*.attention.sliding_window_pattern")
    if isinstance(pattern, tuple) and pattern:
        return [bool(pattern[at % len(pattern)]) for at in range(count)]
    every = facts.whole("*.attention.sliding_window_pattern", -1)
    every = _SLIDING_EVERY.get(facts.architecture, 1) if every < 0 else every
    return [every == 0 or at % every < every - 1 for at in range(count)]

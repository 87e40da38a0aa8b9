"""Lists of models and of vectors, as OpenAI gives them and as others do.

The answer to ``GET /models`` is ``{"data": [{"id"}]}`` at OpenAI and most, a bare list at Together,
``{"models"}`` at some. What a row tells beside its id is named differently everywhere: OpenRouter
(``context_length``, ``pricing`` in USD a token, ``architecture``), Groq (``context_window``,
``max_completion_tokens``), Mistral (``max_context_length``, ``capabilities``), Together
(``context_length``, ``pricing`` in USD a million tokens, ``type``), vLLM (``max_model_len``),
llama.cpp (``meta.n_ctx_train``), xAI and Fireworks (``context_length``).
"""

from __future__ import annotations

from math import isfinite
from typing import Any, cast

from understudy.model_facts import ListedModel, ModelFacts
from understudy.requests import Usage
from understudy.wire.format import Vectors
from understudy.wire.openai_usage import read_usage
from understudy.wire.values import count, loads, mapping, objects, sound, strings

_WINDOW = (
    "context_length",
    "context_window",
    "max_context_length",
    "max_model_len",
    "context_size",
    "n_ctx_train",
)
_PER_TOKEN = 1_000_000.0
_MORE_THAN_A_TOKEN_COSTS = 0.01  # USD: OpenRouter counts by the token, Together by the million


def read_models(body: bytes) -> tuple[ListedModel, ...]:
    """Read a list of models, in its order; empty where there is none."""
    listing = loads(body)
    if isinstance(listing, dict):
        answer = cast("dict[str, Any]", listing)
        listing = answer.get("data") or answer.get("models")
    models: dict[str, ListedModel] = {}
    for row in objects(listing):
        name = row.get("id") or row.get("name")
        if isinstance(name, str) and name:
            identity = sound(name)
            models.setdefault(identity, ListedModel(identity, _facts(row)))
    return tuple(models.values())


def read_vectors(body: bytes) -> Vectors:
    """Read the answer to an embeddings call. Raises ``ValueError`` where it is none."""
    answer = mapping(loads(body))
    rows = objects(answer.get("data"))
    places = [count(row, "index") for row in rows]
    if not rows or set(places) - {None} not in (set[int](), set(range(len(rows)))):
        raise ValueError("no vectors, or some are missing")
    if None not in places:
        rows.sort(key=lambda row: row["index"])
    vectors = tuple(vector_of(row.get("embedding")) for row in rows)
    return Vectors(vectors, read_usage(answer.get("usage")) or Usage())


def vector_of(value: object) -> tuple[float, ...]:
    """Read one vector. Raises ``ValueError`` where it is none."""
    if not isinstance(value, list) or not value:
        raise ValueError("no vector")
    numbers = cast("list[object]", value)
    if not all(isinstance(number, int | float) for number in numbers):
        raise ValueError("a vector with something else than numbers in it")
    try:
        return tuple(map(float, cast("list[float]", numbers)))
    except OverflowError:  # an integer of hundreds of digits
        raise ValueError("a vector with a number too large") from None


def _facts(row: dict[str, Any]) -> ModelFacts:
    abilities = mapping(row.get("capabilities"))
    takes = strings(mapping(row.get("architecture")).get("input_modalities"))
    features = strings(row.get("supported_parameters")) | strings(row.get("supported_features"))
    kind = row.get("type")
    prices = mapping(row.get("pricing"))
    return ModelFacts(
        context_window=count({**mapping(row.get("meta")), **row}, *_WINDOW) or None,
        max_output=count(row, "max_completion_tokens", "max_output_tokens", "max_output_length"),
        input_price=_price(prices, "prompt", "input"),
        output_price=_price(prices, "completion", "output"),
        cached_price=_price(prices, "input_cache_read", "cached_input"),
        cache_write_price=_price(prices, "input_cache_write"),
        vision=_either(abilities.get("vision"), "image", takes),
        tools=_either(abilities.get("function_calling"), "tools", features),
        reasoning=_either(abilities.get("reasoning"), "reasoning", features),
        embedding=kind == "embedding" if isinstance(kind, str) else None,
    )


def _either(said: object, word: str, words: frozenset[str]) -> bool | None:
    """Take what is said outright, else whether ``word`` is listed, if there is a list."""
    if isinstance(said, bool):
        return said
    return word in words if words else None


def _price(prices: dict[str, Any], *names: str) -> float | None:
    """Read a price as USD for a million tokens; a negative one is OpenRouter's "it depends"."""
    for name in names:
        try:
            price = float(prices[name])
        except (KeyError, OverflowError, TypeError, ValueError):
            continue
        if price < 0 or not isfinite(price):
            return None
        return price if price >= _MORE_THAN_A_TOKEN_COSTS else price * _PER_TOKEN
    return None

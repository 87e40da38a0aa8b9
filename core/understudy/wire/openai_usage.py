"""Token counts, in the places where OpenAI and others put them."""

from __future__ import annotations

from typing import Any, cast

from understudy.requests import Usage
from understudy.wire.values import count, mapping

_READ = ("prompt_tokens", "prompt_n", "input_tokens")
_WRITTEN = ("completion_tokens", "predicted_n", "output_tokens")
_CACHED = ("cached_tokens", "prompt_cache_hit_tokens", "num_cached_tokens")
_RUINOUS = 1e9  # USD: JSON may hold anything, NaN and infinity included
_USD_PER_TICK = 1e-10  # github.com/xai-org/xai-sdk-python, cost.py


def read_usage(value: object) -> Usage | None:
    """Read an object ``usage``, Groq's ``x_groq`` or llama.cpp's ``timings``; None without counts.

    Cached input tokens: OpenAI nests them in ``prompt_tokens_details``, DeepSeek reports
    ``prompt_cache_hit_tokens`` beside the others, Moonshot ``cached_tokens``, Mistral
    ``num_cached_tokens``. In the Responses API it is ``input`` and ``output`` in place of
    ``prompt`` and ``completion``.
    """
    counted = mapping(value)
    counted = mapping(counted.get("usage")) or counted
    prompt, completion = (
        mapping(counted.get(f"{one}_tokens_details") or counted.get(f"{other}_tokens_details"))
        for one, other in (("prompt", "input"), ("completion", "output"))
    )
    thought = count({**counted, **completion}, "reasoning_tokens")
    usage = Usage(
        input_tokens=count(counted, *_READ),
        output_tokens=_written(counted, thought),
        cached_tokens=count({**counted, **prompt}, *_CACHED),
        reasoning_tokens=thought,
        cache_write_tokens=count({**counted, **prompt}, "cache_write_tokens"),
        cost=_cost(counted),
    )
    return None if usage == Usage() else usage


def _written(counted: dict[str, Any], thought: int | None) -> int | None:
    """Count what was written, thoughts included: xAI counts them apart, as the total betrays."""
    read, written = count(counted, *_READ), count(counted, *_WRITTEN)
    if read is None or written is None or not thought:
        return written
    apart = count(counted, "total_tokens") == read + written + thought
    return written + thought if apart else written


def _cost(counted: dict[str, Any]) -> float | None:
    """Read what was charged, in USD.

    OpenRouter gives the number, Perplexity an object with the total, xAI ticks, DeepInfra what it
    estimates.
    """
    ticks = count(counted, "cost_in_usd_ticks")
    if ticks is not None:
        return round(ticks * _USD_PER_TICK, 12)
    value = counted.get("cost", counted.get("estimated_cost"))
    if isinstance(value, dict):
        value = mapping(cast("object", value)).get("total_cost")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < _RUINOUS else None

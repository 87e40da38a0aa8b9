"""Token counts, in the places where OpenAI and others put them."""

from __future__ import annotations

from typing import cast

from understudy.requests import Usage
from understudy.wire.values import count, mapping


def read_usage(value: object) -> Usage | None:
    """Read an object ``usage``, Groq's ``x_groq`` or llama.cpp's ``timings``; None without counts.

    Cached input tokens: OpenAI nests them in ``prompt_tokens_details``, DeepSeek reports
    ``prompt_cache_hit_tokens`` beside the others, Moonshot ``cached_tokens``.
    """
    counted = mapping(value)
    counted = mapping(counted.get("usage")) or counted
    prompt = mapping(counted.get("prompt_tokens_details"))
    completion = mapping(counted.get("completion_tokens_details"))
    usage = Usage(
        input_tokens=count(counted, "prompt_tokens", "prompt_n"),
        output_tokens=count(counted, "completion_tokens", "predicted_n"),
        cached_tokens=count({**counted, **prompt}, "cached_tokens", "prompt_cache_hit_tokens"),
        reasoning_tokens=count(completion, "reasoning_tokens"),
        cache_write_tokens=count({**counted, **prompt}, "cache_write_tokens"),
        cost=_cost(counted.get("cost")),
    )
    return None if usage == Usage() else usage


def _cost(value: object) -> float | None:
    """Read what OpenRouter charged, in USD; Perplexity gives an object with the total."""
    if isinstance(value, dict):
        value = mapping(cast("object", value)).get("total_cost")
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return float(cast("float", value)) if known else None

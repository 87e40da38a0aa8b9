"""Token counts of servers that speak OpenAI's formats, in the one meaning that all have here."""

from __future__ import annotations

from typing import Any

import pytest

from understudy.requests import Usage
from understudy.wire.openai_usage import read_usage

PLAIN: dict[str, Any] = {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}


@pytest.mark.parametrize(
    ("more", "usage"),
    [
        ({"prompt_tokens_details": {"cached_tokens": 8}}, Usage(10, 20, 8)),
        ({"prompt_tokens_details": {"cached_tokens": 0}}, Usage(10, 20, 0)),
        ({"prompt_cache_hit_tokens": 8, "prompt_cache_miss_tokens": 2}, Usage(10, 20, 8)),
        ({"cached_tokens": 8}, Usage(10, 20, 8)),
        ({"num_cached_tokens": 8}, Usage(10, 20, 8)),
        ({"prompt_tokens_details": {"cache_write_tokens": 3}}, Usage(10, 20, cache_write_tokens=3)),
        ({"completion_tokens_details": {"reasoning_tokens": 5}}, Usage(10, 20, None, 5)),
        ({"reasoning_tokens": 5}, Usage(10, 20, None, 5)),
        ({"prompt_tokens_details": None, "completion_tokens_details": None}, Usage(10, 20)),
        ({"cost": 0.25}, Usage(10, 20, cost=0.25)),
        ({"cost": 0}, Usage(10, 20, cost=0)),
        ({"cost": {"total_cost": 0.25}}, Usage(10, 20, cost=0.25)),
        ({"cost": True}, Usage(10, 20)),
        ({"estimated_cost": 0.25}, Usage(10, 20, cost=0.25)),
        ({"cost_in_usd_ticks": 2_500_000_000}, Usage(10, 20, cost=0.25)),
    ],
)
def test_that_each_server_is_understood(more: dict[str, Any], usage: Usage) -> None:
    assert read_usage({**PLAIN, **more}) == usage


@pytest.mark.parametrize(("total", "written"), [(35, 25), (30, 20), (31, 20), (None, 20)])
def test_that_thoughts_that_were_counted_apart_are_written_too(
    total: int | None, written: int
) -> None:
    counted = {**PLAIN, "total_tokens": total, "completion_tokens_details": {"reasoning_tokens": 5}}
    assert read_usage(counted) == Usage(10, written, None, 5)


def test_that_the_responses_apis_names_are_known() -> None:
    counted = {
        "input_tokens": 10,
        "input_tokens_details": {"cached_tokens": 8},
        "output_tokens": 20,
        "output_tokens_details": {"reasoning_tokens": 5},
    }
    assert read_usage(counted) == Usage(10, 20, 8, 5)


@pytest.mark.parametrize("value", [None, {}, [], "usage", {"total_tokens": 3}, {"cost": "much"}])
def test_that_no_count_is_no_usage(value: object) -> None:
    assert read_usage(value) is None

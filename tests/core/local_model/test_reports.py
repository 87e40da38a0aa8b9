"""What the model's process is told and tells."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.local_model.reports import (
    Failed,
    Loading,
    Order,
    Ready,
    ran_out_of_memory,
    read_report,
    report_line,
    unknown_kind,
    why_not_loaded,
)


def state(state: str = "loading", **payload: Any) -> str:
    told = {"state": state, "payload": payload}
    return f"cmd_child_to_router:state:{json.dumps(told)}"


def test_that_an_order_arrives_as_it_was_given() -> None:
    order = Order("/models/안녕 \udc80.gguf", 4096, 512, False, "key", 1, 2, 3.5)
    line = order.line()
    assert line.isascii()
    assert line.count("\n") == 1
    assert Order.read(line.encode()) == order


@pytest.mark.parametrize("report", [Ready("http://127.0.0.1:5"), Failed("no_memory")])
def test_that_a_report_arrives_as_it_was_given(report: Ready | Failed) -> None:
    assert read_report(report_line(report)) == report


@pytest.mark.parametrize(
    ("line", "fraction"),
    [
        (state(stages=["text_model"], current="text_model", value=0.25), 0.25),
        (state(stages=["text_model", "mmproj_model"], current="mmproj_model", value=0.5), 0.75),
        (state(stages=["text_model", "mmproj_model"], current="text_model", value=1), 0.5),
        (state(stages="?", current=7, value=0.5), 0.5),
        ("0.00.014.828 " + state(stages=["text_model"], current="text_model", value=0.5), 0.5),
    ],
)
def test_that_llama_cpps_progress_is_read(line: str, fraction: float) -> None:
    assert read_report(line) == Loading(fraction)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "anything else",
        state("ready", id="tiny"),
        state("loading", value=7),
        state("loading", value=float("nan")),
        state("loading", value="half"),
        "cmd_child_to_router:state:{broken",
        "cmd_child_to_router:state:[1]",
    ],
)
def test_that_lines_which_tell_nothing_are_passed_over(line: str) -> None:
    assert read_report(line) is None


def test_that_a_broken_report_of_its_own_is_a_failure() -> None:
    assert read_report("understudy: {") == Failed("not_loaded")


@given(st.text(max_size=60) | st.text(max_size=60).map(lambda t: f"cmd_child_to_router:state:{t}"))
def test_that_any_line_is_a_report_or_none(line: str) -> None:
    report = read_report(line)
    assert report is None or isinstance(report, Loading | Ready | Failed)


LOG = [
    "0.00.002.443 W srv          init: something harmless",
    "0.00.005.373 E llama_model_load: error loading model: unknown model architecture: 'lluma'",
    "0.00.005.394 E llama_model_load_from_file_impl: failed to load model",
]


def test_that_llama_cpps_reason_is_found_in_its_log() -> None:
    assert why_not_loaded(LOG) == "unknown model architecture: 'lluma'"
    assert why_not_loaded(LOG[2:]) == "failed to load model"
    assert why_not_loaded(LOG[:1]) == ""
    assert why_not_loaded([" E RuntimeError: no such thing"]) == "no such thing"


def test_that_an_unknown_kind_of_model_is_named() -> None:
    assert unknown_kind(LOG) == "lluma"
    assert unknown_kind(LOG[:1]) == ""


@pytest.mark.parametrize(
    "line",
    [
        "ggml_backend_cpu_buffer_type_alloc_buffer: failed to allocate buffer of size 99",
        "0.1 E llama_model_load: error loading model: unable to allocate CPU buffer",
        "terminate called after throwing an instance of 'std::bad_alloc'",
        "ggml_aligned_malloc: insufficient memory (attempted to allocate 9 MB)",
    ],
)
def test_that_want_of_memory_is_seen_in_the_log(line: str) -> None:
    assert ran_out_of_memory(["before", line])
    assert not ran_out_of_memory(LOG)

"""The bench's table: every figure that was promised is in it, and its verdicts are true."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bench.__main__ import TARGETS, print_table

if TYPE_CHECKING:
    import pytest

PROMISED = {
    "startup_first_paint",
    "startup_ready",
    "rss_at_start",
    "delta_100k_over_1k",
    "delta_over_plain",
    "open_10k_over_10",
    "idle_cpu_ms_per_s",
    "router_ttft_added_ms",
    "router_us_per_chunk",
    "failover_ms",
    "import_over_httpx_cpu",
    "import_over_httpx_rss",
}


def test_that_every_promised_figure_has_a_target() -> None:
    assert {target.name.partition(".")[0] for target in TARGETS} >= PROMISED


def test_that_the_table_tells_what_is_above_its_target_and_what_was_not_taken(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table({"failover_ms": 15.0, "router_ttft_added_ms": {"p50": 0.41, "p99": 0.9}})
    shown = capsys.readouterr().out
    lines = {line.split()[0]: line for line in shown.splitlines()}
    assert re.search(r"15\.00 ms +15 +ok", lines["failover_ms"])
    assert "ABOVE" in lines["router_ttft_added_ms.p50"]
    assert re.search(r" ok ", lines["router_ttft_added_ms.p99"])
    assert "not taken" in lines["startup_ready"]

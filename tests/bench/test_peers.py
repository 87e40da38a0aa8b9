"""The comparison with others: who can fall back does, and the table has all figures."""

from __future__ import annotations

import pytest

from bench.fresh import measure
from bench.peers import RATIOS, SECONDS, print_table
from bench.stream_server import stream_server

FLOORS = ("floor_first_token_ms", "floor_request_us", "floor_chunk_us", "floor_stream_ms")


@pytest.mark.parametrize("name", ["httpx", "understudy"])
def test_that_the_backup_answers_whatever_the_first_one_does(name: str) -> None:
    with stream_server() as url:
        figures = measure("peer_bench", "failover", name, url)
    assert figures.keys() == set(SECONDS)
    assert all(seconds > 0 for seconds in figures.values())


def test_that_the_table_has_a_line_for_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    figures = dict.fromkeys((*RATIOS, *SECONDS, *FLOORS), 1.5)
    print_table({"httpx": figures, "understudy": figures})
    shown = capsys.readouterr().out
    assert {line.split()[0] for line in shown.splitlines() if line} >= {*RATIOS, *SECONDS}

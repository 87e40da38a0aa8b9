"""The soak in small: what it looks for is found, and the router leaves nothing behind."""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import TYPE_CHECKING

import pytest

from bench.leaks import held, held_at_last
from bench.many_streams import allow_open_files
from bench.soak import Tally, faults_of, figures_of, soak
from bench.soak_server import WORDS, soak_servers

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

TEN_WORDS = "".join(WORDS[:10])


def test_that_faults_leave_no_wrong_word_and_nothing_open() -> None:
    with soak_servers(pace=0.002) as base_urls:
        figures = asyncio.run(soak(base_urls, seconds=1, at_once=8))
    assert sum(figures["answers"].values()) >= 8
    assert faults_of(figures) == []


def test_that_a_doubled_and_a_missing_word_are_found(capsys: pytest.CaptureFixture[str]) -> None:
    tally = Tally()
    tally.ended("whole", "".join(WORDS))
    tally.ended("interrupted", TEN_WORDS)
    tally.ended("nobody", "")
    assert tally.wrong == []
    tally.ended("whole", TEN_WORDS)
    tally.ended("interrupted", TEN_WORDS + WORDS[9])
    tally.ended("cancelled", WORDS[0] + WORDS[2])
    assert figures_of(tally)["wrong"] == 3
    assert "interrupted: token000 token001" in capsys.readouterr().err


def test_that_what_is_left_behind_is_found() -> None:
    async def words() -> AsyncGenerator[str]:
        yield "left"

    async def leave() -> dict[str, int]:
        before = held()
        left = words()
        await anext(left)
        task = asyncio.create_task(asyncio.sleep(60))
        with socket.create_server(("127.0.0.1", 0)):
            found = (await held_at_last(before, within=0)).beyond(before)
        task.cancel()
        await left.aclose()
        return found

    assert asyncio.run(leave()) == {"sockets": 1, "tasks": 1, "threads": 0, "generators": 1}


class Limits:
    """In place of the module that knows how many files may be open."""

    RLIMIT_NOFILE = 7
    RLIM_INFINITY = -1

    def __init__(self, soft: int, hard: int) -> None:
        self.limits = soft, hard

    def getrlimit(self, _what: int) -> tuple[int, int]:
        return self.limits

    def setrlimit(self, _what: int, limits: tuple[int, int]) -> None:
        self.limits = limits


@pytest.mark.parametrize(
    ("soft", "hard", "then"),
    [(256, 4096, 1064), (256, -1, 1064), (4096, 4096, 4096), (-1, -1, -1)],
)
def test_that_as_many_files_as_are_needed_may_be_open(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, then: int
) -> None:
    limits = Limits(soft, hard)
    monkeypatch.setitem(sys.modules, "resource", limits)
    allow_open_files(1064)
    assert limits.limits == (then, hard)


def test_that_too_few_open_files_are_told_before_anything_is_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "resource", Limits(256, 4096))
    with pytest.raises(SystemExit, match=r"needs 10,064 open files and may have 4,096\. Nothing"):
        allow_open_files(10_064)

"""What the window remembers, and that nothing in that file can hinder a start."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from understudy_gui.views.window_state import FILE_NAME, WindowState

if TYPE_CHECKING:
    from pathlib import Path


def test_that_what_was_remembered_comes_back(tmp_path: Path) -> None:
    state = WindowState(
        geometry=(10, 20, 1280, 820),
        sidebar_width=300,
        sidebar_hidden=True,
        conversation=7,
        route="Everyday",
        line_up=[("openai", "OpenAI")],
        drafts={"7": "안녕하세", "": "half a question"},
    )
    state.save(tmp_path / "data")
    assert WindowState.load(tmp_path / "data") == state
    assert [entry.name for entry in (tmp_path / "data").iterdir()] == [FILE_NAME]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json",
        "[]",
        "null",
        json.dumps({"geometry": [1, 2, "three", 4], "line_up": [1, ["a"]], "drafts": 3}),
        json.dumps({"geometry": [0, 0, 0, -5], "sidebar_width": "wide", "conversation": "x"}),
        "[" * 100_000,
    ],
)
def test_that_a_spoilt_file_counts_as_not_remembered(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_text(text, encoding="utf-8")
    assert WindowState.load(tmp_path) == WindowState()


def test_that_a_first_start_has_nothing_to_remember(tmp_path: Path) -> None:
    assert WindowState.load(tmp_path / "nowhere") == WindowState()

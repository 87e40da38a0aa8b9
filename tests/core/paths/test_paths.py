"""Where files go."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from understudy.paths import Paths


def test_that_understudy_home_moves_everything_under_one_folder(tmp_path: Path) -> None:
    paths = Paths.find({"UNDERSTUDY_HOME": str(tmp_path)})
    for path in (paths.settings, paths.history, paths.data, paths.cache, paths.logs):
        assert path.is_relative_to(tmp_path)
    assert paths.settings.name == "settings.json"


def test_that_a_relative_home_and_a_tilde_become_whole_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Paths.find({"UNDERSTUDY_HOME": "here"}).settings_folder == tmp_path / "here"
    assert Paths.find({"UNDERSTUDY_HOME": "~/mine"}).data == tmp_path / "mine" / "data"


@pytest.mark.parametrize("value", ["", "  "])
def test_that_an_empty_home_counts_as_not_set(value: str) -> None:
    assert Paths.find({"UNDERSTUDY_HOME": value}) == Paths.find({})


def test_that_the_system_says_where_folders_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    if sys.platform == "linux":
        paths = Paths.find({})
        assert paths.settings == tmp_path / "config" / "understudy" / "settings.json"
        assert paths.history == tmp_path / "data" / "understudy" / "history.db"


def test_that_finding_the_folders_makes_none(tmp_path: Path) -> None:
    Paths.find({"UNDERSTUDY_HOME": str(tmp_path / "new")})
    assert not (tmp_path / "new").exists()

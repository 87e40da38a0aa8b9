"""The appearance is read before anything heavy is loaded, and never stands in the way."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from understudy.appearance import Appearance, peek
from understudy.settings import Settings, SettingsFile

if TYPE_CHECKING:
    from pathlib import Path


def test_that_it_reads_what_the_settings_wrote(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "settings.json")
    file.load()
    file.save(Settings().with_appearance(theme="dark", language="ko", text_scale=1.5))
    assert peek(file.path) == Appearance("dark", "ko", 1.5)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        b'{"appearance": 3}',
        b'{"appearance": {"theme": ["dark"], "language": {}, "text_scale": "2"}}',
        b'{"appearance": {"theme": "sepia", "language": "xx", "text_scale": NaN}}',
        b'{"appearance": {"text_scale": 0.01}}',
        b'{"appearance": {"text_scale": true}}',
    ],
)
def test_that_whatever_is_wrong_counts_as_not_set(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    assert peek(path) == Appearance()


def test_that_a_missing_file_or_a_folder_in_its_place_means_defaults(tmp_path: Path) -> None:
    assert peek(tmp_path / "nothing.json") == Appearance()
    assert peek(tmp_path) == Appearance()


def test_that_reading_it_loads_nothing_heavy() -> None:
    code = (
        "import sys, pathlib, understudy.appearance, understudy.paths\n"
        "understudy.appearance.peek(pathlib.Path('nowhere'))\n"
        "print(*{'pydantic', 'httpx', 'keyring', 'sqlite3', 'platformdirs'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""

"""What is left out of the frozen program, tried on names as PyInstaller gives them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

PRUNING = Path(__file__).resolve().parents[2] / "packaging" / "pruning.py"
PLUGINS = "PySide6/Qt/plugins"


@pytest.fixture
def pruning() -> Any:
    """Load packaging/pruning.py, which is no package so as not to shadow PyPI's packaging."""
    spec = importlib.util.spec_from_file_location("pruning", PRUNING)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "name",
    [
        f"{PLUGINS}/platforms/libqxcb.so",
        f"{PLUGINS}/platforms/libqwayland.so",
        f"{PLUGINS}/platforminputcontexts/libibusplatforminputcontextplugin.so",
        f"{PLUGINS}/iconengines/libqsvgicon.so",
        r"PySide6\plugins\platforms\qwindows.dll",
        "PySide6/Qt/lib/libQt6Core.so.6",
        "understudy_resources/translations/ko.json",
        "pydantic_core/_pydantic_core.so",
    ],
)
def test_that_what_the_window_needs_stays(pruning: Any, name: str) -> None:
    assert pruning.is_wanted(name)


@pytest.mark.parametrize(
    "name",
    [
        f"{PLUGINS}/platforms/libqeglfs.so",
        f"{PLUGINS}/platformthemes/libqgtk3.so",
        f"{PLUGINS}/sqldrivers/libqsqlite.so",
        "PySide6/Qt/translations/qtbase_ko.qm",
    ],
)
def test_that_what_it_never_loads_goes(pruning: Any, name: str) -> None:
    assert not pruning.is_wanted(name)


def test_that_a_library_stays_only_while_somebody_asks_for_it(pruning: Any) -> None:
    needs = {"/x": ["libA.so.1"], "/a": ["libB.so"], "/b": ["libC.so"], "/gtk": ["libB.so"]}
    extension = ("x.so", "/x", "EXTENSION")
    asked = [
        ("libA.so.1", "/a", "BINARY"),
        ("lib/libB.so", "/b", "BINARY"),
        ("libC.so", "/c", "BINARY"),
    ]
    link = ("libB.so", "lib/libB.so", "SYMLINK")
    forgotten = ("libgtk-3.so.0", "/gtk", "BINARY")

    def imports(path: str) -> list[tuple[str, str | None]]:
        return [(name, None) for name in needs.get(path, [])]

    kept = pruning.reachable([extension, *asked, link, forgotten], imports)
    assert kept == [extension, *asked, link]

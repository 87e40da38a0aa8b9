"""Promises about the shape of the house that no type checker or linter can hold."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import pytest

import understudy
from helpers.loopback import Loopback
from helpers.replies import openai_stream
from understudy.events import TextDelta
from understudy.messages import Message
from understudy.providers.catalog import CATALOG
from understudy.providers.http import HttpProvider
from understudy.requests import ChatRequest
from understudy.transport.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.providers.base import ProviderRow

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(
    path for top in ("core", "gui", "resources") for path in (ROOT / top).rglob("*.py")
)
HEAVY = ("PySide6", "httpx", "keyring", "markdown_it", "pydantic", "pygments", "sqlite3")


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Give every function of a module, methods and inner ones included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def loaded_after(code: str) -> set[str]:
    """Name the top-level modules that a fresh process has loaded after ``code``."""
    told = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.split(".")[0] for name in told.stdout.split()}


def test_that_the_library_offers_exactly_what_it_names() -> None:
    code = "from understudy import *\nprint(*[name for name in dir() if name[0] != '_'])"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert sorted(told) == sorted(set(understudy.__all__) - {"__version__"})
    assert list(understudy.__all__) == sorted(understudy.__all__)


def test_that_importing_the_library_loads_nothing_heavy() -> None:
    assert not loaded_after("import understudy").intersection(HEAVY)


def test_that_asking_for_the_version_loads_nothing_heavy() -> None:
    code = "import understudy.__main__ as entry\nentry.main(['--version'])"
    assert not loaded_after(code).intersection(HEAVY)


@pytest.mark.anyio
@pytest.mark.parametrize("row", CATALOG, ids=lambda row: row.id)
async def test_that_every_provider_of_the_catalogue_can_be_asked(row: ProviderRow) -> None:
    request = ChatRequest((Message.user("Who is there?"),))
    async with Loopback(openai_stream("Good evening")) as server:
        transport = HttpTransport(trust_env=False)
        provider = HttpProvider(row, transport, lambda: "a-key", server.base_url)
        batches = [batch async for batch in provider.stream(request, "a-model")]
        await transport.aclose()
    events = [event for batch in batches for event in batch]
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == "Good evening"
    assert server.requests[0].json()["model"] == "a-model"
    assert server.requests[0].headers["authorization"] == "Bearer a-key"


def test_that_every_provider_can_be_recognised_and_named() -> None:
    ids = [row.id for row in CATALOG]
    assert len(set(ids)) == len(ids)
    assert all(row.name and row.base_url for row in CATALOG)
    assert all(row.key_env or not row.needs_key for row in CATALOG)


def test_that_functions_stay_short() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {length(node)} lines"
        for path in [*SOURCES, ROOT / "dev.py"]
        for node in functions(path)
        if length(node) > 50
    ]
    assert not long, "\n".join(long)
    assert median(length(node) for path in SOURCES for node in functions(path)) < 10


def test_that_a_module_reads_in_one_sitting() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    long = [f"{path.relative_to(ROOT)} has {count}" for path, count in lines.items() if count > 450]
    assert not long, "\n".join(long)


def test_that_item_models_and_controllers_hold_no_widgets() -> None:
    window = ROOT / "gui" / "understudy_gui"
    found = [
        path.name
        for folder in ("models", "controllers")
        for path in (window / folder).rglob("*.py")
        if "QtWidgets" in path.read_text(encoding="utf-8")
    ]
    assert not found


def test_that_no_folder_of_tests_or_packaging_shadows_a_package() -> None:
    packages = {path.parent.name for path in (ROOT / "tests").rglob("__init__.py")}
    assert packages <= {"helpers"}
    assert not list((ROOT / "packaging").rglob("__init__.py"))

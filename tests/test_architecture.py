"""Promises about the shape of the house that no type checker or linter can hold."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, get_args

import pytest

import understudy
from helpers import legality
from helpers.languages import LANGUAGES, Told
from helpers.loopback import Loopback
from helpers.replies import Chunk, Reply
from understudy.events import TextDelta
from understudy.messages import Message
from understudy.providers.catalog import CATALOG
from understudy.providers.http import HttpProvider
from understudy.providers.wires import WIRES, wire_format
from understudy.requests import ChatRequest
from understudy.transport.http import HttpTransport
from understudy.wire.format import DIALECT, Auth, ReasoningStyle, Target, WireFormat, WireName

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


def test_that_type_checkers_know_the_same_names() -> None:
    tree = ast.parse(Path(understudy.__file__).read_text(encoding="utf-8"))
    known = {alias.name for node in ast.walk(tree) for alias in names_imported(node)}
    assert known == set(understudy.__all__)


def names_imported(node: ast.AST) -> list[ast.alias]:
    inside = isinstance(node, ast.ImportFrom) and (node.module or "").startswith("understudy.")
    return node.names if isinstance(node, ast.ImportFrom) and inside else []


def test_that_importing_the_library_loads_nothing_heavy() -> None:
    assert not loaded_after("import understudy").intersection(HEAVY)


def test_that_asking_for_the_version_loads_nothing_heavy() -> None:
    code = "import understudy.__main__ as entry\nentry.main(['--version'])"
    assert not loaded_after(code).intersection(HEAVY)


every_row = pytest.mark.parametrize("row", CATALOG, ids=lambda row: row.id)
every_wire = pytest.mark.parametrize("name", WIRES)
PATHS = {
    "openai-chat": "/chat/completions",
    "openai-responses": "/responses",
    "anthropic": "/v1/messages",
    "gemini": "/models/a-model:streamGenerateContent?alt=sse",
    "ollama": "/api/chat",
}


@pytest.mark.anyio
@every_row
async def test_that_every_provider_of_the_catalogue_can_be_asked(row: ProviderRow) -> None:
    request = ChatRequest((Message.user("Who is there?"),), temperature=0.5, reasoning="low")
    (spoken,) = (language for language in LANGUAGES if language.wire == row.wire)
    reply = Reply(chunks=tuple(map(Chunk, spoken.whole(Told(("Good ", "evening"))))))
    async with Loopback(reply) as server:
        transport = HttpTransport(trust_env=False)
        provider = HttpProvider(row, transport, lambda: "a-key", server.url)
        batches = [batch async for batch in provider.stream(request, "a-model")]
        await transport.aclose()
    events = [event for batch in batches for event in batch]
    assert "".join(e.text for e in events if isinstance(e, TextDelta)) == "Good evening"
    (asked,) = server.requests
    assert asked.path == PATHS[row.wire]
    header = row.auth or wire_format(row.wire).auth
    bearer = header == "bearer"
    assert asked.headers["authorization" if bearer else header] == "Bearer " * bearer + "a-key"
    legality.check(row.wire, asked.json(), Target(row.id, "a-model", row.dialect))


@every_row
def test_that_a_row_departs_from_its_format_only_where_that_can_be(row: ProviderRow) -> None:
    wire, dialect = wire_format(row.wire), row.dialect
    assert wire.embed is not None or not row.embedding_models
    assert dialect.embedding_batch == DIALECT.embedding_batch or wire.embed is not None
    assert dialect.embedding_batch > 0
    assert dialect.reasoning_style in get_args(ReasoningStyle)
    assert dialect.reasoning_field in {"", "reasoning_content", "reasoning_details"}
    if row.wire != "openai-chat":
        own = replace(DIALECT, embedding_batch=dialect.embedding_batch)
        assert dialect == own, "a field that only Chat Completions has"
    assert row.auth is None or (row.auth in get_args(Auth) and row.auth != wire.auth)
    taken = {"authorization", *get_args(Auth), *(name for name, _value in wire.headers)}
    assert taken.isdisjoint(name.lower() for name, _value in row.extra_headers)


@every_wire
def test_that_a_wire_format_is_whole(name: str) -> None:
    wire = wire_format(name)
    assert isinstance(wire, WireFormat)
    assert wire.auth in get_args(Auth)
    assert wire.models_path.startswith("/")
    assert all(name == name.lower() for name, _value in wire.headers)
    assert (wire.embed is None) is (wire.vectors is None)
    assert wire.chat(ChatRequest((Message.user("Hi"),)), Target("p", "m")).path.startswith("/")
    assert wire.embed is None or wire.embed(["a"], Target("p", "m"), None).path.startswith("/")
    decoder = wire.decoder("Example", "m", ("secret",))
    assert (decoder.failure, decoder.done, decoder.chunks, decoder.settled) == (
        None,
        False,
        0,
        False,
    )
    assert decoder.feed(b"") == decoder.close() == []


@every_wire
@pytest.mark.parametrize("junk", [b"", b"<html>", b"\xff", b"[" * 9_999, b"{}", b"[7]", b"null"])
def test_that_lists_of_models_and_vectors_may_be_anything(name: str, junk: bytes) -> None:
    wire = wire_format(name)
    assert wire.models(junk) == ()
    if wire.vectors is not None:
        with pytest.raises(ValueError, match="vector"):
            wire.vectors(junk)


def test_that_every_format_has_a_name_and_every_row_a_format() -> None:
    no_formats = {"practice", "gguf"}
    assert set(WIRES) == set(get_args(WireName)) - no_formats
    assert {row.wire for row in CATALOG} == set(WIRES)


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

"""What the library's README shows runs, from top to bottom, and prints what it says."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

import pytest

import understudy
from helpers.gemini_replies import gemini_stream
from helpers.loopback import Loopback
from helpers.replies import json_reply, unavailable
from understudy.events import StreamEvent

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

PATH = Path(__file__).resolve().parents[1] / "core" / "README.md"
README = PATH.read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$|^## ([^\n]+)$", re.MULTILINE | re.DOTALL)
FIRST, VECTORS = "In five lines", "Vectors"


class Example(NamedTuple):
    """A piece of code, where it stands, and what it says that it prints."""

    heading: str
    line: int
    code: str
    printed: str | None


def examples() -> Iterator[Example]:
    heading, last = "", None
    for found in BLOCK.finditer(README):
        kind, text = found[1], found[2]
        if last is not None:
            yield last._replace(printed=text) if kind == "text" else last
            last = None
        if kind == "python":
            line = README.count("\n", 0, found.start(2)) + 1
            last = Example(heading, line, text, None)
        heading = found[3] or heading
    if last is not None:
        yield last


async def run(example: Example, names: dict[str, Any]) -> str:
    """Run a piece as ``python -m asyncio`` would, and give what it printed."""
    shifted = "\n" * (example.line - 1) + example.code
    code = compile(shifted, str(PATH), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    printed = StringIO()
    with redirect_stdout(printed):
        awaited = eval(code, names)
        if inspect.isawaitable(awaited):
            await awaited
    return printed.getvalue()


@contextmanager
def keys(**variables: str) -> Generator[None]:
    """Have keys and addresses for one example."""
    with pytest.MonkeyPatch.context() as environ:
        for name, value in variables.items():
            environ.setenv(name, value)
        yield


def vectors() -> dict[str, Any]:
    """Answer a request for two vectors."""
    rows = [{"index": index, "embedding": [0.0, 1.0, 0.5]} for index in range(2)]
    return {"data": rows, "model": "text-embedding-3-small", "usage": {"prompt_tokens": 2}}


async def run_all() -> None:
    """Run the examples one after the other in one loop, as a reader would type them."""
    names: dict[str, Any] = {"__name__": "__main__"}
    with Loopback(unavailable()) as openai, Loopback(gemini_stream("Gemini.")) as gemini:
        for example in examples():
            is_first = example.heading == FIRST and "router" not in names
            openai.play(json_reply(vectors()) if example.heading == VECTORS else unavailable())
            asked = is_first or example.heading == VECTORS
            environ = {
                "OPENAI_API_KEY": "sk-readme",
                "OPENAI_ENDPOINT": openai.base_url,
                "GEMINI_API_KEY": "key-readme",
                "GEMINI_ENDPOINT": f"{gemini.url}/v1beta",
            }
            with keys(**(environ if asked else {})):
                printed = await run(example, names)
            expected = "gemini Gemini.\n" if is_first else example.printed or ""
            assert printed == expected, f"core/README.md, line {example.line}"


def test_that_every_example_runs_and_prints_what_it_says() -> None:
    asyncio.run(run_all())


def test_that_the_first_example_takes_five_lines() -> None:
    first = next(examples())
    lines = [line for line in first.code.splitlines() if line and not line.startswith("from ")]
    assert (first.heading, len(lines)) == (FIRST, 5)


def test_that_the_first_example_is_answered_by_the_practice_provider_without_a_key() -> None:
    first = next(examples())
    stand_in = "router.register_chat_provider(understudy.PracticeProvider(delay=0))\nresponse ="
    code = first.code.replace("response =", stand_in, 1)
    printed = asyncio.run(run(first._replace(code=code), {"understudy": understudy}))
    assert printed.startswith("practice I am the **practice provider**")


def test_that_the_table_of_events_has_them_all() -> None:
    _, _, below = README.partition("## Streaming")
    told = re.findall(r"^\| `(\w+)` \|", below.partition("\n## ")[0], flags=re.MULTILINE)
    assert sorted(told) == sorted(event.__name__ for event in get_args(StreamEvent))


def test_that_names_from_the_package_itself_are_used_where_they_are_offered() -> None:
    code = "\n".join(example.code for example in examples())
    deep = re.findall(r"^from understudy\.[\w.]+ import (.+)$", code, flags=re.MULTILINE)
    names = {name.strip() for line in deep for name in line.split(",")}
    assert not names & set(understudy.__all__)


def test_that_links_lead_somewhere() -> None:
    targets = [to for to in re.findall(r"\]\(([^)]+)\)", README) if "://" not in to]
    assert targets
    assert not [to for to in targets if not (PATH.parent / to).exists()]

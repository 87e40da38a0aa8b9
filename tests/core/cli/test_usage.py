"""What the command line says of itself, and how it answers what cannot be meant."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import understudy
from understudy import __version__

if TYPE_CHECKING:
    from helpers.command_line import CommandLine

EVERY_COMMAND = [
    ["ask", "--model", "practice/refuses", "Hello?"],
    ["status"],
    ["plan"],
    ["providers", "list"],
    ["routes", "list"],
    ["keys", "list"],
]
HEAVY = ("pydantic", "httpx", "keyring", "asyncio", "markdown_it", "pygments")


def test_that_version_is_one_line(cli: CommandLine) -> None:
    outcome = cli("--version")
    assert (outcome.code, outcome.out, outcome.err) == (0, f"understudy {__version__}\n", "")


def test_that_help_names_every_command_and_shows_how_to_begin(cli: CommandLine) -> None:
    outcome = cli("--help")
    assert outcome.code == 0
    for word in ("ask", "chat", "status", "plan", "providers", "routes", "keys", "examples:"):
        assert word in outcome.out


@pytest.mark.parametrize("command", EVERY_COMMAND, ids=" ".join)
def test_that_every_command_has_a_help_page_that_offers_json(
    cli: CommandLine, command: list[str]
) -> None:
    outcome = cli(*command, "--help")
    assert outcome.code == 0
    assert "--json" in outcome.out


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["aks", "Hello?"], "understudy ask"),
        (["provider", "list"], "understudy providers"),
        (["routes", "sett"], "understudy routes set"),
    ],
)
def test_that_a_mistyped_command_is_answered_with_the_one_probably_meant(
    cli: CommandLine, typed: list[str], meant: str
) -> None:
    outcome = cli(*typed)
    assert outcome.code == 2
    assert f"Did you mean: {meant}\n" in outcome.err
    assert outcome.out == ""


def test_that_a_command_like_no_other_is_answered_with_all_there_are(cli: CommandLine) -> None:
    outcome = cli("keys", "frobnicate")
    assert outcome.code == 2
    assert "There are: set, remove, list" in outcome.err


@pytest.mark.parametrize(
    "typed", [["ask"], ["keys"], ["ask", "Hello?", "--rout", "Work"], ["providers", "add", "Mine"]]
)
def test_that_an_incomplete_command_says_what_is_missing_and_where_help_is(
    cli: CommandLine, typed: list[str]
) -> None:
    outcome = cli(*typed)
    assert outcome.code == 2
    assert outcome.err.splitlines()[1] == "Nothing was done."
    assert "--help" in outcome.err


@pytest.mark.parametrize("command", EVERY_COMMAND, ids=" ".join)
def test_that_no_command_loads_any_part_of_qt(cli: CommandLine, command: list[str]) -> None:
    loaded = modules_loaded_by(cli, command)
    assert not [name for name in loaded if name.startswith(("PySide6", "shiboken6", "qasync"))]
    assert "understudy_gui" not in loaded
    assert "understudy.assembly" in loaded


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_that_the_quick_answers_load_nothing_heavy(cli: CommandLine, argument: str) -> None:
    loaded = modules_loaded_by(cli, [argument])
    assert not loaded.intersection(HEAVY)


def test_that_version_costs_little_more_than_python_itself(cli: CommandLine) -> None:
    bare = [cpu_of(cli, "-c", "pass") for _ in range(9)]
    entry_point = "from understudy.__main__ import main; main(['--version'])"
    version = [cpu_of(cli, "-c", entry_point) for _ in range(9)]
    assert statistics.median(version) <= 1.5 * statistics.median(bare)


def test_that_without_the_windows_part_it_says_what_to_install(cli: CommandLine) -> None:
    core = str(Path(understudy.__file__).parents[1])
    program = (
        f"import sys; sys.path.insert(0, {core!r})\n"
        "from understudy.__main__ import main; sys.exit(main([]))"
    )
    run = subprocess.run(
        [sys.executable, "-S", "-c", program],  # -S: without anything that was installed
        env=cli.environment(),
        capture_output=True,
        check=False,
        text=True,
    )
    assert run.returncode == 1
    assert 'pip install "understudy[desktop]"' in run.stderr
    assert "understudy chat" in run.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there always is a display")
def test_that_without_a_display_it_leads_to_the_conversation_in_the_terminal(
    cli: CommandLine,
) -> None:
    outcome = cli()
    assert outcome.code == 1
    assert "no display" in outcome.err
    assert "understudy chat" in outcome.err


def modules_loaded_by(cli: CommandLine, command: list[str]) -> set[str]:
    """Run a command in a process that tells afterwards which modules it has loaded."""
    program = (
        "import sys; from understudy.__main__ import main\n"
        "try: main(sys.argv[1:])\n"
        "finally: sys.stderr.write('loaded: ' + ' '.join(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, *command],
        env=cli.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        text=True,
    )
    return set(run.stderr.rpartition("loaded: ")[2].split())


def cpu_of(cli: CommandLine, *arguments: str) -> float:
    """CPU seconds of one Python process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *arguments],
        env=cli.environment(),
        stdout=subprocess.DEVNULL,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

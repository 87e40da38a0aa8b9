"""``understudy rehearse``: the scorecard of a route, without a network, a key or a trace."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from understudy.rehearsal.faults import CATALOGUE

if TYPE_CHECKING:
    from helpers.command_line import CommandLine

ALL = len(CATALOGUE)


def set_route(cli: CommandLine, *entries: str, **settings: Any) -> None:
    """Write a route as a person would: none of its providers is anywhere near."""
    placed = [dict(zip(("provider", "model"), each.split("/"), strict=True)) for each in entries]
    text = json.dumps({"version": 1, "routes": [{"name": "R", "entries": placed}], **settings})
    cli.home.mkdir(parents=True, exist_ok=True)
    (cli.home / "settings.json").write_text(text, encoding="utf-8")


def files(home: Path) -> dict[Path, bytes]:
    """What stands below the home folder, apart from the logs."""
    return {
        path: path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and path.suffix != ".log"
    }


def test_that_a_route_that_stands_everything_exits_with_0_and_says_so(cli: CommandLine) -> None:
    set_route(cli, "openai/gpt-5.4-mini", "groq/llama", "ollama/qwen3")
    outcome = cli("rehearse")
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    assert lines[0] == "R: OpenAI → Groq → Ollama"
    heads = next(line for line in lines if line.startswith("FAULT"))
    assert "ONLY Ollama LEFT" in heads
    [rejected] = [line for line in lines if line.startswith("The key is rejected (401)")]
    assert rejected.split()[-6:] == ["auth", "Groq", "Ollama", "at", "once", "nothing"]
    [silent] = [line for line in lines if line.startswith("Nothing is said at all")]
    assert "8 s, 16 s" in silent
    assert f"{ALL - 4} of {ALL} answered, 4 rightly stopped, nothing lost." == lines[-1]
    assert max(map(len, lines)) < 150


def test_that_a_route_of_one_exits_with_1_and_says_who_stands_alone(cli: CommandLine) -> None:
    set_route(cli, "openai/gpt-5.4-mini")
    outcome = cli("rehearse", "--route", "R")
    assert outcome.code == 1
    assert "OpenAI has nobody behind it" in outcome.out
    assert "unanswered." in outcome.out.splitlines()[-1]
    assert "LEFT" not in outcome.out


def test_that_json_is_an_object_for_each_fault_and_a_last_one_for_all(cli: CommandLine) -> None:
    set_route(cli, "openai/gpt-5.4-mini", "ollama/qwen3")
    outcome = cli("rehearse", "--json")
    assert outcome.code == 0
    *faults, summary = outcome.objects
    assert [fault["id"] for fault in faults] == [fault.id for fault in CATALOGUE]
    assert {fault["type"] for fault in faults} == {"fault"}
    assert (summary["type"], summary["faults"], summary["nothing_lost"]) == ("summary", ALL, True)
    assert summary["order"] == ["openai/gpt-5.4-mini", "ollama/qwen3"]
    assert summary["misunderstood"] == []


def test_that_nothing_of_the_users_is_read_or_written(cli: CommandLine) -> None:
    set_route(cli, "openai/gpt-5.4-mini", "groq/llama")
    cli.environ |= {"OPENAI_API_KEY": "sk-canary", "HTTPS_PROXY": "http://127.0.0.1:9"}
    before = files(cli.home)
    outcome = cli("rehearse", "--json")
    assert outcome.code == 0
    assert "canary" not in outcome.out + outcome.err
    assert files(cli.home) == before, "no health, no history, no settings"


def test_that_who_is_switched_off_is_named_and_not_rehearsed(cli: CommandLine) -> None:
    off = {"providers": {"groq": {"enabled": False}}}
    set_route(cli, "openai/gpt-5.4-mini", "groq/llama", "gone/x", "ollama/qwen3", **off)
    outcome = cli("rehearse")
    assert outcome.code == 0
    assert "R: OpenAI → Ollama\n" in outcome.out
    assert "Not rehearsed: Groq is switched off." in outcome.out
    assert "Not rehearsed: gone is not set up here." in outcome.out


def test_that_a_first_start_is_told_that_practice_stands_alone(cli: CommandLine) -> None:
    outcome = cli("rehearse")
    assert outcome.code == 1
    assert "Practice has nobody behind it" in outcome.out
    assert "You have set no route" in outcome.err


def test_that_a_route_that_is_not_there_is_wrong_usage(cli: CommandLine) -> None:
    outcome = cli("rehearse", "--route", "Nowhere")
    assert outcome.code == 2
    assert 'There is no route "Nowhere".' in outcome.err

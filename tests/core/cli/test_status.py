"""``understudy status`` and ``plan``: what is said is what would be done."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from helpers.lineup import MODEL, write_lineup
from helpers.loopback import Loopback, closed_port
from helpers.replies import openai_stream, rate_limited

if TYPE_CHECKING:
    from pathlib import Path

    from helpers.command_line import CommandLine

NOWHERE = "http://127.0.0.1:9/v1"


def test_that_a_first_start_has_the_practice_provider_in_line(cli: CommandLine) -> None:
    outcome = cli("status")
    assert outcome.code == 0
    in_line, _, others = outcome.out.partition("\n\n")
    assert "Practice" in in_line
    assert "more need a key: understudy providers list" in others


def test_that_status_as_json_is_one_object_with_every_provider(cli: CommandLine) -> None:
    status = cli("status", "--json").object
    assert status["route"] == "Everyday"
    by_id = {each["provider"]: each for each in status["providers"]}
    assert by_id["practice"]["state"] == "available"
    assert by_id["openai"]["state"] == "not-configured"
    assert set(by_id["openai"]) == {"provider", "name", "state", "why", "until", "kind", "local"}


def test_that_status_tells_which_servers_of_this_computer_run(cli: CommandLine) -> None:
    with Loopback(models=("qwen3", "gemma4", "phi5", "llama6")) as server:
        cli.environ["OLLAMA_HOST"] = server.url
        shown = cli("status").out.splitlines()
        by_id = {each["provider"]: each for each in cli("status", "--json").object["providers"]}
    [ollama] = [line for line in shown if "Ollama " in line and "Cloud" not in line]
    assert "running" in ollama
    assert "with qwen3, gemma4, phi5, …" in ollama
    assert by_id["ollama"]["running"]
    assert by_id["ollama"]["models"] == ["qwen3", "gemma4", "phi5", "llama6"]
    assert "running" not in by_id["openai"]


def test_that_a_key_in_the_environment_puts_its_provider_in_line(cli: CommandLine) -> None:
    cli.environ["GROQ_API_KEY"] = "gsk-test"
    plan = cli("plan", "--json").object
    assert [candidate["provider"] for candidate in plan["candidates"]] == ["groq"]


def test_that_a_server_of_this_computer_that_does_not_run_is_said(
    cli: CommandLine, home: Path
) -> None:
    home.mkdir()
    nowhere = f"http://127.0.0.1:{closed_port()}/v1"
    (home / "settings.json").write_text(
        json.dumps({"providers": {"ollama": {"base_url": nowhere}}})
    )
    shown = cli("status").out.splitlines()
    [ollama] = [line for line in shown if "Ollama " in line and "Cloud" not in line]
    assert ollama.endswith("not running")


def test_that_the_plan_lists_the_order_and_why_others_are_skipped(
    cli: CommandLine, home: Path
) -> None:
    write_lineup(home, NOWHERE)
    outcome = cli("plan", "--model", "first/a", "--model", "openai", "--model", "practice")
    assert outcome.code == 0
    tried, _, skipped = outcome.out.partition("Skipped:")
    assert tried.index("First") < tried.index("Practice")
    assert "OpenAI has no key" in skipped


def test_that_a_rate_limited_provider_is_skipped_by_the_next_process_too(
    cli: CommandLine, home: Path
) -> None:
    with Loopback(rate_limited("600")) as first, Loopback(openai_stream("Yes.")) as second:
        write_lineup(home, first.base_url, second.base_url)
        cli("ask", "One?")
        plan = cli("plan", "--json").object
        status = cli("status")
        cli("ask", "Two?")
        asked = len(first.chats)
    [skipped] = plan["skipped"]
    assert (skipped["provider"], skipped["model"], skipped["reason"]) == (
        "first",
        MODEL,
        "cooling",
    )
    assert [candidate["provider"] for candidate in plan["candidates"]] == ["second"]
    assert "resting" in status.out
    assert asked == 1


def test_that_a_health_file_that_makes_no_sense_rests_nobody(cli: CommandLine, home: Path) -> None:
    (home / "data").mkdir(parents=True)
    (home / "data" / "health.json").write_text('[{"provider": 1}, "x", {]')
    outcome = cli("plan", "--json")
    assert outcome.code == 0
    assert outcome.object["skipped"] == []


def test_that_an_address_in_the_environment_that_cannot_be_meant_is_said(cli: CommandLine) -> None:
    cli.environ |= {"OPENAI_API_KEY": "sk-test", "OPENAI_ENDPOINT": "api.example.com"}
    by_id = {each["provider"]: each for each in cli("status", "--json").object["providers"]}
    assert by_id["openai"]["state"] == "not-configured"
    assert "OPENAI_ENDPOINT" in by_id["openai"]["why"]


def test_that_a_broken_settings_file_is_set_aside_and_said_and_the_command_goes_on(
    cli: CommandLine, home: Path
) -> None:
    home.mkdir()
    (home / "settings.json").write_text("{ this is no JSON")
    outcome = cli("plan")
    assert outcome.code == 0
    assert "Practice" in outcome.out
    assert "set aside" in outcome.err
    [kept] = home.glob("settings.broken-*.json")
    assert kept.read_text() == "{ this is no JSON"

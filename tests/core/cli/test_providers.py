"""``understudy providers`` and ``routes``: what is set is in effect and written down."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from helpers.lineup import write_lineup
from helpers.loopback import Loopback
from helpers.replies import html_page, openai_stream, wrong_key
from helpers.tiny_model import write_model

if TYPE_CHECKING:
    from pathlib import Path

    from helpers.command_line import CommandLine

ADDRESS = "http://127.0.0.1:9/v1"


def test_that_the_list_holds_the_catalogue_and_the_built_in_one(cli: CommandLine) -> None:
    outcome = cli("providers", "list")
    assert outcome.code == 0
    for name in ("OpenAI", "OpenRouter", "Groq", "DeepSeek", "Mistral", "Ollama", "Practice"):
        assert name in outcome.out


def test_that_an_endpoint_of_ones_own_is_added_asked_and_removed(cli: CommandLine) -> None:
    with Loopback(openai_stream("Mine.")) as server:
        added = cli(
            "providers", "add", "내 서버 2", "--base-url", f"{server.base_url}/", "--model", "m-1"
        )
        asked = cli("ask", "Whose?")
        model = server.chats[0].json()["model"]
    assert added.code == 0
    assert "내-서버-2" in added.out
    assert (asked.code, asked.out, model) == (0, "Mine.\n", "m-1")
    assert cli("providers", "remove", "내-서버-2").code == 0
    listed = cli("providers", "list", "--json").object["providers"]
    assert "내-서버-2" not in [provider["id"] for provider in listed]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("api.example.com/v1", "begin with https:// or http://"),
        ("http://127.0.0.1:9/v1/chat/completions", "goes too far"),
        ("http://user:secret@127.0.0.1/v1", "password"),
    ],
)
def test_that_an_address_that_cannot_be_meant_is_wrong_usage(
    cli: CommandLine, home: Path, address: str, said: str
) -> None:
    outcome = cli("providers", "add", "Mine", "--base-url", address)
    assert outcome.code == 2
    assert said in outcome.err
    assert "secret" not in outcome.err
    assert not (home / "settings.json").exists()


@pytest.mark.parametrize("name", ["openai", "OpenAI", "practice"])
def test_that_a_name_that_is_taken_is_refused(cli: CommandLine, name: str) -> None:
    outcome = cli("providers", "add", name, "--base-url", ADDRESS)
    assert outcome.code == 2
    assert "already" in outcome.err


def test_that_a_built_in_provider_cannot_be_removed(cli: CommandLine) -> None:
    outcome = cli("providers", "remove", "openai")
    assert outcome.code == 2
    assert "built in" in outcome.err


def test_that_removing_a_provider_takes_it_out_of_the_routes(cli: CommandLine, home: Path) -> None:
    write_lineup(home, ADDRESS, ADDRESS)
    cli("providers", "remove", "first")
    [route] = cli("routes", "list", "--json").object["routes"]
    assert [entry["provider"] for entry in route["entries"]] == ["second"]


def test_that_a_test_measures_a_real_answer(cli: CommandLine, home: Path) -> None:
    with Loopback(openai_stream("ready", first_delay=0.05)) as server:
        write_lineup(home, server.base_url)
        measured = cli("providers", "test", "first", "--json").object
    assert measured["first_token_ms"] >= 50
    assert measured["chat_ms"] >= measured["first_token_ms"]
    assert measured["tokens"] == 11


def test_that_a_failed_test_says_why_and_exits_1(cli: CommandLine, home: Path) -> None:
    with Loopback(wrong_key()) as server:
        write_lineup(home, server.base_url)
        outcome = cli("providers", "test", "first", "--json")
    assert outcome.code == 1
    assert outcome.object["error"]["kind"] == "auth"
    assert "First" in outcome.err


def test_that_an_address_with_a_web_page_behind_it_is_recognised(
    cli: CommandLine, home: Path
) -> None:
    with Loopback(html_page()) as server:
        write_lineup(home, server.base_url)
        outcome = cli("providers", "test", "first")
    assert outcome.code == 1
    assert "web page" in outcome.err


def test_that_the_models_of_a_server_are_printed_one_a_line(cli: CommandLine, home: Path) -> None:
    with Loopback(models=("alpha", "beta")) as server:
        write_lineup(home, server.base_url)
        assert cli("providers", "models", "first").out == "alpha\nbeta\n"
        assert cli("providers", "models", "first", "--json").object["models"] == ["alpha", "beta"]


def test_that_a_route_is_set_listed_and_removed(cli: CommandLine, home: Path) -> None:
    write_lineup(home, ADDRESS)
    outcome = cli("routes", "set", "Work", "first/a/b", "practice", "--rescue", "keep", "--default")
    assert outcome.code == 0
    listing = cli("routes", "list", "--json").object
    assert listing["default_route"] == "Work"
    assert [route["name"] for route in listing["routes"]] == ["Test", "Work"]
    work = listing["routes"][1]
    assert work["rescue"] == "keep"
    assert [(entry["provider"], entry["model"]) for entry in work["entries"]] == [
        ("first", "a/b"),
        ("practice", ""),
    ]
    assert cli("routes", "remove", "Work").code == 0
    assert cli("routes", "list", "--json").object["default_route"] == "Test"


def test_that_a_new_order_keeps_what_was_set_for_its_places(cli: CommandLine, home: Path) -> None:
    write_lineup(home, ADDRESS, ADDRESS, first_token_within=3, rescue="keep")
    cli("routes", "set", "Test", "second/test-model", "first/test-model")
    [route] = json.loads((home / "settings.json").read_text())["routes"]
    assert route["rescue"] == "keep"
    assert [(entry["provider"], entry["first_token_within"]) for entry in route["entries"]] == [
        ("second", 3),
        ("first", 3),
    ]


def test_that_a_route_to_nobody_known_is_wrong_usage_and_changes_nothing(
    cli: CommandLine, home: Path
) -> None:
    outcome = cli("routes", "set", "Work", "opnai/gpt")
    assert outcome.code == 2
    assert 'Did you mean "openai"?' in outcome.err
    assert not (home / "settings.json").exists()


def test_that_settings_of_a_newer_version_are_used_and_never_overwritten(
    cli: CommandLine, home: Path
) -> None:
    home.mkdir()
    text = json.dumps({"version": 99, "routes": [{"name": "New", "entries": []}]})
    (home / "settings.json").write_text(text)
    outcome = cli("routes", "set", "Work", "practice")
    assert outcome.code == 1
    assert "newer" in outcome.err
    assert (home / "settings.json").read_text() == text


def test_that_a_models_file_is_a_provider_that_answers_and_ends_with_the_command(
    cli: CommandLine, tmp_path: Path
) -> None:
    file = tmp_path / "tiny.gguf"
    write_model(file, "There was a model inside.")
    added = cli("providers", "add", "Tiny", "--file", str(file))
    assert added.out.splitlines()[0] == f"Tiny is added as tiny, at {file}."
    answered = cli("ask", "--model", "tiny", "--json", "Once upon a time")
    kinds = [event["type"] for event in answered.objects]
    assert kinds[0] == "route_chosen"
    assert "model_loading" in kinds
    assert kinds[-1] == "finished"
    words = "".join(each["text"] for each in answered.objects if each["type"] == "text_delta")
    assert words == "There was a model inside."
    assert answered.objects[-1]["trace"]["attempts"][0]["cost"] == 0.0
    tested = cli("providers", "test", "tiny", "--json").object
    assert tested["model"] == "tiny"
    assert cli("providers", "remove", "tiny").code == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "There is no file"), (b"GIF89a", "is not a model in the GGUF format")],
)
def test_that_a_file_that_is_no_model_is_not_added(
    cli: CommandLine, tmp_path: Path, content: bytes | None, said: str
) -> None:
    file = tmp_path / "odd.gguf"
    if content is not None:
        file.write_bytes(content)
    outcome = cli("providers", "add", "Odd", "--file", str(file))
    assert (outcome.code, said in outcome.err) == (1, True)
    assert "odd" not in cli("providers", "list").out


@pytest.mark.parametrize("given", [(), ("--file", "a.gguf", "--base-url", "http://h/v1")])
def test_that_a_provider_has_either_an_address_or_a_file(
    cli: CommandLine, given: tuple[str, ...]
) -> None:
    outcome = cli("providers", "add", "Box", *given)
    assert outcome.code == 2
    assert "A provider has an address or a file." in outcome.err

"""``understudy keys`` with a real keyring, with a locked one and with none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.command_line import CommandLine
from helpers.loopback import Loopback
from helpers.replies import openai_stream
from helpers.secret_service import KeyringSession, keyring_session

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

KEY = "sk-test-ZXCVBNM0123456789"


@pytest.fixture(scope="module")
def session() -> Generator[KeyringSession]:
    """Run an unlocked keyring on a bus of its own."""
    with keyring_session() as session:
        session.start_unlocked()
        yield session


@pytest.fixture
def with_keyring(home: Path, session: KeyringSession) -> CommandLine:
    """Run ``understudy`` where that keyring is."""
    return CommandLine(home, dict(session.environ))


def source(cli: CommandLine, provider: str) -> str:
    """Where ``keys list`` says that the provider's key comes from."""
    keys = cli("keys", "list", "--json").object["keys"]
    return next(key["source"] for key in keys if key["provider"] == provider)


def test_that_a_key_goes_into_the_real_keyring_and_out_of_it_again(
    with_keyring: CommandLine, session: KeyringSession
) -> None:
    outcome = with_keyring("keys", "set", "groq", stdin=f"  {KEY}\n")
    assert (outcome.code, outcome.err) == (0, "")
    assert "Groq" in outcome.out
    assert session.lookup("groq") == KEY
    assert source(with_keyring, "groq") == "keyring"
    assert with_keyring("keys", "remove", "groq").code == 0
    assert session.lookup("groq") == ""
    assert source(with_keyring, "groq") == "none"


def test_that_a_key_in_the_keyring_puts_its_provider_in_line(with_keyring: CommandLine) -> None:
    with_keyring("keys", "set", "mistral", stdin=KEY)
    plan = with_keyring("plan", "--json").object
    with_keyring("keys", "remove", "mistral")
    assert [candidate["provider"] for candidate in plan["candidates"]] == ["mistral"]


def test_that_no_part_of_a_key_is_ever_printed(with_keyring: CommandLine) -> None:
    said = with_keyring("keys", "set", "groq", stdin=KEY)
    listed = with_keyring("keys", "list")
    as_json = with_keyring("keys", "list", "--json")
    with_keyring("keys", "remove", "groq")
    for outcome in (said, listed, as_json):
        assert KEY[-4:] not in outcome.out + outcome.err


def test_that_without_a_keyring_a_key_is_not_kept_and_this_is_said(
    cli: CommandLine, home: Path
) -> None:
    outcome = cli("keys", "set", "openai", stdin=KEY)
    assert outcome.code == 1
    assert "never writes keys into files" in outcome.err
    assert "OPENAI_API_KEY" in outcome.err
    assert not [path for path in home.rglob("*") if path.is_file()]


def test_that_without_a_keyring_the_list_says_why_and_knows_the_environment(
    cli: CommandLine,
) -> None:
    cli.environ["OPENAI_API_KEY"] = KEY
    outcome = cli("keys", "list")
    assert outcome.code == 0
    assert "in the environment" in outcome.out
    assert outcome.err
    assert cli("keys", "list", "--json").object["keyring"]["state"] == "absent"


def test_that_a_locked_keyring_is_said_and_the_key_is_not_kept(home: Path) -> None:
    with keyring_session() as session:
        session.start_unlocked()
        cli = CommandLine(home, dict(session.environ))
        cli("keys", "set", "groq", stdin=KEY)
        session.lock()
        listed = cli("keys", "list", "--json").object
        refused = cli("keys", "set", "groq", stdin=KEY)
        asked = cli("ask", "--model", "groq/m", "Hello?")
    assert listed["keyring"]["state"] == "locked"
    assert refused.code == 1
    assert "locked" in refused.err.lower()
    assert asked.code == 1
    assert "locked" in asked.err.lower()
    assert "understudy ask --unlock" in asked.err
    assert "password" not in asked.err


def test_that_the_keyring_is_opened_only_where_that_is_asked_for(home: Path) -> None:
    with keyring_session() as session, Loopback(openai_stream("Yes.")) as server:
        session.start_unlocked()
        cli = CommandLine(home, {**session.environ, "OPENAI_ENDPOINT": server.base_url})
        cli("keys", "set", "openai", stdin=KEY)
        session.lock()
        nobody_there = cli("ask", "--unlock", "--model", "openai/m", "Hello?")
        session.unlock_from_elsewhere()
        open_already = cli("ask", "--unlock", "--model", "openai/m", "Hello?")
    assert nobody_there.code == 1
    assert "The system asks for the password of the keyring." in nobody_there.err
    assert (open_already.code, open_already.out, open_already.err) == (0, "Yes.\n", "")


@pytest.mark.parametrize("text", ["", "sk one two", "sk-one\nsk-two", "clé"])
def test_that_what_is_no_key_is_wrong_usage_and_is_not_repeated(
    cli: CommandLine, text: str
) -> None:
    outcome = cli("keys", "set", "openai", stdin=text)
    assert outcome.code == 2
    assert not text or text not in outcome.err


def test_that_a_key_on_the_command_line_is_refused_and_not_repeated(cli: CommandLine) -> None:
    outcome = cli("keys", "set", "openai", KEY)
    assert outcome.code == 2
    assert "history" in outcome.err
    assert KEY not in outcome.err


def test_that_a_further_key_of_a_provider_has_a_place_of_its_own(
    with_keyring: CommandLine, session: KeyringSession, home: Path
) -> None:
    home.mkdir()
    (home / "settings.json").write_text('{"providers": {"groq": {"keys": 2}}}', encoding="utf-8")
    outcome = with_keyring("keys", "set", "groq#2", stdin=KEY)
    assert (outcome.code, outcome.err) == (0, "")
    assert "Groq #2" in outcome.out
    assert session.lookup("groq#2") == KEY
    assert source(with_keyring, "groq#2") == "keyring"
    assert "Groq #2" in with_keyring("keys", "list").out
    with_keyring("keys", "remove", "groq#2")
    assert session.lookup("groq#2") == ""


def test_that_a_mistyped_provider_is_answered_with_the_one_probably_meant(
    cli: CommandLine,
) -> None:
    outcome = cli("keys", "set", "opnai", stdin=KEY)
    assert outcome.code == 2
    assert 'Did you mean "openai"?' in outcome.err

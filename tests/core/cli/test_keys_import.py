"""``understudy keys import`` with a real keyring, with a locked one and with none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from helpers.canary import traces_in_files
from helpers.command_line import CommandLine
from helpers.loopback import Loopback
from helpers.replies import openai_stream
from helpers.secret_service import KeyringSession, keyring_session

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from helpers.command_line import Outcome

OPENAI, GROQ, GOOGLE = "sk-proj-4f9A1c7E2b8D6035", "gsk_ZXCVBNM0123456789", "AIzaQWERTY9876543210"
SEED = f"""\
# AgentOS
AGNO_API_KEY=dev-local-key

# OpenAI (required: OPENAI_API_KEY)
OPENAI_API_KEY={OPENAI}
OPENAI_ENDPOINT=https://api.openai.com/v1          # optional; override for proxy/Azure
OPENAI_ORG=                                        # optional; org scoping

GEMINI_API_KEY=your-key-here
GOOGLE_API_KEY="{GOOGLE}"
export GROQ_API_KEY='{GROQ}'
CEREBRAS_API_KEY=csk-...
GLM4_API_KEY=
OLLAMA_ENDPOINT=http://localhost:11434/api
nonsense
"""


@pytest.fixture(scope="module")
def session() -> Generator[KeyringSession]:
    """Run an unlocked keyring on a bus of its own."""
    with keyring_session() as session:
        session.start_unlocked()
        yield session


@pytest.fixture
def with_keyring(home: Path, session: KeyringSession) -> Generator[CommandLine]:
    """Run ``understudy`` where that keyring is; it is empty before and after."""
    cli = CommandLine(home, dict(session.environ))
    yield cli
    for provider in ("openai", "gemini", "groq", "cerebras"):
        cli("keys", "remove", provider)


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    """Write a file as the seed's users have it."""
    path = tmp_path / ".env"
    path.write_text(SEED, encoding="utf-8")
    return path


def settings(home: Path) -> Any:
    return json.loads((home / "settings.json").read_text(encoding="utf-8"))


def holds_no_key(outcome: Outcome) -> bool:
    said = outcome.out + outcome.err
    return not any(key[-4:] in said for key in (OPENAI, GROQ, GOOGLE)) and "dev-local" not in said


def test_that_the_keys_of_a_file_go_into_the_real_keyring_and_nowhere_else(
    with_keyring: CommandLine, session: KeyringSession, env_file: Path, home: Path
) -> None:
    outcome = with_keyring("keys", "import", str(env_file))
    assert (outcome.code, outcome.err) == (0, "")
    assert [session.lookup(name) for name in ("openai", "gemini", "groq", "cerebras")] == [
        OPENAI,
        GOOGLE,
        GROQ,
        "",
    ]
    assert holds_no_key(outcome)
    assert not [path for key in (OPENAI, GROQ, GOOGLE) for path in traces_in_files(key, home)]


def test_that_what_was_done_is_said_for_each_provider(
    with_keyring: CommandLine, env_file: Path, home: Path
) -> None:
    lines = with_keyring("keys", "import", str(env_file)).out.splitlines()
    told = {line.split()[0]: line for line in lines if line.startswith("  ")}
    assert list(told) == ["OpenAI", "Gemini", "Groq", "Cerebras", "Ollama"]
    assert "key taken from GOOGLE_API_KEY" in told["Gemini"]
    assert "an example, no key" in told["Cerebras"]
    assert "address http://localhost:11434 taken from OLLAMA_ENDPOINT" in told["Ollama"]
    rest = "\n".join(lines)
    assert "Without a value: GLM4_API_KEY." in rest
    assert "Not known to Understudy: AGNO_API_KEY, OPENAI_ORG." in rest
    assert "Line 15 was left out: it is no NAME=value." in rest
    assert f"{env_file} still holds these keys" in rest
    assert settings(home)["providers"] == {"ollama": {"base_url": "http://localhost:11434"}}


def test_that_a_dry_run_does_nothing_and_says_what_would_be_done(
    with_keyring: CommandLine, session: KeyringSession, env_file: Path, home: Path
) -> None:
    outcome = with_keyring("keys", "import", "--dry-run", str(env_file))
    assert outcome.code == 0
    assert outcome.out.startswith("Nothing was changed. This would be done:\n")
    assert "key would be taken from OPENAI_API_KEY" in outcome.out
    assert session.lookup("openai") == ""
    assert not (home / "settings.json").exists()


def test_that_importing_again_changes_nothing(with_keyring: CommandLine, env_file: Path) -> None:
    with_keyring("keys", "import", str(env_file))
    again = with_keyring("keys", "import", "--json", str(env_file)).object
    outcomes = {each["provider"]: each["key"]["outcome"] for each in again["providers"][:4]}
    assert outcomes == {"openai": "same", "gemini": "same", "groq": "same", "cerebras": "skipped"}
    assert again["providers"][4]["address"]["outcome"] == "same"


def test_that_a_key_that_is_there_stays_unless_the_files_is_wanted(
    with_keyring: CommandLine, session: KeyringSession, env_file: Path
) -> None:
    with_keyring("keys", "set", "openai", stdin="sk-the-one-before")
    kept = with_keyring("keys", "import", str(env_file))
    assert "A different key is there already. --replace takes" in kept.out
    assert session.lookup("openai") == "sk-the-one-before"
    replaced = with_keyring("keys", "import", "--replace", str(env_file))
    assert "key replaced from OPENAI_API_KEY" in replaced.out
    assert session.lookup("openai") == OPENAI


def test_that_a_file_from_elsewhere_cannot_send_a_kept_key_to_its_own_address(
    with_keyring: CommandLine, tmp_path: Path, home: Path
) -> None:
    with_keyring("keys", "set", "openai", stdin=OPENAI)
    path = tmp_path / "theirs.env"
    path.write_text("OPENAI_BASE_URL=https://elsewhere.test/v1\n", encoding="utf-8")
    outcome = with_keyring("keys", "import", str(path))
    assert "would go to another address" in outcome.out
    assert not (home / "settings.json").exists()


def test_that_an_imported_key_answers_at_the_imported_address(
    with_keyring: CommandLine, tmp_path: Path
) -> None:
    with Loopback(openai_stream("Yes.")) as server:
        text = f"OPENAI_API_KEY={OPENAI}\nOPENAI_ENDPOINT={server.base_url}\n"
        outcome = with_keyring("keys", "import", "-", stdin=text)
        answer = with_keyring("ask", "--model", "openai/m", "Hello?")
    assert outcome.code == 0
    assert (answer.code, answer.out) == (0, "Yes.\n")
    assert server.requests[0].headers["authorization"] == f"Bearer {OPENAI}"


def test_that_a_further_key_is_imported_where_the_settings_have_a_place_for_it(
    cli: CommandLine, home: Path
) -> None:
    text = f"OPENAI_API_KEY={OPENAI}\nOPENAI_API_KEY_2={GROQ}\nOPENAI_BASE_URL=https://x.test\n"
    alone = cli("keys", "import", "--dry-run", "--json", "-", stdin=text).object
    assert alone["unknown"] == ["OPENAI_API_KEY_2"]
    home.mkdir()
    (home / "settings.json").write_text('{"providers": {"openai": {"keys": 2}}}', encoding="utf-8")
    both = cli("keys", "import", "--dry-run", "--json", "-", stdin=text).object["providers"]
    assert [(each["provider"], each["address"] is None) for each in both] == [
        ("openai", False),
        ("openai#2", True),
    ]


def test_that_without_a_keyring_nothing_is_changed_and_this_is_said(
    cli: CommandLine, env_file: Path, home: Path
) -> None:
    outcome = cli("keys", "import", str(env_file))
    assert outcome.code == 1
    assert "Nothing was changed: Understudy never writes keys into files." in outcome.err
    assert holds_no_key(outcome)
    assert not (home / "settings.json").exists()


def test_that_without_a_keyring_a_dry_run_still_shows_what_is_in_the_file(
    cli: CommandLine, env_file: Path
) -> None:
    outcome = cli("keys", "import", "--dry-run", "--json", str(env_file))
    assert outcome.code == 0
    assert [each["provider"] for each in outcome.object["providers"]][:2] == ["openai", "gemini"]
    assert "Without it this cannot be done." in outcome.err
    assert holds_no_key(outcome)


def test_that_addresses_alone_need_no_keyring(cli: CommandLine, tmp_path: Path, home: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("OLLAMA_HOST=10.0.0.7\n", encoding="utf-8")
    assert cli("keys", "import", str(path)).code == 0
    assert settings(home)["providers"]["ollama"]["base_url"] == "http://10.0.0.7:11434"


def test_that_a_locked_keyring_is_said_and_nothing_is_half_done(home: Path, env_file: Path) -> None:
    with keyring_session() as session:
        session.start_unlocked()
        cli = CommandLine(home, dict(session.environ))
        cli("keys", "set", "openai", stdin="sk-the-one-before")
        session.lock()
        refused = cli("keys", "import", str(env_file))
        session.unlock_from_elsewhere()
        opened = cli("keys", "import", "--unlock", str(env_file))
        assert session.lookup("groq") == GROQ
    assert refused.code == 1
    assert "locked" in refused.err.lower()
    assert "--unlock" in refused.err
    assert opened.code == 0


def test_that_settings_that_cannot_be_written_keep_every_key_out(
    with_keyring: CommandLine, session: KeyringSession, env_file: Path, home: Path
) -> None:
    home.mkdir()
    (home / "settings.json").write_text('{"version": 99}', encoding="utf-8")
    outcome = with_keyring("keys", "import", str(env_file))
    assert outcome.code == 1
    assert "newer Understudy" in outcome.err
    assert session.lookup("openai") == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("PORT=8080\n", "has no value for a variable that Understudy knows"),
        ("OPENAI_API_KEY=\n", "has no value for a variable that Understudy knows"),
        ("\0\1\2", "is no text"),
        ("A=1\n" * 100_000, "larger than 256 KB"),
    ],
)
def test_that_a_file_without_any_use_is_answered_with_why(
    cli: CommandLine, text: str, said: str
) -> None:
    outcome = cli("keys", "import", "-", stdin=text)
    assert outcome.code == 1
    assert said in outcome.err
    assert "Nothing was changed." in outcome.err


def test_that_a_file_of_examples_alone_is_no_success(cli: CommandLine) -> None:
    outcome = cli("keys", "import", "--dry-run", "-", stdin="OPENAI_API_KEY=your-key-here\n")
    assert outcome.code == 1
    assert "an example, no key" in outcome.out


def test_that_a_missing_file_is_named(cli: CommandLine) -> None:
    outcome = cli("keys", "import", "missing.env")
    assert outcome.code == 1
    assert "missing.env cannot be read (no such file or directory)" in outcome.err

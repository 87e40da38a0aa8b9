"""``understudy routes import`` of a file like the seed's ``config/default.yaml``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from helpers.command_line import CommandLine
from helpers.loopback import Loopback
from helpers.replies import openai_stream
from helpers.secret_service import KeyringSession, keyring_session

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

KEY = "sk-proj-4f9A1c7E2b8D6035"
SEED = """\
server: {host: 0.0.0.0, port: 8080}
auth: {apiKey: "${AGNO_API_KEY}", header: X-API-Key}
providers:
  # Each provider is toggled based on env keys.
  openai: {endpoint: "${OPENAI_ENDPOINT}"}
  gemini: {endpoint: "${GEMINI_ENDPOINT}"}
  groq: {endpoint: "${GROQ_ENDPOINT}"}
  ollama: {endpoint: "${OLLAMA_ENDPOINT}"}
  hal9000: {endpoint: "https://discovery.test"}
memory: {storeType: memory}
runtime:
  requestTimeout: 60s
  router: {providerTimeout: 55s, providerRetries: 1, providerBackoff: soon}
bench: {concurrency: 100, input_tokens: 128, duration: 10m}
"""


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    """Write the file where the seed has it."""
    path = tmp_path / "config" / "default.yaml"
    path.parent.mkdir()
    path.write_text(SEED, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def session() -> Generator[KeyringSession]:
    """Run an unlocked keyring on a bus of its own."""
    with keyring_session() as session:
        session.start_unlocked()
        yield session


@pytest.fixture
def with_keyring(home: Path, session: KeyringSession) -> Generator[CommandLine]:
    """Run ``understudy`` where that keyring is; it has no key of OpenAI before and after."""
    cli = CommandLine(home, dict(session.environ))
    yield cli
    cli("keys", "remove", "openai")


def settings(home: Path) -> Any:
    return json.loads((home / "settings.json").read_text(encoding="utf-8"))


def test_that_the_seeds_file_becomes_a_route_in_its_order(
    cli: CommandLine, seed: Path, home: Path
) -> None:
    outcome = cli("routes", "import", str(seed), "--name", "Work", "--default")
    assert (outcome.code, outcome.err) == (0, "")
    (route,) = settings(home)["routes"]
    assert route["name"] == settings(home)["default_route"] == "Work"
    assert [each["provider"] for each in route["entries"]] == ["openai", "gemini", "groq", "ollama"]
    assert all(each["first_token_within"] == 55 for each in route["entries"])
    assert all(each["retries"] == 1 for each in route["entries"])
    assert route["entries"][3]["enabled"] is False


def test_that_what_is_not_taken_over_is_listed(cli: CommandLine, seed: Path) -> None:
    out = cli("routes", "import", str(seed)).out
    assert out.startswith("Imported asks in this order from the next message on:\n")
    assert "No such provider: providers.hal9000." in out
    _, _, rest = out.partition("Not taken over:\n")
    for path in ("server", "auth", "bench", "memory", "runtime.router.providerBackoff"):
        assert path in rest
    listed = cli("routes", "import", str(seed), "--json").object["unused"]
    assert {"server", "memory", "runtime.requestTimeout"} <= set(listed)


def test_that_references_are_looked_up_in_the_env_file_above_config(
    cli: CommandLine, seed: Path, home: Path
) -> None:
    env = seed.parents[1] / ".env"
    env.write_text(
        "GROQ_ENDPOINT=https://gateway.test/v1   # optional\n"
        "OLLAMA_ENDPOINT=http://10.0.0.7:11434/api\n"
        "GROQ_CHAT_MODEL=openai/gpt-oss-20b\n",
        encoding="utf-8",
    )
    outcome = cli("routes", "import", str(seed))
    assert outcome.code == 0, outcome.err
    assert settings(home)["providers"] == {
        "groq": {"base_url": "https://gateway.test/v1"},
        "ollama": {"base_url": "http://10.0.0.7:11434"},
    }
    entries = {each["provider"]: each for each in settings(home)["routes"][0]["entries"]}
    assert entries["groq"]["model"] == "openai/gpt-oss-20b"
    assert "enabled" not in entries["ollama"]


def test_that_another_file_of_variables_may_be_named(
    cli: CommandLine, seed: Path, tmp_path: Path
) -> None:
    env = tmp_path / "production.env"
    env.write_text("OPENAI_CHAT_MODEL=gpt-5.5\n", encoding="utf-8")
    route = cli("routes", "import", str(seed), "--env", str(env), "--json").object["route"]
    assert route["entries"][0]["model"] == "gpt-5.5"
    missing = cli("routes", "import", str(seed), "--env", "missing.env")
    assert (missing.code, "missing.env cannot be read" in missing.err) == (1, True)


def test_that_a_key_in_the_file_goes_into_the_keyring_with_a_warning(
    with_keyring: CommandLine, session: KeyringSession, tmp_path: Path, home: Path
) -> None:
    path = tmp_path / "routes.yaml"
    path.write_text(f"providers: {{openai: {{apiKey: {KEY}}}}}\n", encoding="utf-8")
    outcome = with_keyring("routes", "import", str(path))
    assert outcome.code == 0
    assert session.lookup("openai") == KEY
    assert "key taken from providers.openai.apiKey" in outcome.out
    assert f"{path} holds keys in clear (providers.openai.apiKey)" in outcome.out
    assert KEY[-4:] not in outcome.out + outcome.err
    assert KEY not in (home / "settings.json").read_text(encoding="utf-8")


def test_that_an_imported_route_answers(
    with_keyring: CommandLine, session: KeyringSession, tmp_path: Path
) -> None:
    with Loopback(openai_stream("Yes.")) as server:
        text = f"providers: {{openai: {{apiKey: {KEY}, endpoint: '{server.base_url}', model: m}}}}"
        imported = with_keyring("routes", "import", "-", stdin=text)
        answer = with_keyring("ask", "--route", "Imported", "Hello?")
    assert imported.code == 0
    assert (answer.code, answer.out) == (0, "Yes.\n")


def test_that_a_key_needs_a_keyring_and_a_route_alone_does_not(
    cli: CommandLine, tmp_path: Path, home: Path
) -> None:
    path = tmp_path / "routes.yaml"
    path.write_text(f"providers: {{openai: {{apiKey: {KEY}}}}}\n", encoding="utf-8")
    refused = cli("routes", "import", str(path))
    assert refused.code == 1
    assert "never writes keys into files" in refused.err
    assert not (home / "settings.json").exists()
    cli.environ["OPENAI_API_KEY"] = KEY
    path.write_text("providers: {openai: {apiKey: '${OPENAI_API_KEY}'}}\n", encoding="utf-8")
    assert cli("routes", "import", str(path)).code == 0


def test_that_a_dry_run_changes_nothing(cli: CommandLine, seed: Path, home: Path) -> None:
    outcome = cli("routes", "import", "--dry-run", str(seed))
    assert outcome.code == 0
    assert outcome.out.startswith("Nothing was changed. Imported would ask in this order:\n")
    assert not (home / "settings.json").exists()


def test_that_a_route_of_the_same_name_is_replaced_only_where_that_is_asked_for(
    cli: CommandLine, seed: Path, home: Path
) -> None:
    cli("routes", "set", "Work", "practice/steady", "--rescue", "keep")
    refused = cli("routes", "import", str(seed), "--name", "Work")
    assert refused.code == 2
    assert "--replace, or another --name" in refused.err
    replaced = cli("routes", "import", str(seed), "--name", "Work", "--replace")
    assert replaced.code == 0
    (route,) = settings(home)["routes"]
    assert (len(route["entries"]), route["rescue"]) == (4, "keep")
    assert cli("routes", "import", str(seed), "--name", "Work").code == 0


def test_that_a_route_has_to_have_a_name(cli: CommandLine, seed: Path) -> None:
    outcome = cli("routes", "import", str(seed), "--name", " ")
    assert (outcome.code, outcome.err.splitlines()[0]) == (2, "The route's name is empty.")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: b: c", "it is no YAML (line 1, column 5)"),
        ("a: 1", "names no providers"),
        ("providers: {hal9000: }", "names no provider that Understudy knows"),
        ("\0", "is no text"),
    ],
)
def test_that_a_file_that_is_no_such_file_says_why(cli: CommandLine, text: str, said: str) -> None:
    outcome = cli("routes", "import", "-", stdin=text)
    assert outcome.code == 1
    assert said in outcome.err
    assert "Nothing was changed." in outcome.err

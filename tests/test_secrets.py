"""A key in the keyring is nowhere else: not on disk, not on screen, not among the processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import psutil
import pytest

from helpers.canary import forms_of, holds, traces_in_files, traces_in_processes
from helpers.command_line import CommandLine
from helpers.lineup import write_lineup
from helpers.loopback import Loopback
from helpers.replies import Chunk, data, json_reply, openai_error, openai_stream
from helpers.secret_service import KeyringSession, keyring_session

if TYPE_CHECKING:
    from collections.abc import Generator

    from helpers.loopback import RecordedRequest
    from helpers.replies import Reply

CANARY = "sk-canary-4f9A1c7E2b8D6035+/vQz"
SENTENCE = "Is the 금요일 audit of my sister's bakery legal?"
Failure: TypeAlias = "Callable[[RecordedRequest], Reply]"
PROC = Path("/proc")
KEYED = "openai"
WINDOW = Path(__file__).with_name("helpers") / "window_child.py"


@pytest.fixture
def session() -> Generator[KeyringSession]:
    """Run an unlocked keyring on a bus of its own."""
    with keyring_session() as session:
        session.start_unlocked()
        yield session


def refused_with_the_key(request: RecordedRequest) -> Reply:
    """Refuse like a server that tells which key it did not like."""
    sent = request.headers.get("authorization", "")
    return openai_error(401, f"Incorrect API key provided: {sent}.", code=sent)


def page_with_the_key(request: RecordedRequest) -> Reply:
    """Fail like a proxy that prints the request's headers."""
    sent = request.headers.get("authorization", "")
    return json_reply({"detail": f"upstream refused: {sent}", "headers": request.headers}, 500)


def stream_that_fails_with_the_key(request: RecordedRequest) -> Reply:
    """Begin an answer, then break off with an error that names the key."""
    sent = request.headers.get("authorization", "")
    failure = data({"error": {"message": f"overloaded while serving {sent}", "code": sent}})
    reply = openai_stream("Half an answer", finish=None, usage=None, done=False)
    return reply.but(chunks=(*reply.chunks, Chunk(failure)))


def refused_with_the_question(request: RecordedRequest) -> Reply:
    """Refuse, and repeat in the error everything that was asked."""
    return openai_error(500, f"cannot take {request.body.decode()}", code="broken")


FAILURES = (refused_with_the_key, page_with_the_key, stream_that_fails_with_the_key)


def commands_of_a_session() -> list[tuple[str, ...]]:
    """Everything that the command line can do with a provider that has a key."""
    return [
        ("ask", "Hello?"),
        ("ask", "--json", "Hello?"),
        ("status",),
        ("plan", "--json"),
        ("providers", "list"),
        ("providers", "test", KEYED),
        ("providers", "test", KEYED, "--json"),
        ("providers", "models", KEYED),
        ("routes", "set", "Work", KEYED, "practice/refuses"),
        ("routes", "list", "--json"),
        ("ask", "--route", "Work", "--json", "Hello?"),
        ("keys", "list"),
        ("keys", "list", "--json"),
        ("keys", "set", KEYED, CANARY[:-1] + " " + CANARY[-1]),
    ]


def test_that_the_search_finds_a_key_in_every_form(tmp_path: Path) -> None:
    for number, form in enumerate(forms_of(CANARY)):
        (tmp_path / str(number)).write_bytes(b"before " + form + b" after")
    assert len(traces_in_files(CANARY, tmp_path)) == len(forms_of(CANARY))


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.__name__)
def test_that_a_session_of_failures_that_echo_the_key_leaves_no_trace_of_it(
    home: Path, session: KeyringSession, failure: Failure
) -> None:
    cli = CommandLine(home, dict(session.environ))
    with Loopback(failure) as server:
        cli.environ["OPENAI_ENDPOINT"] = server.base_url
        said = [cli("keys", "set", KEYED, stdin=f"{CANARY}\n")]
        said += [cli(*command) for command in commands_of_a_session()]
        said.append(cli("chat", stdin="Hello?\nStill there?\n"))
        asked = [request.headers.get("authorization") for request in server.requests]
    assert f"Bearer {CANARY}" in asked
    assert session.lookup(KEYED) == CANARY
    assert not [
        outcome for outcome in said if holds(f"{outcome.out}{outcome.err}".encode(), CANARY)
    ]
    assert traces_in_files(CANARY, home, session.folder) == []


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.__name__)
def test_that_the_window_leaves_no_trace_of_a_key_that_failures_echo(
    home: Path, session: KeyringSession, failure: Failure
) -> None:
    cli = CommandLine(home, dict(session.environ))
    cli("keys", "set", KEYED, stdin=CANARY)
    with Loopback(failure) as server:
        environ = {**cli.environment(), **window_environment(), "OPENAI_ENDPOINT": server.base_url}
        shown = subprocess.run(
            [sys.executable, str(WINDOW), "Hello?", "Still there?"],
            env=environ,
            capture_output=True,
            check=True,
            timeout=50,
        )
        asked = [request.headers.get("authorization") for request in server.chats]
    rows = json.loads(shown.stdout)
    assert f"Bearer {CANARY}" in asked
    assert rows[0] == "Hello?"
    assert not holds(shown.stdout + shown.stderr, CANARY)
    assert (home / "data" / "history.db").exists()
    assert traces_in_files(CANARY, home, session.folder) == []


def test_that_the_log_tells_of_the_window_and_of_no_word_that_was_said(home: Path) -> None:
    cli = CommandLine(home, {"OPENAI_API_KEY": CANARY})
    with Loopback(refused_with_the_question) as server:
        environ = {**cli.environment(), **window_environment(), "OPENAI_ENDPOINT": server.base_url}
        said = subprocess.run(
            [sys.executable, str(WINDOW), SENTENCE],
            env=environ,
            capture_output=True,
            check=True,
            timeout=50,
        )
        cli.environ["OPENAI_ENDPOINT"] = server.base_url
        cli("ask", SENTENCE)
        assert server.chats
    log = (home / "logs" / "understudy.log").read_text()
    assert "Begins: Understudy" in log
    assert not holds(said.stderr, SENTENCE)
    assert traces_in_files(SENTENCE, home / "logs") == []
    assert traces_in_files(CANARY, home) == []


def window_environment() -> dict[str, str]:
    """What a window needs of this process's environment."""
    return {name: os.environ[name] for name in ("DISPLAY", "QT_QPA_PLATFORM")}


def test_that_the_key_is_in_no_command_line_and_no_environment(
    home: Path, session: KeyringSession
) -> None:
    cli = CommandLine(home, dict(session.environ))
    cli("keys", "set", KEYED, stdin=CANARY)
    with Loopback(openai_stream("a" * 400, delay=0.05)) as server:
        cli.environ["OPENAI_ENDPOINT"] = server.base_url
        with cli.started("ask", "Hello?") as process:
            assert process.stdout is not None
            process.stdout.read(4)
            family = psutil.Process(process.pid)
            pids = [family.pid, *(child.pid for child in family.children(recursive=True))]
            assert traces_in_processes(CANARY, pids, PROC) == []
            during = traces_in_files(CANARY, home, session.folder)
        assert server.requests[0].headers["authorization"] == f"Bearer {CANARY}"
    assert during == []


def test_that_a_key_from_the_environment_is_written_nowhere(home: Path) -> None:
    cli = CommandLine(home, {"MY_KEY": CANARY})
    with Loopback(refused_with_the_key) as server:
        write_lineup(home, server.base_url)
        cli("providers", "add", "Mine", "--base-url", server.base_url, "--key-env", "MY_KEY")
        said = [cli("ask", "--model", "mine/m", "--json", "Hello?"), cli("status")]
        assert server.chats[0].headers["authorization"] == f"Bearer {CANARY}"
    assert not [
        outcome for outcome in said if holds(f"{outcome.out}{outcome.err}".encode(), CANARY)
    ]
    assert traces_in_files(CANARY, home) == []

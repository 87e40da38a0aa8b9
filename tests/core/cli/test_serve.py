"""``understudy serve`` as a real process: its words, its token, its end."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import understudy
from helpers.canary import holds, traces_in_files, traces_in_processes
from helpers.command_line import CommandLine
from helpers.lineup import write_lineup
from helpers.loopback import Loopback
from helpers.replies import openai_stream
from helpers.secret_service import KeyringSession, keyring_session
from helpers.serving import ask
from understudy.cli.console import Console
from understudy.cli.request_lines import AHEAD, RequestLines, line_of
from understudy.serve.access_token import ENTRY, VARIABLE
from understudy.serve.app import PATHS
from understudy.serve.desk import Noted

if TYPE_CHECKING:
    from collections.abc import Generator

TOKEN = "a-token-of-ones-own"
AT = datetime(2026, 11, 25, 14, 3, 22, tzinfo=UTC)


@contextmanager
def served(
    cli: CommandLine, *arguments: str
) -> Generator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """Begin to serve at a free port; what it says of itself."""
    with cli.started("serve", "--port", "0", "--json", *arguments) as process:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())


def client_of(told: dict[str, Any]) -> httpx.Client:
    headers = {"authorization": f"Bearer {told['token']}"}
    return httpx.Client(base_url=told["base_url"], headers=headers, trust_env=False, timeout=20)


def ended(process: subprocess.Popen[str], with_signal: int) -> str:
    """Tell it to end; what it had said on standard error."""
    process.send_signal(with_signal)
    _, said = process.communicate(timeout=20)
    return said


# Its words


def test_that_it_says_where_it_is_and_how_a_client_is_told(cli: CommandLine) -> None:
    cli.environ[VARIABLE] = TOKEN
    with cli.started("serve", "--port", "0") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(4)]
        said = ended(process, signal.SIGINT)
    found = re.search(r"http://127\.0\.0\.1:\d+", lines[0])
    assert found is not None
    assert "Everyday" in lines[0]
    assert lines[1] == f"  export OPENAI_BASE_URL={found[0]}/v1\n"
    assert lines[2] == '  export OPENAI_API_KEY="$(understudy serve --show-token)"\n'
    assert "Ctrl C" in lines[3]
    assert TOKEN not in "".join(lines) + said
    assert (process.returncode, said) == (0, "Stopped.\n")


def test_that_without_a_keyring_the_token_is_shown_once_with_the_reason(cli: CommandLine) -> None:
    with cli.started("serve", "--port", "0") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(4)]
        address = lines[1].strip().partition("=")[2]
        token = lines[2].strip().partition("=")[2]
        with client_of({"base_url": address, "token": token}) as client:
            assert client.get("/models").status_code == 200
        said = ended(process, signal.SIGTERM)
    assert "keyring" in said
    assert "shown this once" in said
    assert token not in said


def test_that_json_is_one_object_with_all_that_a_program_needs(
    cli: CommandLine, home: Path
) -> None:
    with Loopback(openai_stream("Hi")) as upstream:
        write_lineup(home, upstream.base_url)
        with served(cli) as (process, told):
            with client_of(told) as client:
                answer = client.post("/chat/completions", json=ask(model="first/other"))
            ended(process, signal.SIGTERM)
    assert set(told) == {"url", "base_url", "route", "token", "token_source"}
    assert told["base_url"] == f"{told['url']}/v1"
    assert told["token_source"] == "session"
    assert answer.status_code == 200
    assert answer.json()["model"] == "first/other"
    assert process.returncode == 0


def test_that_the_route_that_is_given_answers_where_none_is_named(
    cli: CommandLine, home: Path
) -> None:
    with Loopback(openai_stream("Hi")) as upstream:
        write_lineup(home, upstream.base_url)
        with served(cli, "--route", "Test") as (process, told):
            with client_of(told) as client:
                answer = client.post("/chat/completions", json=ask())
            ended(process, signal.SIGTERM)
    assert told["route"] == "Test"
    assert answer.json()["choices"][0]["message"]["content"] == "Hi"
    assert len(upstream.chats) == 1


def test_that_each_request_is_told_in_a_line_without_a_word_of_it(cli: CommandLine) -> None:
    with served(cli) as (process, told):
        with client_of(told) as client:
            client.post("/chat/completions", json=ask("A secret.", model="practice/overloaded"))
            client.get("/somewhere/secret?secret")
            client.get("/models", headers={"authorization": "Bearer wrong-secret"})
        said = ended(process, signal.SIGTERM)
    lines = said.splitlines()
    assert re.fullmatch(
        r"\d\d:\d\d:\d\d POST /v1/chat/completions 503 practice/overloaded [\d.]+ s", lines[-4]
    )
    assert re.fullmatch(r"\d\d:\d\d:\d\d GET another path 404 [\d.]+ s", lines[-3])
    assert re.fullmatch(r"\d\d:\d\d:\d\d GET /v1/models 401 [\d.]+ s", lines[-2])
    assert "secret" not in said
    assert told["token"] not in said


# What cannot be


def test_that_a_port_in_use_is_said_and_exits_1(cli: CommandLine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        outcome = cli("serve", "--port", str(port))
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.splitlines()[0] == f"Port {port} of 127.0.0.1 is in use by another program."
    assert len(outcome.err.splitlines()) == 3


@pytest.mark.parametrize(
    "arguments",
    [("--port", "65536"), ("--port", "-1"), ("--port", "http"), ("--route", "Nowhere")],
)
def test_that_what_cannot_be_meant_is_wrong_usage(
    cli: CommandLine, arguments: tuple[str, ...]
) -> None:
    outcome = cli("serve", *arguments)
    assert (outcome.code, outcome.out) == (2, "")


def test_that_without_its_libraries_it_says_what_to_install(cli: CommandLine) -> None:
    core = str(Path(understudy.__file__).parents[1])
    program = (
        "import sys; sys.modules['uvicorn'] = None\n"
        "from understudy.__main__ import main; sys.exit(main(['serve']))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={**cli.environment(), "PYTHONPATH": core},
        capture_output=True,
        check=False,
        text=True,
    )
    assert (run.returncode, run.stdout) == (1, "")
    assert 'pip install "understudy[serve]"' in run.stderr
    assert len(run.stderr.splitlines()) == 3


def test_that_no_other_command_loads_a_server(cli: CommandLine) -> None:
    program = (
        "import sys, understudy.cli.main, understudy.cli.commands\n"
        "from understudy.__main__ import main\n"
        "main(['status']); main(['serve', '--port', '-1'])\n"
        "assert not {'starlette', 'uvicorn', 'h11.server'} & set(sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], env=cli.environment(), capture_output=True, check=False
    )
    assert run.returncode == 0, run.stderr.decode()


# Its token


@pytest.fixture
def session() -> Generator[KeyringSession]:
    """Run an unlocked keyring on a bus of its own."""
    with keyring_session() as session:
        session.start_unlocked()
        yield session


def test_that_the_token_is_in_the_keyring_and_nowhere_else(
    home: Path, session: KeyringSession
) -> None:
    cli = CommandLine(home, dict(session.environ))
    shown = cli("serve", "--show-token")
    token = shown.out.strip()
    assert (shown.code, shown.err) == (0, "")
    assert token == session.lookup(ENTRY)
    with cli.started("serve", "--port", "0") as process:
        assert process.stdout is not None
        said = "".join(process.stdout.readline() for _ in range(4))
        found = re.search(r"http://[\d.:]+", said)
        assert found is not None
        with client_of({"base_url": f"{found[0]}/v1", "token": token}) as client:
            assert client.get("/models").status_code == 200
            assert client.get("/models", headers={"authorization": ""}).status_code == 401
        assert traces_in_processes(token, [process.pid], Path("/proc")) == []
        said += ended(process, signal.SIGTERM)
    assert not holds(said.encode(), token)
    assert traces_in_files(token, home, session.folder) == []
    assert cli("serve", "--show-token", "--json").object == {"token": token, "source": "keyring"}


def test_that_a_new_token_voids_the_old_one(home: Path, session: KeyringSession) -> None:
    cli = CommandLine(home, dict(session.environ))
    old = cli("serve", "--show-token").out.strip()
    with served(cli, "--new-token") as (process, told):
        with client_of({**told, "token": old}) as client:
            assert client.get("/models").status_code == 401
        ended(process, signal.SIGTERM)
    assert told["token"] == cli("serve", "--show-token").out.strip() != old


def test_that_a_token_that_is_not_kept_cannot_be_shown(cli: CommandLine) -> None:
    outcome = cli("serve", "--show-token")
    assert (outcome.code, outcome.out) == (1, "")
    assert len(outcome.err.splitlines()) == 3


# Its end


def test_that_an_answer_under_way_is_finished_and_that_this_is_said(
    cli: CommandLine, home: Path
) -> None:
    with Loopback(openai_stream("a" * 400, delay=0.01)) as upstream:
        write_lineup(home, upstream.base_url)
        with served(cli) as (process, told), client_of(told) as client:
            body = ask(stream=True)
            with client.stream("POST", "/chat/completions", json=body) as answer:
                pieces = answer.iter_text()
                first = next(pieces)
                process.send_signal(signal.SIGINT)
                whole = first + "".join(pieces)
            said = process.communicate(timeout=20)[1]
    assert whole.endswith("data: [DONE]\n\n")
    assert "1 answer is under way: 10 s to finish. Ctrl C ends it at once." in said
    assert process.returncode == 0


def test_that_a_second_ctrl_c_ends_it_at_once(cli: CommandLine, home: Path) -> None:
    with Loopback(openai_stream("a" * 4_000, delay=0.02)) as upstream:
        write_lineup(home, upstream.base_url)
        with served(cli) as (process, told), client_of(told) as client:
            body = ask(stream=True)
            with client.stream("POST", "/chat/completions", json=body) as answer:
                pieces = answer.iter_text()
                next(pieces)
                process.send_signal(signal.SIGINT)
                assert process.stderr is not None
                said = iter(process.stderr.readline, "")
                assert any("under way" in line for line in said)
                process.send_signal(signal.SIGINT)
                with pytest.raises(httpx.HTTPError):
                    list(pieces)
            process.communicate(timeout=8)
        assert upstream.chats[0].wait_disconnected() is not None
    assert process.returncode == 0


# Lines for requests


def noted(**given: Any) -> Noted:
    usual: dict[str, Any] = {"method": "POST", "path": PATHS[0], "status": 200, "seconds": 1.234}
    return Noted(**usual | given)


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"model": "a/m", "attempts": 1}, "POST /v1/chat/completions 200 a/m 1.23 s"),
        (
            {"model": "a/m", "attempts": 2},
            "POST /v1/chat/completions 200 a/m 1.23 s (2 attempts)",
        ),
        (
            {"status": 0, "hung_up": True},
            "POST /v1/chat/completions unanswered 1.23 s the client hung up",
        ),
        ({"path": "/v1/models/a/b"}, "POST /v1/models 200 1.23 s"),
        ({"path": "/v1/models\x1b[2J"}, "POST another path 200 1.23 s"),
        ({"model": "a/\x1b[2J\n"}, "POST /v1/chat/completions 200 a/?[2J? 1.23 s"),
        ({"model": "a" * 99}, f"POST /v1/chat/completions 200 {'a' * 79}… 1.23 s"),
    ],
)
def test_that_a_line_tells_what_came_of_it_and_nothing_else(
    given: dict[str, Any], line: str
) -> None:
    assert line_of(noted(**given), PATHS, AT) == f"14:03:22 {line}"


class Stuck(StringIO):
    """Standard error whose reader has stopped reading."""

    def __init__(self) -> None:
        super().__init__()
        self.read_on = Event()

    def write(self, text: str) -> int:
        self.read_on.wait(20)
        return super().write(text)


def test_that_a_pipe_that_nobody_reads_stops_nobody() -> None:
    stuck = Stuck()
    lines = RequestLines(Console(StringIO(), stuck))
    for _ in range(AHEAD + 100):
        lines.add(noted())
    stuck.read_on.set()
    lines.close()
    assert AHEAD <= len(stuck.getvalue().splitlines()) <= AHEAD + 1


def test_that_standard_error_may_be_gone() -> None:
    gone = StringIO()
    console = Console(StringIO(), gone)
    gone.close()
    lines = RequestLines(console)
    lines.add(noted())
    lines.close()

"""The model's process from within, with a stand-in for the native library."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from understudy.local_model import child
from understudy.local_model.process import child_command, child_environment
from understudy.local_model.reports import Failed, Order, Ready, read_report

if TYPE_CHECKING:
    from understudy.local_model.reports import Report

ORDER = Order("/models/tiny.gguf", 4096, 512, True, "the-key", 256 * 2**20)


class Ended(Exception):  # noqa: N818 - not an error: what the process would do
    """The process would have ended, or waited for ever."""


class Library(SimpleNamespace):
    """Stands in for xllamacpp: remembers the parameters, and fails where it is told to."""

    def __init__(self, failure: Exception | None = None, graphics: int = 0) -> None:
        super().__init__()
        self.failure = failure
        self.given: Any = None
        kinds = SimpleNamespace(GGML_BACKEND_DEVICE_TYPE_GPU="gpu")
        self.ggml_backend_dev_type = kinds
        self.llama_load_mode = SimpleNamespace(LLAMA_LOAD_MODE_NONE="none")
        self.devices = [
            {"type": "cpu", "memory_free": 1 << 40},
            {"type": "gpu", "memory_free": graphics},
        ]

    def get_device_info(self) -> list[dict[str, Any]]:
        return self.devices

    def CommonParams(self) -> SimpleNamespace:  # noqa: N802 - the library's name
        return SimpleNamespace(model=SimpleNamespace(path=""))

    def Server(self, parameters: Any) -> SimpleNamespace:  # noqa: N802 - the library's name
        self.given = parameters
        if self.failure is not None:
            raise self.failure
        return SimpleNamespace(listening_address="http://127.0.0.1:8")


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Keep what the child does to its process away from the one that tests."""
    for name in ("step_back", "leave_with_parent"):
        monkeypatch.setattr(child, name, lambda: None)
    monkeypatch.setattr(child, "Event", lambda: SimpleNamespace(wait=lambda: None))
    monkeypatch.setenv(child.REPORT_LOADING, "")
    return monkeypatch


def play(
    stage: pytest.MonkeyPatch, library: Library | None, order: Order | None = ORDER
) -> tuple[int, Report | None]:
    """Run the child's main with ``library``; its exit code and its report."""

    def load(name: str) -> Any:
        if name == "xllamacpp" and library is None:
            raise ImportError
        return library

    line = b"" if order is None else order.line().encode()
    stage.setattr(child, "import_module", load)
    stage.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(line)))
    reader, writer = os.pipe()
    stage.setattr(child.os, "dup", {1: writer}.__getitem__)
    try:
        code = child.main()
    finally:
        os.close(writer)
    with os.fdopen(reader) as file:
        report = read_report(file.readline())
    return code, report


def test_that_the_model_is_served_as_ordered(stage: pytest.MonkeyPatch) -> None:
    library = Library()
    assert play(stage, library) == (0, Ready("http://127.0.0.1:8"))
    given = library.given
    assert given.model.path == "/models/tiny.gguf"
    assert given.model_alias == {"tiny"}
    assert (given.n_ctx, given.n_batch, given.n_ubatch, given.n_parallel) == (4096, 512, 512, 1)
    assert given.api_keys == ["the-key"]
    assert given.hostnames == ["127.0.0.1"]
    assert given.port == 0
    assert given.embedding
    assert given.cache_ram_mib == 256
    assert given.ui is False
    assert given.load_mode == "none"


def test_that_llama_cpp_is_asked_to_tell_how_far_it_has_come(stage: pytest.MonkeyPatch) -> None:
    play(stage, Library())
    assert os.environ[child.REPORT_LOADING] == "0"


def test_that_without_the_library_that_is_reported(stage: pytest.MonkeyPatch) -> None:
    assert play(stage, None) == (1, Failed("not_installed"))


def test_that_a_load_that_fails_is_reported_and_logged(
    stage: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert play(stage, Library(RuntimeError("Failed to init"))) == (1, Failed("not_loaded"))
    assert capsys.readouterr().err == " E RuntimeError: Failed to init\n"


def test_that_want_of_memory_is_reported_as_such(stage: pytest.MonkeyPatch) -> None:
    assert play(stage, Library(MemoryError())) == (1, Failed("no_memory"))


def test_that_a_graphics_card_makes_up_for_memory(stage: pytest.MonkeyPatch) -> None:
    order = Order("/m.gguf", 4096, 512, False, "k", lacking=5_000)
    assert play(stage, Library(graphics=4_999), order) == (1, Failed("no_memory"))
    assert play(stage, Library(graphics=5_000), order)[0] == 0


def test_that_a_macs_graphics_share_its_memory(stage: pytest.MonkeyPatch) -> None:
    stage.setattr(sys, "platform", "darwin")
    order = Order("/m.gguf", 4096, 512, False, "k", lacking=5_000)
    assert play(stage, Library(graphics=1 << 40), order) == (1, Failed("no_memory"))


def test_that_it_ends_where_the_parent_was_gone_before_it_began(stage: pytest.MonkeyPatch) -> None:
    assert play(stage, Library(), order=None) == (0, None)


def test_that_it_goes_first_where_memory_runs_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written: list[tuple[str, str]] = []
    limits: list[object] = []
    handlers: list[object] = []

    def write_text(path: Path, text: str, **_: object) -> None:
        written.append((str(path), text))

    def setrlimit(*limit: object) -> None:
        limits.append(limit)

    def handle(*handler: object) -> None:
        handlers.append(handler)

    resource = SimpleNamespace(RLIMIT_CORE=4, setrlimit=setrlimit)
    monkeypatch.setattr(Path, "write_text", write_text)
    monkeypatch.setattr(child, "import_module", {"resource": resource}.__getitem__)
    monkeypatch.setattr(child.signal, "signal", handle)
    child.step_back()
    assert written == [("/proc/self/oom_score_adj", "1000")]
    assert limits == [(4, (0, 0))]
    assert handlers == [(signal.SIGINT, signal.SIG_IGN)]


def test_that_the_end_of_its_input_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.write(writer, json.dumps("whatever").encode())
    os.close(writer)

    def end(code: int) -> None:
        raise Ended(code)

    monkeypatch.setattr(child, "_STDIN", reader)
    monkeypatch.setattr(child.os, "_exit", end)
    with pytest.raises(Ended):
        child.leave_with_parent()
    os.close(reader)


def test_that_its_exit_code_is_the_process_s(monkeypatch: pytest.MonkeyPatch) -> None:
    def end(code: int) -> None:
        raise Ended(code)

    monkeypatch.setattr(child, "main", lambda: 3)
    monkeypatch.setattr(child.os, "_exit", end)
    with pytest.raises(Ended) as ended:
        child.run()
    assert ended.value.args == (3,)


LOCKING = """
import re, types
def CommonParams():
    return types.SimpleNamespace(model=types.SimpleNamespace())
def Server(parameters):
    re.match("(a+)+$", "a" * 99 + "b")  # for ever, and no other thread runs meanwhile
llama_load_mode = types.SimpleNamespace(LLAMA_LOAD_MODE_NONE=0)
"""


def test_that_a_load_that_never_ends_is_ended_by_its_own_watchdog(tmp_path: Path) -> None:
    (tmp_path / "xllamacpp.py").write_text(LOCKING)
    order = Order("/tiny.gguf", 4096, 256, False, "key", within=0.5)
    environ = {**child_environment(), "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        child_command(), env=environ, stdin=pipe, stdout=pipe, stderr=pipe
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(order.line().encode())
        process.stdin.flush()
        assert b"Timeout" in process.stderr.read()
    assert process.returncode == 1

"""The model's process from outside: heard, ended, and told no secret."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from helpers.model_child import model_child, noted, starts
from understudy.local_model.process import (
    CHILD_FLAG,
    PASSED_ON,
    ModelProcess,
    child_command,
    child_environment,
)
from understudy.local_model.reports import Failed, Loading, Order, Ready

if TYPE_CHECKING:
    from pathlib import Path

    from understudy.local_model.reports import Report

pytestmark = pytest.mark.anyio

URL = "http://127.0.0.1:9"
ORDER = Order("/models/tiny.gguf", 4096, 512, False, "the-key-of-this-run")


async def reports(process: ModelProcess) -> list[Report]:
    """Everything up to the first report that is no progress."""
    found: list[Report] = []
    async for report in process.reports():
        found.append(report)
        if not isinstance(report, Loading):
            break
    return found


async def test_that_a_child_is_told_its_order_and_heard(tmp_path: Path) -> None:
    async with ModelProcess.started(model_child(tmp_path, "ready", URL), ORDER) as process:
        assert await reports(process) == [Loading(0.5), Loading(1.0), Ready(URL)]
    assert noted(tmp_path)["order"] == json.loads(ORDER.line())


async def test_that_it_is_gone_when_the_block_is_left(tmp_path: Path) -> None:
    async with ModelProcess.started(model_child(tmp_path, "ready", URL), ORDER) as process:
        await reports(process)
        [pid] = starts(tmp_path)
        assert psutil.pid_exists(pid)
    assert not psutil.pid_exists(pid)


async def test_that_stray_output_is_passed_over(tmp_path: Path) -> None:
    async with ModelProcess.started(model_child(tmp_path, "talkative", URL), ORDER) as process:
        assert await reports(process) == [Loading(0.5), Loading(1.0), Ready(URL)]


async def test_that_its_last_words_are_kept(tmp_path: Path) -> None:
    command = model_child(tmp_path, "give_up", "not_loaded", "E the reason")
    async with ModelProcess.started(command, ORDER) as process:
        assert await reports(process) == [Failed("not_loaded")]
        assert await process.exit_code() == 0
        assert list(process.log) == ["E the reason"]


async def test_that_the_signal_that_ended_it_is_known(tmp_path: Path) -> None:
    async with ModelProcess.started(model_child(tmp_path, "crash", "-9"), ORDER) as process:
        assert await reports(process) == []
        assert await process.exit_code() == -9


async def test_that_one_that_ends_at_once_is_no_trouble() -> None:
    command = (sys.executable, "-c", "raise SystemExit(5)")
    async with ModelProcess.started(command, ORDER) as process:
        assert await reports(process) == []
        assert await process.exit_code() == 5


async def test_that_it_never_sees_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "HF_TOKEN", "LLAMA_API_KEY", "AWS_SECRET_ACCESS_KEY", "MY_PASS"):
        monkeypatch.setenv(name, "sk-canary-0123456789")
    async with ModelProcess.started(model_child(tmp_path, "ready", URL), ORDER) as process:
        await reports(process)
        [pid] = starts(tmp_path)
        arguments = psutil.Process(pid).cmdline()
    environ = noted(tmp_path)["environ"]
    assert "canary" not in str(environ)
    assert ORDER.key not in str(environ)
    assert ORDER.key not in " ".join(arguments)


def test_that_what_a_process_needs_to_run_is_passed_on() -> None:
    environ = {"PATH": "/bin", "SystemRoot": "C:\\Windows", "HOME": "/home/x", "GROQ_API_KEY": "k"}
    passed = child_environment(environ)
    assert {"PATH", "SystemRoot", "HOME"} <= passed.keys()
    assert "GROQ_API_KEY" not in passed


def test_that_no_variable_for_a_secret_is_on_the_list() -> None:
    words = ("KEY", "TOKEN", "SECRET", "PASS", "AUTH", "CREDENTIAL", "ENDPOINT")
    assert not [name for name in PASSED_ON if any(word in name for word in words)]


def test_that_the_child_can_import_what_the_program_can() -> None:
    assert child_environment({})["PYTHONPATH"].split(os.pathsep) == [*filter(None, sys.path)]
    assert child_command() == (sys.executable, "-P", "-m", "understudy.local_model.child")


def test_that_the_frozen_program_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert child_command() == (sys.executable, CHILD_FLAG)
    assert "PYTHONPATH" not in child_environment({"PYTHONPATH": "/elsewhere"})

"""What is said where a model is not loaded or does not live on."""

from __future__ import annotations

import signal
import sys

import pytest

from understudy.errors import ErrorKind
from understudy.local_model.failures import (
    died,
    not_installed,
    not_loaded,
    not_started,
    too_large,
    too_slow,
)
from understudy.local_model.memory import Fit
from understudy.routing.rules import RULES

FIT = Fit(2048, 512, 9_310_000_000, 4_100_000_000)


def test_that_too_little_memory_is_told_in_one_sentence() -> None:
    error = too_large("qwen.gguf", FIT)
    assert error.happened == "qwen.gguf needs about 9.3 GB of memory and 4.1 GB is free."
    assert error.code == "no_memory"


def test_that_whatever_fails_the_next_may_answer() -> None:
    errors = [
        too_large("m", FIT),
        not_loaded("m", "not_loaded", [], FIT),
        not_started("m", OSError()),
        too_slow("m", 3),
        died("m", 1),
    ]
    assert {RULES[error.kind].then for error in errors} == {"anyone"}
    assert {RULES[error.kind].scope for error in errors} == {"model"}


@pytest.mark.parametrize(
    ("code", "log", "kind", "word", "said"),
    [
        ("not_installed", [], ErrorKind.MODEL_GONE, "not_installed", "needs llama.cpp: install"),
        ("no_memory", [], ErrorKind.TRANSIENT, "no_memory", "needs about 9.3 GB"),
        (
            "not_loaded",
            ["E x: failed to allocate buffer"],
            ErrorKind.TRANSIENT,
            "no_memory",
            "needs about 9.3 GB",
        ),
        (
            "not_loaded",
            ["1 E load: error loading model: unknown model architecture: 'lluma'"],
            ErrorKind.MODEL_GONE,
            "unknown_kind",
            "is of a kind (lluma) that the installed llama.cpp does not know",
        ),
        (
            "not_loaded",
            ["1 E load: error loading model: missing tensor 'x'"],
            ErrorKind.MODEL_GONE,
            "not_loaded",
            "could not be loaded",
        ),
    ],
)
def test_that_each_reason_has_its_words(
    code: str, log: list[str], kind: ErrorKind, word: str, said: str
) -> None:
    error = not_loaded("m.gguf", code, log, FIT)
    assert (error.kind, error.code) == (kind, word)
    assert error.happened.startswith("m.gguf ")
    assert said in error.happened


def test_that_llama_cpps_own_words_stand_in_the_detail() -> None:
    error = not_loaded("m", "not_loaded", ["1 E l: error loading model: missing tensor 'x'"], FIT)
    assert error.detail == "missing tensor 'x'"


def test_that_an_end_by_the_system_is_told_from_a_crash() -> None:
    assert died("Tiny", -signal.SIGKILL).happened == "The system ended Tiny: memory may be short."
    assert died("Tiny", -signal.SIGSEGV).happened == "The process of Tiny crashed."
    assert died("Tiny", -signal.SIGSEGV).detail == "SIGSEGV"
    assert died("Tiny", -199).detail == "signal 199"
    assert died("Tiny", 3).detail == "exit code 3"


def test_that_windows_codes_are_written_as_its_tools_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert died("Tiny", 0xC0000005).detail == "exit code 0xc0000005"


def test_that_who_has_no_pip_is_not_told_to_use_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "understudy[local]" in not_installed("Qwen")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    said = not_installed("Qwen")
    assert "understudy[local]" not in said
    assert "Ollama" in said

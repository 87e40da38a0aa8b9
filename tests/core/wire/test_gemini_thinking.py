"""How long to think, as each generation takes it (ai.google.dev/gemini-api/docs/thinking)."""

from __future__ import annotations

from typing import Any

import pytest

from understudy.requests import Reasoning
from understudy.wire.gemini_thinking import generation, thinking_config

LITE, FLASH, PRO = "gemini-3.5-flash-lite", "gemini-3.5-flash", "gemini-3.1-pro-preview"
THOUGHTS = {"includeThoughts": True}


@pytest.mark.parametrize(
    ("name", "reasoning", "config"),
    [
        (FLASH, None, THOUGHTS),
        (FLASH, "off", {"thinkingLevel": "MINIMAL"}),
        (FLASH, "high", {"thinkingLevel": "HIGH", **THOUGHTS}),
        (f"models/{FLASH}", "medium", {"thinkingLevel": "MEDIUM", **THOUGHTS}),
        (LITE, None, {}),
        (LITE, "off", {"thinkingLevel": "MINIMAL"}),
        (LITE, "low", {"thinkingLevel": "LOW", **THOUGHTS}),
        (PRO, "off", {"thinkingLevel": "LOW"}),
        (PRO, "medium", {"thinkingLevel": "MEDIUM", **THOUGHTS}),
        ("gemini-3.8-flash", "off", {"thinkingLevel": "LOW"}),
        ("gemini-4-pro", "high", {"thinkingLevel": "HIGH", **THOUGHTS}),
        ("gemini-flash-latest", "off", {"thinkingLevel": "LOW"}),
        ("gemini-2.5-pro", "off", {"thinkingBudget": 128}),
        ("gemini-2.5-pro", "high", {"thinkingBudget": 24_576, **THOUGHTS}),
        ("gemini-2.5-flash", "off", {"thinkingBudget": 0}),
        ("gemini-2.5-flash-preview-09-2025", None, THOUGHTS),
        ("gemini-2.5-flash-lite", "off", {"thinkingBudget": 0}),
        ("gemini-2.5-flash-lite", "low", {"thinkingBudget": 1024, **THOUGHTS}),
        ("gemini-2.5-flash-lite", None, {}),
        ("gemini-2.5-flash-image", "high", {}),
        ("gemini-2.5-pro-preview-tts", "low", {}),
        ("gemini-2.0-flash", "high", {}),
        ("gemini-pro", "high", {}),
        ("gemma-3-27b-it", "off", {}),
        ("my-tuned-model", None, {}),
    ],
)
def test_that_thinking_is_asked_for_as_the_generation_takes_it(
    name: str, reasoning: Reasoning | None, config: dict[str, Any]
) -> None:
    assert thinking_config(name, reasoning) == config


@pytest.mark.parametrize(
    ("name", "stated"),
    [
        ("gemini-2.5-pro", 2.5),
        ("models/gemini-3-pro-preview", 3.0),
        ("gemini-10.2-pro", 10.2),
        ("gemini-flash-latest", None),
        ("gemini-2000000-pro", None),
        ("gemma-3-27b-it", None),
        ("my-gemini-3-pro", None),
    ],
)
def test_that_a_name_states_its_generation(name: str, stated: float | None) -> None:
    assert generation(name) == stated

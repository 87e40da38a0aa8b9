"""The list of Anthropic's models, with what it tells of them (api/models/list)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.anthropic_replies import anthropic_models
from understudy.model_facts import ListedModel, ModelFacts
from understudy.wire.anthropic import FORMAT


def read(*rows: Any) -> tuple[ListedModel, ...]:
    return FORMAT.models(json.dumps({"data": rows, "has_more": False}).encode())


def test_that_models_are_listed_in_their_order_once() -> None:
    listed = FORMAT.models(anthropic_models("b", "a", "b").body)
    assert [model.id for model in listed] == ["b", "a"]
    assert listed[0].facts == ModelFacts()


def test_that_the_facts_of_the_list_are_read() -> None:
    row = {
        "type": "model",
        "id": "claude-opus-5-5",
        "lifecycle": "active",
        "max_input_tokens": 1_000_000,
        "max_tokens": 128_000,
        "capabilities": {
            "image_input": {"supported": True},
            "pdf_input": {"supported": False},
            "thinking": {"supported": True, "types": {"adaptive": {"supported": True}}},
        },
    }
    assert read(row)[0].facts == ModelFacts(
        context_window=1_000_000, max_output=128_000, vision=True, files=False, reasoning=True
    )


def test_that_nobody_is_offered_a_model_that_is_retired() -> None:
    assert read({"id": "old", "lifecycle": "retired"}, {"id": "x", "lifecycle": "deprecated"}) == (
        ListedModel("x"),
    )


@pytest.mark.parametrize(
    "row",
    [
        {"max_tokens": None, "max_input_tokens": "many", "capabilities": None},
        {"max_tokens": 0, "capabilities": {"image_input": True, "pdf_input": {"supported": "no"}}},
        {"capabilities": []},
    ],
)
def test_that_facts_of_the_wrong_type_are_none(row: dict[str, Any]) -> None:
    assert read({"id": "x", **row}) == (ListedModel("x"),)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"data": {}}', b'{"data": [7, {}]}'])
def test_that_what_is_no_list_is_empty(body: bytes) -> None:
    assert FORMAT.models(body) == ()

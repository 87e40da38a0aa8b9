"""Ollama's models and vectors; the bytes are as docs.ollama.com shows them."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.ollama_replies import ollama_tags, ollama_vectors
from understudy.model_facts import ListedModel, ModelFacts
from understudy.requests import Usage
from understudy.wire.ollama_lists import read_models, read_vectors

CHAT = ["completion", "tools", "thinking"]
LOCAL = {"format": "gguf", "context_length": 131072, "embedding_length": 4096}


def test_that_models_are_listed_in_order_and_once() -> None:
    body = ollama_tags("deepseek-r1:latest", "llama3.2:latest", "deepseek-r1:latest").body
    assert read_models(body) == (ListedModel("deepseek-r1:latest"), ListedModel("llama3.2:latest"))


@pytest.mark.parametrize(
    ("row", "facts"),
    [
        ({}, ModelFacts()),
        ({"details": LOCAL}, ModelFacts()),
        ({"details": None, "capabilities": None}, ModelFacts()),
        (
            {"details": LOCAL, "capabilities": CHAT},
            ModelFacts(vision=False, tools=True, reasoning=True, embedding=False),
        ),
        (
            {"details": LOCAL, "capabilities": ["completion", "vision"]},
            ModelFacts(vision=True, tools=False, reasoning=False, embedding=False),
        ),
        (
            {"details": {**LOCAL, "embedding_length": 768}, "capabilities": ["embedding"]},
            ModelFacts(vision=False, tools=False, reasoning=False, embedding=True, dimensions=768),
        ),
        (
            {"details": {"format": "", "context_length": 131072}, "remote_host": "https://h"},
            ModelFacts(context_window=131072),
        ),
        ({"details": {"format": "", "context_length": 0}}, ModelFacts()),
    ],
)
def test_that_a_model_is_known_by_what_its_server_tells(
    row: dict[str, Any], facts: ModelFacts
) -> None:
    assert read_models(ollama_tags({"name": "m", **row}).body) == (ListedModel("m", facts),)


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        (b'{"models": [{"name": "a"}, {"model": "b", "name": "c"}]}', ["a", "b"]),
        (b'{"models": [{"name": 7}, "x", {}]}', []),
        (b'{"models": null}', []),
        (b"[]", []),
        (b"<html>", []),
        (b"\xff", []),
    ],
)
def test_that_a_list_of_any_shape_is_read(body: bytes, ids: list[str]) -> None:
    assert [model.id for model in read_models(body)] == ids


@pytest.mark.parametrize(("tokens", "usage"), [(8, Usage(8)), (0, Usage(0)), (None, Usage())])
def test_that_vectors_are_read_in_order(tokens: int | None, usage: Usage) -> None:
    found = read_vectors(ollama_vectors([0.5, -1], [1, 2.25], tokens=tokens).body)
    assert found.vectors == ((0.5, -1.0), (1.0, 2.25))
    assert found.usage == usage


NO_VECTORS: list[Any] = [
    {},
    {"embeddings": []},
    {"embeddings": {}},
    {"embeddings": [[]]},
    {"embeddings": [[1.0], None]},
    {"embeddings": [["x"]]},
    {"embedding": [1.0]},
    [],
    "x",
]


@pytest.mark.parametrize("answer", NO_VECTORS)
def test_that_an_answer_without_vectors_is_none(answer: Any) -> None:
    with pytest.raises(ValueError, match="vector"):
        read_vectors(json.dumps(answer).encode())


FIELDS = [
    *("models", "name", "model", "details", "capabilities", "context_length"),
    *("embeddings", "prompt_eval_count"),
]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(FIELDS),
                inner,
                max_size=3,
            )
        ),
        max_leaves=10,
    )
)
def test_that_no_json_breaks_the_readers(value: Any) -> None:
    body = json.dumps(value).encode()
    assert all(model.id for model in read_models(body))
    with suppress(ValueError):
        assert all(read_vectors(body).vectors)

"""Lists of models and of vectors (ai.google.dev/api/models, /api/embeddings)."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.gemini_replies import gemini_models, gemini_usage, gemini_vectors
from understudy.model_facts import ModelFacts
from understudy.requests import Usage
from understudy.wire.gemini_lists import read_models, read_vectors

EMBEDDING = {
    "name": "models/gemini-embedding-001",
    "inputTokenLimit": 2048,
    "outputTokenLimit": 1,
    "supportedGenerationMethods": ["embedContent", "countTextTokens", "asyncBatchEmbedContent"],
}
IMAGEN = {"name": "models/imagen-4.0", "supportedGenerationMethods": ["predict"]}


def test_that_models_are_listed_with_what_they_can_do() -> None:
    listed = read_models(gemini_models("gemini-3.5-flash", EMBEDDING, IMAGEN, "").body)
    assert {model.id: model.facts for model in listed} == {
        "gemini-3.5-flash": ModelFacts(
            context_window=1_048_576, max_output=65_536, reasoning=True, embedding=False
        ),
        "gemini-embedding-001": ModelFacts(context_window=2048, max_output=1, embedding=True),
    }


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        (
            {"publisherModels": [{"name": "publishers/google/models/gemini-2.5-pro"}]},
            ["gemini-2.5-pro"],
        ),
        ({"models": [{"name": "models/a"}, {"name": "models/a"}, {"name": "b"}]}, ["a", "b"]),
        ({"models": [{"name": "models/"}, {"name": 7}, {}, "x"]}, []),
        ({"models": None}, []),
        ([], []),
    ],
)
def test_that_model_ids_are_read_from_either_list(body: Any, ids: list[str]) -> None:
    assert [model.id for model in read_models(json.dumps(body).encode())] == ids


@pytest.mark.parametrize("body", [b"<html>", b"\xff", b"[" * 100_000])
def test_that_no_list_gives_no_models(body: bytes) -> None:
    assert read_models(body) == ()


def test_that_vectors_are_read_in_order() -> None:
    body = gemini_vectors([0.5, 1], [-2, 0]).body
    vectors = read_vectors(body)
    assert vectors.vectors == ((0.5, 1.0), (-2.0, 0.0))
    assert vectors.usage == Usage()
    counted = {**json.loads(body), "usageMetadata": gemini_usage(0)}
    assert read_vectors(json.dumps(counted).encode()).usage == Usage(0)


NO_VECTORS: list[Any] = [
    {},
    {"embeddings": []},
    {"embeddings": {}},
    {"embeddings": [{"values": []}]},
    {"embeddings": [{"values": [0.5]}, {}]},
    {"embeddings": [7]},
    {"embeddings": [{"values": ["x"]}]},
    [],
]


@pytest.mark.parametrize("body", NO_VECTORS)
def test_that_an_answer_without_every_vector_is_none(body: Any) -> None:
    with pytest.raises(ValueError, match="vector"):
        read_vectors(json.dumps(body).encode())


JSON = st.recursive(
    st.none() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["models", "name", "supportedGenerationMethods", "embeddings", "values"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_that_no_value_breaks_what_reads_the_lists(value: object) -> None:
    for body in (value, {"models": value}, {"embeddings": value}):
        data = json.dumps(body).encode()
        assert all(model.id for model in read_models(data))
        with suppress(ValueError):
            assert read_vectors(data).vectors

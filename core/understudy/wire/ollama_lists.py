"""Ollama's lists of models and of vectors (docs.ollama.com: api/tags, api/embed)."""

from __future__ import annotations

from typing import Any, cast

from understudy.model_facts import ListedModel, ModelFacts
from understudy.requests import Usage
from understudy.wire.format import Vectors
from understudy.wire.openai_lists import vector_of
from understudy.wire.values import count, loads, mapping, objects, sound, strings


def read_models(body: bytes) -> tuple[ListedModel, ...]:
    """Read the answer to ``GET /api/tags``, in its order; empty where it is none."""
    models: dict[str, ListedModel] = {}
    for row in objects(mapping(loads(body)).get("models")):
        name = row.get("model") or row.get("name")
        if isinstance(name, str) and name:
            identity = sound(name)
            models.setdefault(identity, ListedModel(identity, _facts(row)))
    return tuple(models.values())


def read_vectors(body: bytes) -> Vectors:
    """Read the answer to ``POST /api/embed``. Raises ``ValueError`` where it is none."""
    answer = mapping(loads(body))
    rows = answer.get("embeddings")
    if not isinstance(rows, list) or not rows:
        raise ValueError("no vectors")
    vectors = tuple(vector_of(row) for row in cast("list[object]", rows))
    return Vectors(vectors, Usage(input_tokens=count(answer, "prompt_eval_count")))


def _facts(row: dict[str, Any]) -> ModelFacts:
    """Read what newer servers tell beside the name (github.com/ollama/ollama, api/types.go).

    Of a model on this computer the ``context_length`` is what it was made for. What it is loaded
    with may be a thirtieth of that (docs.ollama.com/context-length): not known, then. In the cloud
    the two are one.
    """
    details = mapping(row.get("details"))
    able = strings(row.get("capabilities"))
    if not able:
        return ModelFacts(context_window=_window(details))
    embedding = "embedding" in able and "completion" not in able
    return ModelFacts(
        context_window=_window(details),
        vision="vision" in able,
        tools="tools" in able,
        reasoning="thinking" in able,
        embedding=embedding,
        dimensions=count(details, "embedding_length") or None if embedding else None,
    )


def _window(details: dict[str, Any]) -> int | None:
    """Give the window of a model with no file here."""
    return None if details.get("format") else count(details, "context_length") or None

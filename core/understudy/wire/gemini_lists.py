"""Lists of models and of vectors, as Gemini gives them.

Sources: ai.google.dev/api/models (models.list) and ai.google.dev/api/embeddings
(models.batchEmbedContents). Vertex lists ``publisherModels`` and tells their names alone.
"""

from __future__ import annotations

from typing import Any, cast

from understudy.model_facts import ListedModel, ModelFacts
from understudy.requests import Usage
from understudy.wire.format import Vectors
from understudy.wire.gemini_usage import read_usage
from understudy.wire.openai_lists import vector_of
from understudy.wire.values import count, loads, mapping, objects, sound, strings

_CHATS = "generateContent"
_EMBEDS = frozenset({"embedContent", "batchEmbedContents"})


def read_models(body: bytes) -> tuple[ListedModel, ...]:
    """Read a list of models, in its order; those that neither chat nor embed are left out."""
    listing = mapping(loads(body))
    models: dict[str, ListedModel] = {}
    for row in objects(listing.get("models") or listing.get("publisherModels")):
        name = row.get("name")
        if isinstance(name, str) and name:
            identity = sound(name.rpartition("models/")[2])
            facts = _facts(row)
            if identity and facts is not None:
                models.setdefault(identity, ListedModel(identity, facts))
    return tuple(models.values())


def read_vectors(body: bytes) -> Vectors:
    """Read the answer to an embeddings call. Raises ``ValueError`` where it is none."""
    answer = mapping(loads(body))
    listed = answer.get("embeddings")
    if not isinstance(listed, list) or not listed:
        raise ValueError("no vectors")
    rows = cast("list[object]", listed)
    vectors = tuple(vector_of(mapping(row).get("values")) for row in rows)
    return Vectors(vectors, read_usage(answer.get("usageMetadata")) or Usage())


def _facts(row: dict[str, Any]) -> ModelFacts | None:
    """Read what a row tells of its model; None where it is good for something else."""
    methods = strings(row.get("supportedGenerationMethods"))
    embeds = bool(methods & _EMBEDS)
    if methods and not embeds and _CHATS not in methods:
        return None
    thinks = row.get("thinking")
    return ModelFacts(
        context_window=count(row, "inputTokenLimit") or None,
        max_output=count(row, "outputTokenLimit") or None,
        reasoning=thinks if isinstance(thinks, bool) else None,
        embedding=_CHATS not in methods if methods else None,
    )

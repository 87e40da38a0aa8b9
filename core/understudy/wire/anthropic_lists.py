"""The list of models: https://platform.claude.com/docs/en/api/models/list."""

from __future__ import annotations

from typing import Any

from understudy.model_facts import ListedModel, ModelFacts
from understudy.wire.values import count, loads, mapping, objects, sound


def read_models(body: bytes) -> tuple[ListedModel, ...]:
    """Read a list of models, in its order; empty where there is none.

    Models that are retired stand in it too, though nobody answers as one any more.
    """
    models: dict[str, ListedModel] = {}
    for row in objects(mapping(loads(body)).get("data")):
        name = row.get("id")
        if isinstance(name, str) and name and row.get("lifecycle") != "retired":
            identity = sound(name)
            models.setdefault(identity, ListedModel(identity, _facts(row)))
    return tuple(models.values())


def _facts(row: dict[str, Any]) -> ModelFacts:
    abilities = mapping(row.get("capabilities"))
    return ModelFacts(
        context_window=count(row, "max_input_tokens") or None,
        max_output=count(row, "max_tokens") or None,
        vision=_supported(abilities, "image_input"),
        files=_supported(abilities, "pdf_input"),
        reasoning=_supported(abilities, "thinking"),
    )


def _supported(abilities: dict[str, Any], name: str) -> bool | None:
    said = mapping(abilities.get(name)).get("supported")
    return said if isinstance(said, bool) else None

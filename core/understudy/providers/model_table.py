"""What is known of models by themselves."""

from __future__ import annotations

from understudy.model_facts import ModelFacts


def facts_of(provider: str, model: str) -> ModelFacts:
    """Facts of one model."""
    return ModelFacts()

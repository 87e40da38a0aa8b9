"""What is known of a model is said in a few words, and what is not is not said."""

from __future__ import annotations

import pytest

from understudy.model_facts import ModelFacts
from understudy_gui.settings import facts_wording


@pytest.mark.parametrize(
    ("tokens", "said"),
    [
        (None, ""),
        (512, "512"),
        (8_192, "8k"),
        (131_072, "131k"),
        (400_000, "400k"),
        (1_000_000, "1M"),
        (1_048_576, "1M"),
        (1_500_000, "1.5M"),
    ],
)
def test_that_the_window_is_said_as_people_say_it(tokens: int | None, said: str) -> None:
    assert facts_wording.window(ModelFacts(context_window=tokens)) == said


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (ModelFacts(), ""),
        (ModelFacts(input_price=1.25, output_price=10.0), "$1.25 / $10"),
        (ModelFacts(input_price=0.25, output_price=2.0), "$0.25 / $2"),
        (ModelFacts(input_price=2.5, output_price=0.075), "$2.50 / $0.075"),
        (ModelFacts(input_price=0.02, embedding=True, output_price=0.0), "$0.02"),
        (ModelFacts(input_price=0.0008, output_price=0.2), "$0.0008 / $0.20"),
        (ModelFacts(input_price=0.0, output_price=0.0), "Free"),
        (ModelFacts(output_price=3.0), ""),
    ],
)
def test_that_prices_have_their_cents_and_free_is_free(facts: ModelFacts, said: str) -> None:
    assert facts_wording.price(facts) == said


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (ModelFacts(), ""),
        (ModelFacts(vision=True, tools=True), "Vision, tools"),
        (ModelFacts(vision=False, tools=True), "Tools"),
        (ModelFacts(embedding=True, tools=False), "Embeddings"),
    ],
)
def test_that_abilities_begin_with_a_capital(facts: ModelFacts, said: str) -> None:
    assert facts_wording.abilities(facts) == said

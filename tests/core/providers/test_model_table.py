"""What is known of models: the snapshot that ships, a user's file over it, and what a use costs."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.model_facts import ModelFacts, cost_of
from understudy.providers import model_table
from understudy.providers.catalog import CATALOG
from understudy.providers.model_table import ModelTable, facts_of, shipped, with_own
from understudy.requests import Usage

if TYPE_CHECKING:
    from understudy.providers.base import ProviderRow

PRICED = ModelFacts(
    input_price=2.0, output_price=10.0, cached_price=0.2, cache_write_price=2.5, context_window=9
)
TABLE = ModelTable(
    "2026-01-01",
    {
        "openai": {"gpt-9": PRICED},
        "openrouter": {"openai/gpt-9": PRICED},
        "ollama": {"qwen3": ModelFacts(tools=True)},
    },
    {"openairesponses": "openai"},
)
NOT_IN_THE_TABLE = {
    ("openrouter", "openrouter/auto"),  # whichever it chooses
    ("modelscope", "deepseek-ai/DeepSeek-V4-Flash"),  # no figures for its free calls
}

every_row = pytest.mark.parametrize("row", CATALOG, ids=lambda row: row.id)


def own(folder: Path, content: object) -> Path:
    path = folder / "models.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


# The snapshot.


@every_row
def test_that_facts_of_every_model_of_the_catalogue_ship(row: ProviderRow) -> None:
    unknown = {model for model in row.models if facts_of(row.id, model) == ModelFacts()}
    assert unknown == {model for provider, model in NOT_IN_THE_TABLE if provider == row.id}


@every_row
def test_that_models_for_vectors_are_told_from_others(row: ProviderRow) -> None:
    for model in row.embedding_models:
        facts = facts_of(row.id, model)
        assert facts.embedding, model
        assert facts.dimensions, model
    assert not any(facts_of(row.id, model).embedding for model in row.models)


def test_that_the_snapshot_is_sound_and_of_providers_of_the_catalogue() -> None:
    path = Path(model_table.__file__).with_name("models.json")
    read, faults = with_own(ModelTable(""), path)
    assert faults == ()
    ids = {row.id for row in CATALOG}
    assert set(read.models) <= ids
    assert set(read.same_as.items()) <= {(one, other) for one in ids for other in ids}
    given = json.loads(path.read_text("utf-8"))
    known = {each.name for each in fields(ModelFacts)}
    listed = [facts for models in given["models"].values() for facts in models.values()]
    assert all(set(facts) <= known for facts in listed)
    assert all(source["url"].startswith("https://") for source in given["sources"])


def test_that_the_snapshot_says_its_date() -> None:
    assert len(shipped().date.split("-")) == 3


@pytest.mark.parametrize(
    ("model", "prefill"),
    [("claude-opus-4-5", True), ("claude-haiku-4-5-20251001", True), ("claude-opus-4-6", False)],
)
def test_that_newer_claudes_are_known_to_refuse_a_begun_answer(model: str, prefill: bool) -> None:
    assert facts_of("anthropic", model).prefill is prefill


# Finding a model.


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-9"),
        ("openai", "gpt-9-2026-01-31"),
        ("openai", "gpt-9-20260131"),
        ("openai", "gpt-9-latest"),
        ("openai", "gpt-9@default"),
        ("openai", "models/gpt-9"),
        ("openairesponses", "gpt-9-2026-01-31"),
    ],
)
def test_that_a_snapshot_of_a_model_has_its_facts(provider: str, model: str) -> None:
    assert TABLE.facts_of(provider, model) == PRICED


@pytest.mark.parametrize(("model", "facts"), [("gpt-9", PRICED), ("gpt-8", ModelFacts())])
def test_that_a_free_variant_costs_nothing(model: str, facts: ModelFacts) -> None:
    free = replace(facts, input_price=0, output_price=0, cached_price=0, cache_write_price=0)
    assert TABLE.facts_of("openrouter", f"openai/{model}:free") == free


@pytest.mark.parametrize("variant", ["nitro", "floor", "online", "fireworks-ai"])
def test_that_another_variant_has_prices_of_its_own(variant: str) -> None:
    facts = TABLE.facts_of("openrouter", f"openai/gpt-9:{variant}")
    assert facts == ModelFacts(context_window=9)


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-8"),
        ("openai", ""),
        ("nobody", "gpt-9"),
        ("ollama", "qwen3:8b"),
    ],
)
def test_that_nothing_is_said_of_an_unknown_model(provider: str, model: str) -> None:
    assert TABLE.facts_of(provider, model) == ModelFacts()


def test_that_a_tag_of_ollama_that_says_latest_is_no_other_model() -> None:
    assert TABLE.facts_of("ollama", "qwen3:latest") == ModelFacts(tools=True)


# A user's own file.


def test_that_a_users_file_stands_over_the_snapshot(tmp_path: Path) -> None:
    given = {
        "models": {
            "openai": {"gpt-9": {"input_price": 1, "vision": True}, "gpt-10": {"tools": False}},
            "mine": {"tiny": {"context_window": 4096, "input_price": 0}},
        },
        "same_as": {"gateway": "openai"},
    }
    table, faults = with_own(TABLE, own(tmp_path, given))
    assert faults == ()
    assert table.date == TABLE.date
    assert table.facts_of("openai", "gpt-9") == replace(PRICED, input_price=1, vision=True)
    assert table.facts_of("openai", "gpt-10") == ModelFacts(tools=False)
    assert table.facts_of("mine", "tiny") == ModelFacts(context_window=4096, input_price=0)
    assert table.facts_of("gateway", "gpt-10") == ModelFacts(tools=False)
    assert table.facts_of("openrouter", "openai/gpt-9") == PRICED
    assert TABLE.facts_of("openai", "gpt-9") == PRICED


def test_that_no_file_is_as_good_as_an_empty_one(tmp_path: Path) -> None:
    assert with_own(TABLE, tmp_path / "none.json") == (TABLE, ())
    assert with_own(TABLE, own(tmp_path, {})) == (TABLE, ())


def test_that_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    table, faults = with_own(
        TABLE, own(tmp_path, '\ufeff{"models": {"a": {"b": {"tools": true}}}}')
    )
    assert (table.facts_of("a", "b"), faults) == (ModelFacts(tools=True), ())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"models": ', "no JSON at line 1, column 12"),
        ("", "no JSON at line 1, column 1"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "is no object"),
    ],
)
def test_that_a_broken_file_leaves_the_table_and_itself_as_they_are(
    tmp_path: Path, content: str, said: str
) -> None:
    path = own(tmp_path, content)
    table, faults = with_own(TABLE, path)
    assert table == TABLE
    assert [str(fault) for fault in faults] == [said]
    assert path.read_text("utf-8") == content
    assert list(tmp_path.iterdir()) == [path]


def test_that_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "models.json"
    path.write_bytes(b"\xff\xfe\x00")
    assert [str(fault) for fault in with_own(TABLE, path)[1]] == [
        "cannot be read (UnicodeDecodeError)"
    ]


def test_that_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    table, faults = with_own(TABLE, tmp_path)
    assert table == TABLE
    assert len(faults) == 1


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("context_window", "128k", "is no whole number above zero"),
        ("context_window", 0, "is no whole number above zero"),
        ("max_output", 1.5, "is no whole number above zero"),
        ("dimensions", True, "is no whole number above zero"),
        ("input_price", -1, "is no price"),
        ("output_price", float("nan"), "is no price"),
        ("cached_price", float("inf"), "is no price"),
        ("cache_write_price", "0.5", "is no price"),
        ("tools", 1, "is neither true nor false"),
        ("prefill", "yes", "is neither true nor false"),
    ],
)
def test_that_a_wrong_value_is_named_and_the_rest_counts(
    tmp_path: Path, name: str, value: object, what: str
) -> None:
    given = {"models": {"a": {"b": {name: value, "vision": True}, "c": {"tools": True}}}}
    table, faults = with_own(TABLE, own(tmp_path, given))
    assert [(fault.where, fault.what) for fault in faults] == [(("models", "a", "b", name), what)]
    assert table.facts_of("a", "b") == ModelFacts(vision=True)
    assert table.facts_of("a", "c") == ModelFacts(tools=True)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"models": []}, "models: is no object"),
        ({"models": {"a": 3}}, "models.a: is no object"),
        ({"models": {"a": {"b": "x"}}}, "models.a.b: is no object"),
        ({"same_as": ["x"]}, "same_as: is no object"),
    ],
)
def test_that_a_value_that_should_hold_others_is_named(
    tmp_path: Path, given: dict[str, Any], where: str
) -> None:
    _, faults = with_own(TABLE, own(tmp_path, given))
    assert [str(fault) for fault in faults] == [where]


def test_that_newer_fields_and_empty_ones_are_passed_over(tmp_path: Path) -> None:
    given = {"models": {"openai": {"gpt-9": {"smell": "fresh", "input_price": None}}}, "x": 1}
    table, faults = with_own(TABLE, own(tmp_path, given))
    assert (table.facts_of("openai", "gpt-9"), faults) == (PRICED, ())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["models", "same_as", "openai", "gpt-9", "tools", "input_price", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_that_any_json_is_read_without_an_error(
    tmp_path_factory: pytest.TempPathFactory, given: object
) -> None:
    table, _ = with_own(TABLE, own(tmp_path_factory.mktemp("own"), given))
    facts = table.facts_of("openai", "gpt-9")
    assert facts.tools in {None, True, False}
    assert facts.input_price is not None
    assert facts.input_price >= 0


# What a use costs.


def test_that_tokens_from_a_cache_and_into_one_have_their_own_prices() -> None:
    usage = Usage(1_000_000, 100_000, cached_tokens=600_000, cache_write_tokens=100_000)
    assert cost_of(usage, PRICED) == pytest.approx(0.3 * 2 + 0.6 * 0.2 + 0.1 * 2.5 + 0.1 * 10)


def test_that_the_providers_own_word_comes_first() -> None:
    assert cost_of(Usage(5, 5, cost=0.0), PRICED) == 0.0
    assert cost_of(Usage(cost=0.25), ModelFacts()) == 0.25


@pytest.mark.parametrize(
    ("usage", "facts"),
    [
        (Usage(), PRICED),
        (Usage(input_tokens=5), PRICED),
        (Usage(output_tokens=5), PRICED),
        (Usage(5, 5), ModelFacts()),
        (Usage(5, 5), ModelFacts(input_price=1)),
        (Usage(5, 5, cached_tokens=1), replace(PRICED, cached_price=None)),
        (Usage(5, 5, cache_write_tokens=1), replace(PRICED, cache_write_price=None)),
    ],
)
def test_that_the_cost_is_unknown_without_a_number_it_needs(
    usage: Usage, facts: ModelFacts
) -> None:
    assert cost_of(usage, facts) is None


@pytest.mark.parametrize(
    ("usage", "facts"),
    [
        (Usage(0, 0), PRICED),
        (Usage(0, 0), ModelFacts()),
        (Usage(5, 5), ModelFacts(input_price=0, output_price=0)),
        (Usage(), ModelFacts(input_price=0, output_price=0)),
    ],
)
def test_that_nothing_and_what_is_free_cost_nothing(usage: Usage, facts: ModelFacts) -> None:
    assert cost_of(usage, facts) == 0.0


def test_that_vectors_cost_what_was_read() -> None:
    facts = ModelFacts(input_price=0.02, embedding=True)
    assert cost_of(Usage(input_tokens=1_000_000), facts) == pytest.approx(0.02)


TOKENS = st.integers(0, 10**9)
PRICE = st.floats(0, 1000)


@given(TOKENS, TOKENS, TOKENS, TOKENS, PRICE, PRICE, PRICE, PRICE, TOKENS)
def test_that_the_cost_is_never_negative_and_grows_with_the_tokens(
    read: int,
    written: int,
    cached: int,
    kept: int,
    a: float,
    b: float,
    c: float,
    d: float,
    more: int,
) -> None:
    facts = ModelFacts(input_price=a, output_price=b, cached_price=c, cache_write_price=d)
    usage = Usage(read, written, cached, None, kept)
    cost = cost_of(usage, facts)
    assert cost is not None
    assert cost >= 0
    for grown in (
        replace(usage, input_tokens=read + more),
        replace(usage, output_tokens=written + more),
    ):
        grown_cost = cost_of(grown, facts)
        assert grown_cost is not None
        assert grown_cost >= cost

"""Whose a variable is."""

from __future__ import annotations

import pytest

from understudy.effective import placed_providers
from understudy.importing.dotenv import read_env
from understudy.importing.env_offers import EnvOffers, offers_of
from understudy.providers.catalog import CATALOG
from understudy.settings_model import ProviderSettings, Settings

SEED = {
    "openai": "OPENAI",
    "gemini": "GEMINI",
    "glm4": "GLM4",
    "openrouter": "OPENROUTER",
    "siliconflow": "SILICONFLOW",
    "cerebras": "CEREBRAS",
    "modelscope": "MODELSCOPE",
    "groq": "GROQ",
}


def found(text: str, settings: Settings | None = None) -> EnvOffers:
    return offers_of(read_env(text, {}), placed_providers(settings or Settings(), {}))


def sources(offers: EnvOffers) -> dict[str, tuple[str, str]]:
    """Name for each provider the variables that its key and its address come from."""
    return {
        each.provider: (
            each.key.source if each.key else "",
            each.address.source if each.address else "",
        )
        for each in offers.offers
    }


@pytest.mark.parametrize(
    ("variable", "provider"),
    [
        (name, row.id)
        for row in CATALOG
        for name in row.key_env
        if next(each for each in CATALOG if name in each.key_env) is row
    ],
)
def test_that_every_variable_of_the_catalogue_is_known(variable: str, provider: str) -> None:
    assert sources(found(f"{variable}=sk-1234567890")) == {provider: (variable, "")}


def test_that_the_names_of_the_seed_are_known() -> None:
    keys = "\n".join(f"{name}_API_KEY=sk-1234567890" for name in SEED.values())
    ends = "\n".join(f"{name}_ENDPOINT=https://gateway.test/v1" for name in SEED.values())
    told = sources(found(f"{keys}\n{ends}\nOLLAMA_ENDPOINT=http://localhost:11434/api"))
    expected = {key: (f"{name}_API_KEY", f"{name}_ENDPOINT") for key, name in SEED.items()}
    assert told == {**expected, "ollama": ("", "OLLAMA_ENDPOINT")}


@pytest.mark.parametrize(
    ("variable", "provider"),
    [
        ("OPENAI_BASE_URL", "openai"),
        ("ANTHROPIC_BASE_URL", "anthropic"),
        ("OLLAMA_HOST", "ollama"),
        ("OLLAMA_BASE_URL", "ollama"),
        ("AZURE_OPENAI_ENDPOINT", "azure"),
        ("VLLM_API_BASE", "vllm"),
    ],
)
def test_that_other_programs_names_for_addresses_are_known(variable: str, provider: str) -> None:
    assert sources(found(f"{variable}=http://127.0.0.1:9/v1")) == {provider: ("", variable)}


def test_that_the_first_variable_that_can_be_used_counts() -> None:
    told = found("GOOGLE_API_KEY=second-one\nGEMINI_API_KEY=first-one\n")
    assert sources(told) == {"gemini": ("GEMINI_API_KEY", "")}
    assert told.second == ("GOOGLE_API_KEY",)
    told = found("GOOGLE_API_KEY=second-one\nGEMINI_API_KEY=your-key-here\n")
    assert sources(told) == {"gemini": ("GOOGLE_API_KEY", "")}
    assert told.second == ()


def test_that_two_variables_with_the_same_key_are_no_matter() -> None:
    assert found("GOOGLE_API_KEY=one-key\nGEMINI_API_KEY=one-key\n").second == ()


def test_that_one_key_is_for_one_provider_unless_the_other_door_was_chosen() -> None:
    assert list(sources(found("OPENAI_API_KEY=sk-1234567890"))) == ["openai"]
    chosen = Settings().with_provider("openairesponses", ProviderSettings())
    told = found("OPENAI_API_KEY=sk-1234567890", chosen)
    assert list(sources(told)) == ["openai", "openairesponses"]


def test_that_an_endpoint_of_ones_own_gets_its_variable_and_keeps_its_address() -> None:
    own = ProviderSettings(wire="openai-chat", base_url="http://10.0.0.7/v1", key_env="LAB_KEY")
    settings = Settings().with_provider("lab", own)
    told = found("LAB_KEY=sk-1234567890\nLAB_ENDPOINT=http://elsewhere/v1", settings)
    assert sources(told) == {"lab": ("LAB_KEY", "")}
    assert told.unknown == ("LAB_ENDPOINT",)


def test_that_variables_without_a_value_are_no_offer() -> None:
    told = found('OPENAI_API_KEY=\nGROQ_API_KEY="  "\nPORT=8080\n')
    assert told.offers == ()
    assert told.empty == ("OPENAI_API_KEY", "GROQ_API_KEY")


def test_that_a_reference_to_nothing_is_told_as_such() -> None:
    told = found("OPENAI_API_KEY=${MY_KEY}")
    assert told.empty == ()
    assert told.offers[0].key is not None
    assert told.offers[0].key.fault == "It refers to MY_KEY, which is set nowhere."


def test_that_other_variables_are_named_where_they_are_names() -> None:
    told = found("PORT=8080\nAGNO_API_KEY=dev-local-key\nGzT0b9Qw==\n")
    assert (told.unknown, told.unnamed) == (("PORT", "AGNO_API_KEY"), 1)


def test_that_no_key_is_shown_where_offers_are_printed() -> None:
    assert "1234567890" not in repr(found("OPENAI_API_KEY=sk-1234567890"))

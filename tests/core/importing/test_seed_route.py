"""From a file of the seed's shape to a route."""

from __future__ import annotations

import pytest

from understudy.effective import placed_providers
from understudy.importing.seed_route import PRIORITIES, SeedRoute, seed_route
from understudy.importing.seed_yaml import read_seed
from understudy.routing.route import RouteEntry
from understudy.settings_model import ProviderSettings, Settings

NINE = "providers:\n" + "".join(
    f"  {name}:\n    endpoint: ${{{name.upper()}_ENDPOINT}}\n" for name in sorted(PRIORITIES)
)


def made(
    text: str,
    environ: dict[str, str] | None = None,
    beside: dict[str, str] | None = None,
    settings: Settings | None = None,
) -> SeedRoute:
    placed = placed_providers(settings or Settings(), {})
    return seed_route(read_seed(text, "a.yaml"), placed, environ or {}, beside or {})


def order(route: SeedRoute) -> list[str]:
    return [entry.provider for entry in route.entries]


def test_that_providers_stand_in_the_seeds_order_where_no_priority_is_given() -> None:
    assert order(made(NINE)) == list(PRIORITIES)


def test_that_a_priority_in_the_file_goes_before_the_seeds() -> None:
    text = "providers: {openai: {priority: 1}, groq: , mistral: {priority: 99}, gemini: }"
    assert order(made(text)) == ["mistral", "gemini", "groq", "openai"]


def test_that_providers_without_any_priority_stay_in_the_files_order() -> None:
    assert order(made("providers: {xai: , deepseek: , openai: }")) == ["openai", "xai", "deepseek"]


def test_that_names_are_known_however_they_are_written() -> None:
    text = "providers: {OpenAI: {priority: 9}, silicon_flow: {priority: 8}, Open-Router: }"
    assert order(made(text))[:1] == ["openrouter"]
    assert sorted(order(made(text))) == ["openai", "openrouter", "siliconflow"]


def test_that_somebody_unknown_is_told() -> None:
    route = made("providers: {openai: , hal9000: {endpoint: x}}")
    assert (order(route), route.unknown) == (["openai"], ("providers.hal9000",))


def test_that_times_retries_and_models_reach_their_places() -> None:
    text = """
providers:
  openai: {model: gpt-5.5, timeout: 5s, retries: 3}
  groq:
  gemini: {model: "${OUR_MODEL}"}
runtime: {router: {providerTimeout: 55s, providerRetries: 1}}
"""
    variables = {"GROQ_CHAT_MODEL": "openai/gpt-oss-20b", "OUR_MODEL": "gemini-3.8-flash"}
    assert made(text, variables).entries == (
        RouteEntry("openai", "gpt-5.5", first_token_within=5.0, retries=3),
        RouteEntry("gemini", "gemini-3.8-flash", first_token_within=55.0, retries=1),
        RouteEntry("groq", "openai/gpt-oss-20b", first_token_within=55.0, retries=1),
    )


@pytest.mark.parametrize(
    ("text", "enabled"),
    [
        ("ollama: {endpoint: '${OLLAMA_ENDPOINT}'}", False),
        ("ollama: {endpoint: }", False),
        ("ollama: ", True),
        ("ollama: {endpoint: 'http://localhost:11434'}", True),
        ("openai: {endpoint: '${OPENAI_ENDPOINT}'}", True),
        ("openai: {enabled: false}", False),
    ],
)
def test_that_who_is_switched_off_keeps_the_place(text: str, *, enabled: bool) -> None:
    assert [entry.enabled for entry in made(f"providers: {{{text}}}").entries] == [enabled]


def test_that_references_are_looked_up_in_the_environment_and_then_beside() -> None:
    text = "providers: {openai: {endpoint: '${A}', apiKey: $B}}"
    route = made(text, {"A": "https://outer.test"}, {"A": "https://inner.test", "B": "sk-beside"})
    (offer,) = route.offers
    assert offer.address is not None
    assert offer.key is not None
    assert (offer.address.value, offer.address.source) == (
        "https://outer.test",
        "providers.openai.endpoint",
    )
    assert (offer.key.value, offer.key.source) == ("sk-beside", "providers.openai.apiKey")
    assert route.in_clear == ()


def test_that_a_key_in_the_file_itself_is_told_as_being_in_clear() -> None:
    route = made("providers: {openai: {apiKey: sk-1234567890}, groq: {apiKey: }}")
    assert route.in_clear == ("providers.openai.apiKey",)
    assert "1234567890" not in repr(route)


def test_that_a_key_that_the_environment_gives_anyway_is_no_offer() -> None:
    text = "providers: {openai: {apiKey: '${OPENAI_API_KEY}'}}"
    assert made(text, {"OPENAI_API_KEY": "sk-1234567890"}).offers == ()


def test_that_references_to_nothing_are_nothing_where_they_stand_alone() -> None:
    assert made("providers: {openai: {endpoint: '${A}', apiKey: '${B}'}}").offers == ()
    (offer,) = made("providers: {openai: {endpoint: 'https://${HOST}/v1'}}").offers
    assert offer.address is not None
    assert offer.address.fault == "It refers to HOST, which is set nowhere."


def test_that_models_that_are_on_no_list_are_told() -> None:
    text = (
        "providers: {groq: {model: llama3-8b-8192}, openai: {model: gpt-5.5}, ollama: {model: x}}"
    )
    assert made(text).doubtful == ("groq/llama3-8b-8192",)


def test_that_an_endpoint_of_ones_own_is_put_in_line_and_keeps_its_address() -> None:
    own = ProviderSettings(wire="openai-chat", base_url="http://10.0.0.7/v1")
    settings = Settings().with_provider("lab", own)
    route = made("providers: {lab: {endpoint: 'http://elsewhere'}}", settings=settings)
    assert (order(route), route.offers) == (["lab"], ())

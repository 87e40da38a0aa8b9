"""Files of the shape of the seed's ``config/default.yaml``."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.errors import FileError
from understudy.importing.seed_yaml import SeedConfig, SeedProvider, read_seed

SHAPE = """\
server: {host: 0.0.0.0, port: 8080}
auth: {apiKey: "${AGNO_API_KEY}"}
providers:
  openai:
    endpoint: ${OPENAI_ENDPOINT}
  groq:
runtime:
  maxConcurrentRequests: 64
  requestTimeout: 60s
  router:
    providerTimeout: 55s
    providerRetries: 1
    providerBackoff: 50ms
bench: {concurrency: 100, input_tokens: 128, duration: 10m}
"""


def read(text: str) -> SeedConfig:
    return read_seed(text, "a.yaml")


def provider(text: str) -> SeedProvider:
    """Read what stands below one provider."""
    return read(f"providers:\n  openai: {{{text}}}\n").providers[0]


def test_that_the_shape_of_the_seed_is_read() -> None:
    config = read(SHAPE)
    assert config.providers == (
        SeedProvider("openai", endpoint="${OPENAI_ENDPOINT}"),
        SeedProvider("groq"),
    )
    assert (config.within, config.retries) == (55.0, 1)


def test_that_what_is_not_read_is_listed_and_not_dropped() -> None:
    assert read(SHAPE).unused == (
        "server",
        "auth",
        "bench",
        "runtime.maxConcurrentRequests",
        "runtime.requestTimeout",
        "runtime.router.providerBackoff",
    )


def test_that_a_request_may_take_as_long_as_the_runtime_says_where_the_router_is_silent() -> None:
    config = read("providers: {openai: }\nruntime: {requestTimeout: 60s}\n")
    assert (config.within, config.retries, config.unused) == (60.0, 0, ())


def test_that_a_providers_own_settings_are_read_however_their_names_are_written() -> None:
    expected = SeedProvider("openai", "https://x", "${KEY}", "gpt", 7, 1.5, 2, enabled=False)
    assert provider(
        'endpoint: "https://x", apiKey: "${KEY}", model: gpt, priority: 7, timeout: 1500ms, '
        "retries: 2, enabled: false"
    ) == (expected)
    assert provider(
        'base-url: "https://x", API_KEY: "${KEY}", chatModel: gpt, Priority: 7, timeout: 1.5, '
        "retries: 2, enabled: off"
    ) == (expected)


def test_that_of_several_models_the_first_counts_and_the_others_are_told() -> None:
    config = read("providers: {openai: {models: [one, two]}}")
    assert config.providers[0].model == "one"
    assert config.unused == ("providers.openai.models (all but the first)",)


def test_that_an_empty_endpoint_is_told_from_none() -> None:
    assert provider("endpoint: ").endpoint == ""
    assert provider("priority: 1").endpoint is None


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("55s", 55.0),
        ("1m30s", 90.0),
        ("1h", 3600.0),
        ("500ms", 0.5),
        ("250us", 0.00025),
        ("1.5s", 1.5),
        ("55", 55.0),
        ("0.5", 0.5),
    ],
)
def test_that_times_are_read_as_go_writes_them(written: str, seconds: float) -> None:
    assert provider(f"timeout: {written}").within == pytest.approx(seconds)


@pytest.mark.parametrize("written", ["soon", "-5s", "5 s", "0s", "0", "5x", "1s5", "[5]", "''"])
def test_that_a_time_that_cannot_be_meant_is_told(written: str) -> None:
    config = read(f"providers: {{openai: {{timeout: {written}}}}}")
    assert config.providers[0].within is None
    assert [path for path, _ in config.faults] == ["providers.openai.timeout"]


@pytest.mark.parametrize(
    "text",
    [
        "priority: high",
        "priority: -1",
        "retries: 1.5",
        "enabled: perhaps",
        "endpoint: [x]",
        "apiKey: {a: b}",
        "model: {a: b}",
    ],
)
def test_that_a_value_of_the_wrong_kind_is_told_by_its_path(text: str) -> None:
    config = read(f"providers: {{openai: {{{text}}}}}")
    name = text.partition(":")[0]
    assert [path for path, _ in config.faults] == [f"providers.openai.{name}"]


def test_that_a_part_of_the_wrong_kind_is_told_by_its_path() -> None:
    config = read("providers: {openai: yes}\nruntime: 5\n")
    assert [path for path, _ in config.faults] == ["providers.openai", "runtime"]


@pytest.mark.parametrize("text", ["", "a: 1", "providers:", "providers: []", "- a", "OPENAI=1"])
def test_that_a_file_of_another_shape_says_what_it_has_to_have(text: str) -> None:
    with pytest.raises(FileError) as caught:
        read(text)
    assert caught.value.happened == "a.yaml names no providers."
    assert "providers:" in caught.value.can_do


def test_that_no_key_is_shown_where_a_file_is_printed() -> None:
    assert "sk-secret" not in repr(read("providers: {openai: {apiKey: sk-secret}}"))


NAMES = st.sampled_from(["endpoint", "apiKey", "model", "priority", "timeout", "x", "enabled"])
VALUES = st.sampled_from(["5", "5s", "true", "[]", "{a: b}", "~", "text", "'${A}'"])


@given(st.dictionaries(NAMES, VALUES, max_size=6))
def test_that_every_name_is_read_or_told(settings: dict[str, str]) -> None:
    inner = ", ".join(f"{name}: {value}" for name, value in settings.items())
    config = read(f"providers: {{openai: {{{inner}}}}}")
    assert ("providers.openai.x" in config.unused) == ("x" in settings)
    assert {path.split(".")[-1] for path, _ in config.faults} <= settings.keys()

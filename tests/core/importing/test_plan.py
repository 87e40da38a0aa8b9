"""What becomes of a provider's key and address, given what is there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.effective import Placed, placed_providers
from understudy.importing.plan import Given, Offer, Present, ProviderPlan, plan_provider
from understudy.settings_model import ProviderSettings, Settings

OURS, THEIRS = "sk-ours-1234567890", "sk-theirs-1234567890"
HOME, GATEWAY, OTHER = "https://api.openai.com/v1", "https://gateway.test/v1", "https://other.test"


def placed(provider: str = "openai", address: str = "") -> Placed:
    settings = Settings()
    if address:
        settings = settings.with_provider(provider, ProviderSettings(base_url=address))
    return placed_providers(settings, {})[provider]


def plan(
    key: str = "",
    address: str = "",
    *,
    provider: str = "openai",
    kept: str | None = None,
    in_use: str | None = None,
    at: str = "",
    replacing: bool = False,
) -> ProviderPlan:
    offer = Offer(
        provider,
        Given("KEY", key) if key else None,
        Given("ADDRESS", address) if address else None,
    )
    here = Present(placed(provider, at), kept, kept or in_use, at)
    return plan_provider(offer, here, replacing=replacing)


def outcomes(made: ProviderPlan) -> tuple[str, str]:
    return (
        made.key.outcome if made.key else "",
        made.address.outcome if made.address else "",
    )


def test_that_a_key_is_taken_where_none_is_kept() -> None:
    assert outcomes(plan(THEIRS)) == ("new", "")
    assert outcomes(plan(THEIRS, in_use=OURS)) == ("new", "")  # in the environment


def test_that_the_same_key_is_no_change_however_it_is_written() -> None:
    made = plan(f' "{OURS}" ', kept=OURS)
    assert outcomes(made) == ("same", "")
    assert not made.changes


def test_that_a_different_key_is_taken_only_where_that_is_asked_for() -> None:
    kept = plan(THEIRS, kept=OURS)
    assert (outcomes(kept), kept.changes) == (("kept", ""), False)
    assert "different key" in kept.why
    assert outcomes(plan(THEIRS, kept=OURS, replacing=True)) == ("replaced", "")


def test_that_an_example_is_no_key() -> None:
    made = plan("your-key-here")
    assert outcomes(made) == ("skipped", "")
    assert "an example" in made.why


def test_that_the_address_of_the_catalogue_need_not_be_written() -> None:
    assert outcomes(plan(THEIRS, f"{HOME}/")) == ("new", "same")


def test_that_another_address_goes_with_its_key() -> None:
    made = plan(THEIRS, GATEWAY)
    assert outcomes(made) == ("new", "new")
    assert made.address is not None
    assert made.address.value == GATEWAY


def test_that_a_key_that_is_here_is_not_sent_to_an_address_from_a_file() -> None:
    for made in (
        plan("", GATEWAY, kept=OURS),
        plan("", GATEWAY, in_use=OURS),
        plan("your-key-here", GATEWAY, kept=OURS),
        plan(THEIRS, GATEWAY, kept=OURS),
    ):
        assert not made.changes
        assert made.why
    assert outcomes(plan("", GATEWAY, kept=OURS, replacing=True)) == ("", "new")


def test_that_a_key_from_a_file_is_not_sent_to_an_address_that_was_set_here() -> None:
    made = plan(THEIRS, GATEWAY, at=OTHER)
    assert outcomes(made) == ("kept", "kept")
    assert "different address" in made.why
    assert outcomes(plan(THEIRS, GATEWAY, at=OTHER, replacing=True)) == ("new", "replaced")


@pytest.mark.parametrize("address", ["gateway", "https://user:pass@gateway.test", "ftp://x"])
@pytest.mark.parametrize("replacing", [False, True])
def test_that_a_key_is_left_where_its_address_cannot_be_used(
    address: str, *, replacing: bool
) -> None:
    made = plan(THEIRS, address, replacing=replacing)
    assert outcomes(made) == ("skipped", "skipped")
    assert address not in made.why


def test_that_the_address_of_an_example_is_none() -> None:
    made = plan(THEIRS, "https://your-resource.openai.azure.com/", provider="azure")
    assert outcomes(made) == ("skipped", "skipped")
    assert "no address" in made.why


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("http://localhost:11434/api", "http://localhost:11434"),
        ("http://localhost:11434/v1", "http://localhost:11434"),
        ("10.0.0.7", "http://10.0.0.7:11434"),
        ("http://[::1]:11434", "http://[::1]:11434"),
    ],
)
def test_that_an_address_of_ollama_is_read_as_ollama_reads_it(written: str, meant: str) -> None:
    made = plan("", written, provider="ollama")
    assert made.address is not None
    assert (made.address.outcome, made.address.value) == ("new", meant)


def test_that_a_local_server_is_put_in_line_by_being_named() -> None:
    usual = "http://127.0.0.1:11434"
    assert outcomes(plan("", usual, provider="ollama")) == ("", "new")
    assert outcomes(plan("", usual, provider="ollama", at=usual)) == ("", "same")


def test_that_an_address_that_has_moved_is_answered_with_the_one_of_today() -> None:
    made = plan(THEIRS, "https://api.modelscope.cn/v1", provider="modelscope")
    assert outcomes(made) == ("new", "same")
    assert made.address is not None
    assert made.address.value == "https://api-inference.modelscope.cn/v1"


def test_that_an_address_in_the_environment_alone_is_written_down() -> None:
    here = replace(placed(), row=replace(placed().row, base_url=GATEWAY))
    offer = Offer("openai", None, Given("ADDRESS", GATEWAY))
    assert outcomes(plan_provider(offer, Present(here), replacing=False)) == ("", "new")


def test_that_no_key_is_shown_where_a_plan_is_printed() -> None:
    assert THEIRS not in repr(plan(THEIRS, GATEWAY))


@given(
    key=st.sampled_from(["", OURS, THEIRS, "your-key-here"]),
    address=st.sampled_from(["", HOME, GATEWAY, OTHER, "gateway"]),
    kept=st.sampled_from([None, OURS]),
    in_use=st.sampled_from([None, OURS]),
    at=st.sampled_from(["", HOME, GATEWAY, OTHER]),
)
def test_that_no_key_ever_meets_an_address_that_was_not_meant_for_it(
    key: str, address: str, kept: str | None, in_use: str | None, at: str
) -> None:
    """Without being asked to replace, whoever is sent a key was named together with it."""
    made = plan(key, address, kept=kept, in_use=in_use, at=at)
    before, after = (kept or in_use, at or HOME), [kept or in_use, at or HOME]
    if made.key is not None and made.key.changes:
        after[0] = made.key.value
    if made.address is not None and made.address.changes:
        after[1] = made.address.value
    if after[0] is not None and tuple(after) != before:
        assert after[0] == key
        assert after[1] == (address or at or HOME)

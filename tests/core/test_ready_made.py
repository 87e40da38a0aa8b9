"""A provider of the catalogue in one line."""

from __future__ import annotations

import asyncio
import time

import pytest

import understudy
from helpers.loopback import Loopback
from helpers.replies import openai_stream
from understudy import ChatRequest, Message, Router, UsageError
from understudy.providers.base import ProviderRow
from understudy.providers.catalog import CATALOG
from understudy.ready_made import provider
from understudy.transport.http import HttpTransport

REQUEST = ChatRequest((Message.user("Who is there?"),))


def answer_of(router: Router) -> str:
    return asyncio.run(router.chat(REQUEST)).message.text


def test_that_the_library_offers_it_by_its_name() -> None:
    assert understudy.provider is provider


@pytest.mark.parametrize("row", CATALOG, ids=lambda row: row.id)
def test_that_every_provider_of_the_catalogue_is_to_be_had(row: ProviderRow) -> None:
    address = "http://127.0.0.1:9/v1" if row.needs_address else ""
    made = provider(row.id, key="a-key", base_url=address)
    assert made.id == row.id
    assert made.availability().state == "available"


def test_that_a_key_is_sent_to_the_address_that_is_given() -> None:
    router = Router()
    with Loopback(openai_stream("Good evening")) as server:
        router.register_chat_provider(provider("openai", key="sk-mine", base_url=server.base_url))
        assert answer_of(router) == "Good evening"
    assert server.requests[0].headers["authorization"] == "Bearer sk-mine"


def test_that_without_a_key_the_usual_variables_are_read_with_each_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = provider("gemini")
    assert made.availability().state == "not-configured"
    assert "GEMINI_API_KEY" in made.availability().why
    monkeypatch.setenv("GOOGLE_API_KEY", "a-key")
    assert made.availability().state == "available"


def test_that_a_key_may_be_asked_for_with_each_request() -> None:
    keys = ["sk-one"]
    made = provider("openai", key=lambda: keys[0] if keys else None)
    assert made.availability().state == "available"
    keys.clear()
    assert made.availability().state == "not-configured"


def test_that_an_empty_key_is_none_and_no_variable_takes_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    assert provider("openai", key="").availability().state == "not-configured"


def test_that_the_environment_may_hold_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ENDPOINT", "http://127.0.0.1:9/v1/")
    assert provider("openai").base_url == "http://127.0.0.1:9/v1"
    assert provider("openai", base_url="http://127.0.0.1:8").base_url == "http://127.0.0.1:8"


def test_that_a_row_of_ones_own_will_do() -> None:
    row = ProviderRow("lab", "Lab", "openai-chat", "http://10.0.0.7/v1", needs_key=False)
    made = provider(row)
    assert (made.name, made.base_url) == ("Lab", "http://10.0.0.7/v1")
    assert made.availability().state == "available"


def test_that_a_mistyped_name_is_answered_with_the_one_probably_meant() -> None:
    with pytest.raises(UsageError, match='Did you mean "openai"'):
        provider("opnai")


def test_that_an_address_that_cannot_be_meant_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(UsageError, match="must begin with https"):
        provider("openai", base_url="localhost:8000")
    with pytest.raises(UsageError, match="has no address yet"):
        provider("azure")
    monkeypatch.setenv("OPENAI_ENDPOINT", "nonsense")
    with pytest.raises(UsageError, match="OPENAI_ENDPOINT in the environment"):
        provider("openai")


def test_that_one_router_asks_in_one_loop_after_another() -> None:
    router = Router()
    with Loopback(openai_stream("Yes.")) as server:
        router.register_chat_provider(provider("openai", "sk-mine", base_url=server.base_url))
        assert [answer_of(router), answer_of(router)] == ["Yes.", "Yes."]


def test_that_a_transport_of_ones_own_is_used_and_is_ones_own_to_close() -> None:
    own, router = HttpTransport(trust_env=False), Router()

    async def ask_and_close() -> None:
        await router.chat(REQUEST)
        assert server.connections
        await own.aclose()
        until = time.monotonic() + 10
        while server.connections and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        assert not server.connections

    with Loopback(openai_stream("Yes.")) as server:
        made = provider("openai", "sk-mine", base_url=server.base_url, transport=own)
        router.register_chat_provider(made)
        asyncio.run(ask_and_close())


def test_that_no_key_is_shown_where_a_provider_is_printed() -> None:
    assert "sk-mine" not in repr(provider("openai", "sk-mine"))

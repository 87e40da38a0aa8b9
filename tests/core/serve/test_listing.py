"""What ``/v1/models`` lists: routes, and every PROVIDER/MODEL that can be asked."""

from __future__ import annotations

from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from helpers.lineup import MODEL, write_lineup
from helpers.loopback import Loopback
from helpers.providers import provider
from helpers.replies import openai_stream
from helpers.serving import ask, router_with, serving
from understudy.assembly import Workspace
from understudy.paths import Paths
from understudy.routing.route import Route, RouteEntry
from understudy.serve.offer import Offer
from understudy.serve.workspace_offer import models_known, offer_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping
    from pathlib import Path

    from helpers.serving import Serving

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def served(home: Path, environ: Mapping[str, str]) -> AsyncGenerator[Serving]:
    """Serve a workspace as the command does."""
    workspace = Workspace.open(Paths.under(home), environ)
    async with aclosing(workspace), serving(offer_of(workspace, "")) as api:
        yield api


async def test_that_routes_and_models_are_listed_with_their_owner(home: Path) -> None:
    with Loopback() as upstream:
        write_lineup(home, upstream.base_url)
        async with served(home, {"OPENAI_API_KEY": "a-key"}) as api:
            answer = await api.client.get("/v1/models")
    body = answer.json()
    owners = {row["id"]: row["owned_by"] for row in body["data"]}
    assert body["object"] == "list"
    assert list(owners)[:2] == ["understudy", "Test"]
    assert owners["Test"] == "understudy"
    assert owners[f"first/{MODEL}"] == "first"
    assert owners["practice/steady"] == "practice"
    assert owners["openai/text-embedding-3-small"] == "openai"
    assert not [name for name in owners if name.startswith("anthropic/")]
    assert {row["object"] for row in body["data"]} == {"model"}


async def test_that_a_server_of_this_computer_is_asked_for_its_models(home: Path) -> None:
    with Loopback(models=("qwen3:8b", "pulled")) as ollama:
        async with served(home, {"OLLAMA_HOST": ollama.url}) as api:
            answer = await api.client.get("/v1/models")
    names = [row["id"] for row in answer.json()["data"]]
    assert {"ollama/qwen3:8b", "ollama/pulled"} <= set(names)


@pytest.mark.parametrize("name", ["My route", "a/m/1"])
async def test_that_one_of_them_can_be_looked_up(name: str) -> None:
    async def models() -> list[str]:
        return ["a/m/1"]

    router = router_with(provider("a"), routes=[Route("My route", (RouteEntry("a"),))])
    offer = Offer(router, routes=lambda: ["My route"], models=models)
    async with serving(offer) as api:
        found = await api.client.get(f"/v1/models/{name}")
        quoted = await api.client.get(f"/v1/models/{name.replace('/', '%2F')}")
        missing = await api.client.get("/v1/models/a/other")
    assert found.json()["id"] == quoted.json()["id"] == name
    assert missing.status_code == 404
    assert missing.json()["error"]["code"] == "model_not_found"


async def test_that_a_providers_key_is_read_when_a_client_first_names_it(home: Path) -> None:
    with Loopback(openai_stream("Hi")) as upstream:
        write_lineup(home, upstream.base_url)
        environ = {"OPENAI_API_KEY": "a-key", "OPENAI_ENDPOINT": upstream.base_url}
        async with served(home, environ) as api:
            for body in (ask(model="openai/x"), ask(model="practice/steady")):
                answer = await api.client.post("/v1/chat/completions", json=body)
                assert answer.status_code == 200
            missing = await api.client.post(
                "/v1/chat/completions", json=ask(model="anthropic/claude")
            )
    assert upstream.chats[0].headers["authorization"] == "Bearer a-key"
    assert "has no key" in missing.json()["error"]["message"]


def test_that_a_provider_of_any_kind_has_at_least_its_default_model() -> None:
    a = provider("a")
    assert models_known(a) == ("m",)
    a.default_model = ""
    assert models_known(a) == ()

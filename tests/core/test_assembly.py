"""The workspace: what is set is what the router does, in the running program too."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from helpers.lineup import write_lineup
from helpers.loopback import Loopback, closed_port
from helpers.replies import openai_stream, rate_limited, wrong_key
from understudy import ChatRequest, Message, Route, RouteEntry, UsageError
from understudy.assembly import Workspace
from understudy.errors import ErrorKind
from understudy.model_facts import ModelFacts
from understudy.paths import Paths
from understudy.providers.http import HttpProvider
from understudy.routing.rules import RuleChange
from understudy.routing.trace import Attempt
from understudy.settings_model import NetworkSettings, ProviderSettings, Settings

if TYPE_CHECKING:
    from pathlib import Path

QUESTION = ChatRequest((Message.user("Hello?"),))
ADDRESS = "http://127.0.0.1:9/v1"


def opened(home: Path, **environ: str) -> Workspace:
    """Open the workspace below ``home``."""
    return Workspace.open(Paths.under(home), environ)


def order(workspace: Workspace, route: str = "") -> list[str]:
    """Who would be asked now."""
    plan = workspace.router.plan(ChatRequest((), route=route))
    return [candidate.provider for candidate in plan.candidates]


def own(address: str = ADDRESS, **more: Any) -> ProviderSettings:
    """An endpoint of one's own with one model."""
    return ProviderSettings(wire="openai-chat", base_url=address, models=["m"], **more)


def test_that_importing_the_assembly_loads_nothing_heavy() -> None:
    program = "import sys, understudy.assembly; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    loaded = set(run.stdout.decode().split())
    assert not loaded & {"pydantic", "httpx", "keyring", "asyncio", "platformdirs", "sqlite3"}


def test_that_with_nothing_set_the_practice_provider_is_in_line(home: Path) -> None:
    workspace = opened(home)
    assert order(workspace) == ["practice"]
    assert workspace.router.default_route == "Everyday"


def test_that_keys_in_the_environment_make_the_order_of_the_catalogue(home: Path) -> None:
    workspace = opened(home, GROQ_API_KEY="gsk-1", OPENAI_API_KEY="sk-1", MISTRAL_API_KEY=" ")
    assert order(workspace) == ["openai", "groq"]


def test_that_endpoints_of_ones_own_and_chosen_local_servers_are_in_line_too(home: Path) -> None:
    workspace = opened(home, GROQ_API_KEY="gsk-1")
    settings = Settings(
        providers={
            "mine": own(),
            "keyed": own(key_env="MY_KEY"),
            "ollama": ProviderSettings(models=["qwen3"]),
            "off": own(enabled=False),
        }
    )
    workspace.apply(settings)
    assert order(workspace) == ["groq", "ollama", "mine"]


def test_that_own_routes_replace_the_one_that_understudy_makes_and_it_comes_back(
    home: Path,
) -> None:
    workspace = opened(home, OPENAI_API_KEY="sk-1", GROQ_API_KEY="gsk-1")
    workspace.set_route(Route("Work", (RouteEntry("groq"),)))
    assert (order(workspace), workspace.router.default_route) == (["groq"], "Work")
    with pytest.raises(UsageError):
        workspace.router.plan(ChatRequest((), route="Everyday"))
    workspace.remove_route("Work")
    assert order(workspace) == ["openai", "groq"]


def test_that_what_is_set_is_there_after_a_restart(home: Path) -> None:
    workspace = opened(home)
    provider = workspace.add_provider("My Server", own(local=True))
    workspace.set_route(Route("Work", (RouteEntry(provider, "m", 2.5, 1),), rescue="keep"))
    again = opened(home)
    assert again.routes == workspace.routes
    assert again.routes[0].entries == (RouteEntry("my-server", "m", 2.5, 1),)
    assert again.provider("my-server").name == "My Server"
    assert again.provider("my-server").local


@pytest.mark.anyio
async def test_that_a_new_order_is_live_at_the_next_message(home: Path) -> None:
    async with Loopback(openai_stream("one")) as one, Loopback(openai_stream("two")) as two:
        write_lineup(home, one.base_url, two.base_url)
        workspace = opened(home)
        first = await workspace.router.chat(QUESTION)
        reversed_entries = workspace.routes[0].entries[::-1]
        workspace.set_route(Route("Test", reversed_entries))
        second = await workspace.router.chat(QUESTION)
        await workspace.aclose()
    assert (first.message.text, second.message.text) == ("one", "two")


@pytest.mark.anyio
async def test_that_an_answer_under_way_outlives_the_removal_of_its_provider(home: Path) -> None:
    async with Loopback(openai_stream("a" * 40, delay=0.01)) as server:
        write_lineup(home, server.base_url)
        workspace = opened(home)
        stream = workspace.router.stream(QUESTION)
        events = [await anext(stream) for _ in range(3)]
        workspace.remove_provider("first")
        events += [event async for event in stream]
        await workspace.aclose()
    assert type(events[-1]).__name__ == "Finished"
    assert "first" not in workspace.provider_ids


def test_that_applying_settings_leaves_alone_what_they_do_not_change(home: Path) -> None:
    workspace = opened(home)
    workspace.apply(Settings(providers={"mine": own(), "other": own()}))
    mine, other = workspace.provider("mine"), workspace.provider("other")
    workspace.apply(Settings(providers={"mine": own(), "other": own("http://127.0.0.1:8/v1")}))
    assert workspace.provider("mine") is mine
    assert workspace.provider("other") is not other
    assert workspace.placed("other").row.base_url == "http://127.0.0.1:8/v1"


def test_that_a_provider_switched_off_is_seen_and_not_asked(home: Path) -> None:
    workspace = opened(home)
    off = ProviderSettings(enabled=False)
    workspace.apply(Settings(providers={"practice": off, "openai": off}))
    states = {status.provider: status.state for status in workspace.router.statuses()}
    assert states["practice"] == states["openai"] == "disabled"
    assert order(workspace) == []


def test_that_addresses_come_from_settings_then_the_environment_then_the_catalogue(
    home: Path,
) -> None:
    environ = {"OPENAI_ENDPOINT": "http://127.0.0.1:7/v1/", "OLLAMA_HOST": "0.0.0.0:5000"}
    workspace = opened(home, **environ)
    assert workspace.placed("openai").row.base_url == "http://127.0.0.1:7/v1"
    assert workspace.placed("ollama").row.base_url == "http://127.0.0.1:5000"
    assert workspace.placed("groq").row.base_url == "https://api.groq.com/openai/v1"
    workspace.apply(Settings(providers={"openai": ProviderSettings(base_url=ADDRESS)}))
    assert workspace.placed("openai").row.base_url == ADDRESS


def test_that_an_address_saved_for_the_other_side_of_ollama_goes_on_working(home: Path) -> None:
    workspace = opened(home)
    saved = ProviderSettings(base_url="http://127.0.0.1:5000/v1")
    native = ProviderSettings(wire="ollama", base_url="http://127.0.0.1:6000/api", models=["m"])
    other = own("http://127.0.0.1:11434/v1")
    workspace.apply(Settings(providers={"ollama": saved, "mine": native, "other": other}))
    assert workspace.placed("ollama").row.base_url == "http://127.0.0.1:5000"
    assert workspace.placed("mine").row.base_url == "http://127.0.0.1:6000"
    assert workspace.placed("other").row.base_url == "http://127.0.0.1:11434/v1"


def test_that_an_address_that_cannot_be_meant_is_the_providers_status(home: Path) -> None:
    workspace = opened(home, OPENAI_API_KEY="sk-1")
    settings = Settings(providers={"openai": ProviderSettings(base_url="api.example.com")})
    workspace.apply(settings)
    status = next(each for each in workspace.router.statuses() if each.provider == "openai")
    assert status.state == "not-configured"
    assert "https://" in status.why
    assert order(workspace) == ["practice"]


def test_that_a_hand_written_endpoint_without_an_address_is_left_out(home: Path) -> None:
    workspace = opened(home)
    workspace.apply(Settings(providers={"half": ProviderSettings(models=["m"])}))
    assert "half" not in workspace.provider_ids


@pytest.mark.anyio
async def test_that_a_rest_survives_a_restart_and_ends_with_a_new_address(home: Path) -> None:
    async with Loopback(rate_limited("600")) as one, Loopback(openai_stream()) as two:
        write_lineup(home, one.base_url, two.base_url)
        workspace = opened(home)
        await workspace.router.chat(QUESTION)
        await workspace.aclose()
        again = opened(home)
        resting = order(again)
        moved = own(f"http://127.0.0.1:{closed_port()}/v1")
        again.save(again.settings.with_provider("first", moved))
        await again.aclose()
    assert resting == ["second"]
    assert order(again) == ["first", "second"]
    assert json.loads((home / "data" / "health.json").read_text()) == []


@pytest.mark.anyio
async def test_that_a_replaced_key_ends_what_the_rejected_one_caused(home: Path) -> None:
    async with Loopback(wrong_key(), openai_stream("Yes.")) as server:
        workspace = opened(home)
        keyed = own(server.base_url, key_env="MY_KEY")
        workspace.apply(Settings(providers={"mine": keyed}))
        await workspace.set_key("mine", "sk-old")
        with pytest.raises(Exception, match="Nobody"):
            await workspace.router.chat(QUESTION)
        assert order(workspace) == []
        reading = await workspace.set_key("mine", "sk-new")
        answer = await workspace.router.chat(QUESTION)
        await workspace.aclose()
    assert reading.source == "session"
    assert answer.message.text == "Yes."
    assert server.chats[-1].headers["authorization"] == "Bearer sk-new"


@pytest.mark.anyio
async def test_that_everyone_who_looks_is_told_of_changes(home: Path) -> None:
    workspace = opened(home)
    told: list[list[str]] = []
    workspace.changed.append(lambda: told.append(order(workspace)))
    await workspace.set_key("groq", "gsk-1")
    workspace.set_route(Route("Work", (RouteEntry("practice"),)))
    assert told == [["groq"], ["practice"]]


def test_that_settings_that_cannot_be_written_are_in_effect_all_the_same(home: Path) -> None:
    home.mkdir()
    (home / "settings.json").write_text('{"version": 99}')
    workspace = opened(home)
    assert [notice.happened for notice in workspace.notices]
    with pytest.raises(Exception, match="newer"):
        workspace.set_route(Route("Work", (RouteEntry("practice"),)))
    assert workspace.router.default_route == "Work"


def test_that_a_folder_that_cannot_be_written_costs_only_the_memory_of_rests(home: Path) -> None:
    home.mkdir()
    (home / "data").write_text("a file where the folder should be")
    workspace = opened(home)
    workspace.apply(Settings(providers={"mine": own()}))
    assert order(workspace) == ["mine"]


@pytest.mark.parametrize(
    ("name", "made"), [("My Server", "my-server"), ("한국 서버", "한국-서버"), ("a/b_c", "a-b-c")]
)
def test_that_ids_are_made_of_names_and_hold_no_slash(home: Path, name: str, made: str) -> None:
    assert opened(home).add_provider(name, own()) == made


@pytest.mark.parametrize("name", ["", "///", "openai", "Practice"])
def test_that_a_name_that_gives_no_id_of_its_own_is_refused(home: Path, name: str) -> None:
    with pytest.raises(UsageError):
        opened(home).add_provider(name, own())


def test_that_another_way_to_the_same_provider_stands_in_line_only_where_it_is_chosen(
    home: Path,
) -> None:
    workspace = opened(home, OPENAI_API_KEY="sk-1")
    assert order(workspace) == ["openai"]
    workspace.save(workspace.settings.with_provider("openairesponses", ProviderSettings()))
    assert order(workspace) == ["openai", "openairesponses"]


def test_that_a_provider_where_everybody_has_an_address_of_their_own_asks_for_it(
    home: Path,
) -> None:
    workspace = opened(home, AZURE_OPENAI_API_KEY="key-1")
    assert order(workspace) == ["practice"]
    assert workspace.placed("azure").problem == (
        "Azure OpenAI has no address yet: set your own, as in "
        "https://{resource}.openai.azure.com/openai/v1, or set AZURE_OPENAI_ENDPOINT."
    )
    given = ProviderSettings(base_url="https://mine.openai.azure.com/openai/v1")
    workspace.save(workspace.settings.with_provider("azure", given))
    assert order(workspace) == ["azure"]


def test_that_the_address_of_ones_own_resource_may_leave_out_the_path(home: Path) -> None:
    endpoint = "https://mine.openai.azure.com/"
    workspace = opened(home, AZURE_OPENAI_API_KEY="key-1", AZURE_OPENAI_ENDPOINT=endpoint)
    row = workspace.placed("azure").row
    assert row.base_url == "https://mine.openai.azure.com/openai/v1"


def test_that_an_endpoint_of_ones_own_stays_when_the_catalogue_comes_to_know_its_name(
    home: Path,
) -> None:
    workspace = opened(home)
    workspace.save(workspace.settings.with_provider("together", own()))
    placed = workspace.placed("together")
    assert (placed.own, placed.row.base_url, placed.row.models) == (True, ADDRESS, ("m",))


def test_that_the_users_own_facts_about_models_come_first(home: Path) -> None:
    home.mkdir()
    own_facts = {"models": {"openai": {"gpt-5.5": {"input_price": 1.5, "vision": "much"}}}}
    (home / "models.json").write_text(json.dumps(own_facts))
    workspace = opened(home)
    provider = workspace.provider("openai")
    assert isinstance(provider, HttpProvider)
    provider.listed = {"gpt-5.5": ModelFacts(input_price=9.0, max_output=7)}
    facts = provider.facts("gpt-5.5")
    assert (facts.input_price, facts.max_output) == (1.5, 7)
    assert facts.context_window is not None
    assert str(workspace.notices[0]).startswith(
        "The file about models has values that cannot be used (models.openai.gpt-5.5.vision: "
        "is neither true nor false)."
    )


def test_that_without_a_file_of_ones_own_the_snapshot_tells(home: Path) -> None:
    workspace = opened(home)
    provider = workspace.provider("openai")
    assert isinstance(provider, HttpProvider)
    assert workspace.notices == []
    assert provider.facts("gpt-5.5").tools


ROUTE = Route(
    "Full",
    (RouteEntry("openai", "gpt-5.5", 3.0, 2, False, 9_000, 2.0), RouteEntry("groq")),
    strategy="cheapest",
    rescue="restart",
    private=True,
    same_model_first=True,
    seed=7,
    race_cap=0.5,
    stays_from=0.01,
    rules=(RuleChange(ErrorKind.CONTENT_POLICY, then="anyone", patience=2.0),),
    idle_within=12.0,
    total_within=600.0,
)


def test_that_everything_of_a_route_is_written_down_and_read_again(home: Path) -> None:
    opened(home).set_route(ROUTE, default=True)
    again = opened(home)
    assert again.routes == (ROUTE,)
    assert again.router.route() == ROUTE


def test_that_a_providers_limits_and_further_keys_are_in_effect(home: Path) -> None:
    workspace = opened(home, OPENAI_API_KEY="sk-1", OPENAI_API_KEY_2="sk-2", GROQ_API_KEY="gsk-1")
    given = ProviderSettings(keys=2, at_once=3, per_minute=1, budget=5.0)
    workspace.save(workspace.settings.with_provider("openai", given))
    assert order(workspace) == ["openai", "openai#2", "groq"]
    names = [status.name for status in workspace.router.statuses()]
    assert "OpenAI #2" in names
    assert "openai#2" in workspace.keyed
    workspace.save(workspace.settings.with_provider("openai", ProviderSettings()))
    assert order(workspace) == ["openai", "groq"]
    assert "openai#2" not in workspace.keyed


@pytest.mark.anyio
async def test_that_what_was_spent_is_added_to_what_others_spent(home: Path) -> None:
    spent = [{"month": datetime.now().astimezone().strftime("%Y-%m"), "provider": "openai"}]
    workspace = opened(home)
    (home / "data").mkdir(parents=True, exist_ok=True)
    (home / "data" / "spend.json").write_text(json.dumps([{**spent[0], "usd": 2.0}]))
    attempt = Attempt("openai", "OpenAI", "m", 0.0, 1.0, "answered", "done", cost=0.5)
    workspace.router.restore_spend([{**spent[0], "usd": 0.5}])
    for listener in workspace.router.on_attempt:
        listener(attempt)
    assert workspace.router.spent("openai") == 2.5
    assert opened(home).router.spent("openai") == 2.5


@pytest.mark.anyio
async def test_that_a_proxy_that_is_set_is_used_from_the_next_message_on(home: Path) -> None:
    workspace = opened(home)
    provider = ProviderSettings(wire="openai-chat", base_url="http://example.invalid/v1")
    workspace.save(workspace.settings.with_provider("far", provider))
    workspace.set_route(Route("R", (RouteEntry("far", "m"),)), default=True)
    async with Loopback(openai_stream("through it")) as proxy:
        network = NetworkSettings(proxy=proxy.url)
        workspace.save(workspace.settings.model_copy(update={"network": network}))
        response = await workspace.router.chat(QUESTION)
        assert response.message.text == "through it"
        assert proxy.requests[0].path == "http://example.invalid/v1/chat/completions"
    await workspace.aclose()


def test_that_a_login_of_a_proxy_is_not_taken_from_the_settings(home: Path) -> None:
    home.mkdir()
    network = {"proxy": "http://me:secret@proxy.example:3128"}
    (home / "settings.json").write_text(json.dumps({"network": network, "default_route": "R"}))
    workspace = opened(home)
    assert workspace.settings.network.proxy is None
    assert workspace.settings.default_route == "R"
    [notice] = workspace.notices
    assert "HTTPS_PROXY" in str(notice)
    assert "secret" not in str(notice)

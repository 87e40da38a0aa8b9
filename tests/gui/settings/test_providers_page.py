"""The providers' page, used as a person uses it, over real files and real servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester

from helpers.loopback import Loopback, closed_port
from helpers.replies import (
    html_page,
    json_reply,
    no_credit,
    openai_stream,
    rate_limited,
    wrong_key,
)
from understudy.settings_model import EntrySettings, ProviderSettings, RouteSettings
from understudy_gui.settings.model_list import CHECK
from understudy_gui.widgets.button import Button
from understudy_gui.widgets.label import Label

if TYPE_CHECKING:
    from collections.abc import Callable

    from helpers.desk import Desk
    from helpers.loopback import RecordedRequest
    from helpers.replies import Reply
    from understudy_gui.settings.connection_section import ConnectionSection
    from understudy_gui.settings.providers_page import ProvidersPage

pytestmark = pytest.mark.anyio

KEY = "sk-proj-abcdefghijklmnopqrstuv4f2A"


async def own_server(desk: Desk, server: Loopback, *models: str) -> str:
    """Add a server of the user's own and show it."""
    given = ProviderSettings(wire="openai-chat", base_url=server.base_url, models=list(models))
    provider = desk.workspace.add_provider("Box", given)
    await desk.settle()
    desk.window.providers.show_provider(provider)
    return provider


async def test_that_a_first_start_lists_the_one_that_is_built_in(desk: Desk) -> None:
    page = desk.window.providers
    QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Warning)
    listed = [page.model.key_at(row) for row in range(page.model.rowCount())]
    found = desk.controller.servers.found  # what runs on the computer of whoever runs this
    assert [provider for provider in listed if not found(provider)] == ["practice"]
    assert page.shown == "practice"
    assert not page.detail.key.isVisible()


def offered(page: ProvidersPage) -> list[str]:
    return [page.offers.model.index(row).data() for row in range(page.offers.model.rowCount())]


async def test_that_a_provider_of_the_catalogue_is_found_by_typing_and_added(desk: Desk) -> None:
    page = desk.window.providers
    QAbstractItemModelTester(
        page.offers.model, QAbstractItemModelTester.FailureReportingMode.Warning
    )
    page.start_adding()
    await desk.settle()
    assert {"OpenAI", "Anthropic", "Gemini", "Groq", "Mistral"} <= set(offered(page))
    assert page.offers.search.hasFocus()
    await desk.keys("gro")
    assert offered(page) == ["Groq"]
    await desk.key(Qt.Key.Key_Return)
    await desk.settle()
    assert page.shown == "groq"
    assert "groq" in desk.settings.providers
    assert page.detail.key.field.hasFocus()
    page.start_adding()
    assert "Groq" not in offered(page)


async def test_that_the_arrows_choose_while_one_types(desk: Desk) -> None:
    page = desk.window.providers
    page.start_adding()
    await desk.settle()
    await desk.key(Qt.Key.Key_Down)
    second = offered(page)[1]
    await desk.key(Qt.Key.Key_Return)
    await desk.settle()
    assert desk.controller.name(page.shown) == second


async def test_that_nobody_found_is_said_and_enter_adds_nobody(desk: Desk) -> None:
    page = desk.window.providers
    page.start_adding()
    await desk.settle()
    await desk.keys("zzz")
    await desk.key(Qt.Key.Key_Return)
    assert offered(page) == []
    assert desk.settings.providers == {}
    await desk.key(Qt.Key.Key_Escape)
    assert page.shown == "practice"


async def test_that_a_key_is_taken_used_and_never_written_to_a_file(desk: Desk) -> None:
    page = desk.window.providers
    page.add_provider("groq")
    await desk.settle()
    await desk.keys("gsk_0123456789abcdef")
    await desk.key(Qt.Key.Key_Return)
    await desk.until(lambda: desk.workspace.keys.peek("groq") == "gsk_0123456789abcdef")
    await desk.until(page.detail.key.field.isReadOnly)
    assert page.detail.key.field.text().startswith("gsk_•")
    assert page.detail.key.hint.startswith("Kept only until Understudy is closed.")
    assert desk.controller.condition("groq").health == "ready"
    assert "gsk_0123" not in desk.workspace.settings_file.path.read_text()


async def test_that_what_is_no_key_is_said_at_the_field_and_kept_there(desk: Desk) -> None:
    page = desk.window.providers
    page.add_provider("groq")
    await desk.settle()
    QGuiApplication.clipboard().setText("gsk_01234 56789")
    await desk.key(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    await desk.click(page.detail.key.save)
    await desk.until(lambda: page.detail.key.box.error)
    assert "a space inside" in page.detail.key.box.error
    assert page.detail.key.field.text() == "gsk_01234 56789"
    assert desk.workspace.keys.peek("groq") is None


async def test_that_a_key_that_is_typed_stays_when_the_keyring_answers_late(desk: Desk) -> None:
    page = desk.window.providers
    page.add_provider("groq")
    await desk.settle()
    await desk.keys("gsk_")
    desk.controller.servers.key_read.emit("groq")
    await desk.settle()
    await desk.keys("1")
    assert page.detail.key.field.text() == "gsk_1"


async def test_that_a_key_with_a_line_break_is_refused_by_name(desk: Desk) -> None:
    page = desk.window.providers
    page.add_provider("groq")
    await desk.settle()
    QGuiApplication.clipboard().setText("gsk_01234\n56789")
    await desk.key(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    await desk.key(Qt.Key.Key_Return)
    await desk.until(lambda: page.detail.key.box.error)
    assert "line break" in page.detail.key.box.error


async def test_that_a_pasted_key_is_offered_to_its_own_provider(desk: Desk) -> None:
    page = desk.window.providers
    page.add_provider("groq")
    await desk.settle()
    QGuiApplication.clipboard().setText(KEY)
    await desk.key(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert page.detail.banner.words() == "This looks like a key of OpenAI."
    await desk.settle()
    buttons = [each for each in page.detail.banner.findChildren(Button) if each.isVisible()]
    assert [each.text() for each in buttons] == ["File it under OpenAI", "Leave it"]
    await desk.click(buttons[0])
    await desk.until(lambda: desk.workspace.keys.peek("openai") == KEY)
    assert page.shown == "openai"
    assert desk.workspace.keys.peek("groq") is None
    page.show_provider("groq")
    assert page.detail.key.field.text() == ""


async def test_that_a_key_pasted_beside_the_fields_is_offered_too(desk: Desk) -> None:
    page = desk.window.providers
    page.view.setFocus()
    QGuiApplication.clipboard().setText("sk-or-v1-0123456789abcdef")
    await desk.key(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert page.detail.banner.words() == "This looks like a key of OpenRouter."


async def test_that_an_environment_variable_is_named_and_cannot_be_removed(desk: Desk) -> None:
    desk.environ["GROQ_API_KEY"] = "gsk_0123456789abcdef"
    page = desk.window.providers
    page.add_provider("groq")
    await desk.until(lambda: desk.controller.servers.reading("groq"))
    assert page.detail.key.hint == "From the environment variable GROQ_API_KEY."
    assert not page.detail.key.remove.isVisible()


async def test_that_a_removed_key_can_be_put_back(desk: Desk) -> None:
    page = desk.window.providers
    page.add_provider("groq")
    await desk.workspace.set_key("groq", "gsk_0123456789abcdef")
    desk.controller.servers.read_key("groq")
    await desk.until(page.detail.key.remove.isVisible)
    await desk.click(page.detail.key.remove)
    await desk.until(lambda: desk.workspace.keys.peek("groq") is None)
    assert desk.window.toast.words() == "Key of Groq removed"
    await desk.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    await desk.until(lambda: desk.workspace.keys.peek("groq") == "gsk_0123456789abcdef")


async def test_that_ctrl_z_puts_a_key_back_with_the_focus_in_its_empty_field(desk: Desk) -> None:
    page = desk.window.providers
    page.add_provider("groq")
    await desk.workspace.set_key("groq", "gsk_0123456789abcdef")
    desk.controller.servers.read_key("groq")
    await desk.until(page.detail.key.remove.isVisible)
    await desk.click(page.detail.key.remove)
    await desk.until(lambda: page.detail.key.field.editing)
    page.detail.key.field.setFocus()
    await desk.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    await desk.until(lambda: desk.workspace.keys.peek("groq") == "gsk_0123456789abcdef")
    await desk.until(page.detail.key.field.isReadOnly)


async def test_that_the_models_are_fetched_and_checked_for_use(desk: Desk) -> None:
    async with Loopback(models=("alpha", "beta", "gamma")) as server:
        provider = await own_server(desk, server)
        section = desk.window.providers.detail.models
        QAbstractItemModelTester(
            section.model, QAbstractItemModelTester.FailureReportingMode.Warning
        )
        await desk.click(section.reload)
        await desk.until(lambda: section.model.rowCount() == 3)
        await desk.click(section.view.viewport(), QPoint(20, 32 + 16))
        assert desk.settings.providers[provider].models == ["beta"]
        await desk.click(section.view.viewport(), QPoint(20, 16))
        await desk.settle()
        assert desk.settings.providers[provider].models == ["beta", "alpha"]
        await desk.key(Qt.Key.Key_Return)
        assert desk.settings.providers[provider].models == ["alpha", "beta"]
        await desk.key(Qt.Key.Key_Space)
        assert desk.settings.providers[provider].models == ["beta"]
        assert desk.workspace.provider(provider).default_model == "beta"


async def test_that_a_model_is_found_and_one_of_ones_own_added(desk: Desk) -> None:
    async with Loopback(models=("alpha", "beta", "gamma")) as server:
        provider = await own_server(desk, server)
        section = desk.window.providers.detail.models
        desk.controller.servers.refresh(provider)
        await desk.until(lambda: section.model.rowCount() == 3)
        await desk.click(section.search)
        await desk.keys("amma")
        assert [section.model.index(0).data()] == ["gamma"]
        assert section.model.rowCount() == 1
        await desk.keys("-tuned")
        await desk.key(Qt.Key.Key_Return)
        await desk.settle()
        assert desk.settings.providers[provider].models == ["amma-tuned"]
        assert section.model.rowCount() == 4


async def test_that_a_test_shows_what_it_measured(desk: Desk) -> None:
    async with Loopback(openai_stream("Ready."), models=("alpha",)) as server:
        await own_server(desk, server, "alpha")
        section = desk.window.providers.detail.connection
        await desk.click(section.test)
        await desk.until(lambda: section.said)
        assert "ms" in section.said
        assert "first token" in section.said
        assert server.chats[0].json()["model"] == "alpha"


def vectors(*lengths: int) -> Callable[[RecordedRequest], Reply]:
    """Answer a chat with a word and each request for vectors with the next length; 0 refuses."""
    left = list(lengths)

    def reply_to(request: RecordedRequest) -> Reply:
        if not request.path.endswith("/embeddings"):
            return openai_stream("Ready.")
        length = left.pop(0)
        if not length:
            return rate_limited()
        return json_reply({"data": [{"index": 0, "embedding": [0.5] * length}]})

    return reply_to


async def openai_at(desk: Desk, server: Loopback) -> ConnectionSection:
    """Show OpenAI at another address, tested."""
    desk.environ["OPENAI_API_KEY"] = "sk-0123456789abcdef"
    given = ProviderSettings(base_url=server.base_url, models=["gpt-5.5"])
    desk.workspace.save(desk.workspace.settings.with_provider("openai", given))
    await desk.settle()
    desk.window.providers.show_provider("openai")
    section = desk.window.providers.detail.connection
    await desk.click(section.test)
    await desk.until(lambda: section.said and not desk.controller.servers.busy("test", "openai"))
    await desk.settle()
    return section


async def test_that_a_test_tries_an_embedding_model_too(desk: Desk) -> None:
    async with Loopback(vectors(1536)) as server:
        section = await openai_at(desk, server)
        assert section.said.endswith("Embeddings")
        assert section.when.endswith("1\u202f536 dimensions")
        asked = [each.json() for each in server.requests if each.path.endswith("/embeddings")]
        assert [each["model"] for each in asked] == ["text-embedding-3-small"]


async def test_that_vectors_that_fail_do_not_spoil_the_test(desk: Desk) -> None:
    async with Loopback(vectors(0)) as server:
        section = await openai_at(desk, server)
        assert "first token" in section.said
        assert section.said.endswith("Embeddings: OpenAI was rate limited (429).")
        assert desk.controller.condition("openai").health == "ready"


async def test_that_who_does_not_answer_is_not_asked_for_vectors(desk: Desk) -> None:
    async with Loopback(wrong_key()) as server:
        section = await openai_at(desk, server)
        assert section.said == "OpenAI rejected the key (401)."
        assert not [each for each in server.requests if each.path.endswith("/embeddings")]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (wrong_key(), "Box rejected the key (401)."),
        (no_credit(), "Box has no credit left (402)."),
        (rate_limited(), "Box was rate limited (429)."),
    ],
)
async def test_that_a_failed_test_says_why(desk: Desk, reply: Reply, said: str) -> None:
    async with Loopback(reply, models=("alpha",)) as server:
        await own_server(desk, server, "alpha")
        section = desk.window.providers.detail.connection
        await desk.click(section.test)
        await desk.until(lambda: section.said)
        assert section.said == said


async def test_that_a_web_page_is_told_at_the_address(desk: Desk) -> None:
    class Site(Loopback):
        def reply_to(self, request: RecordedRequest) -> Reply:
            return html_page()

    async with Site() as server:
        await own_server(desk, server)
        detail = desk.window.providers.detail
        await desk.click(detail.models.reload)
        await desk.until(lambda: detail.address.box.error)
        assert detail.address.box.error == "At this address is a web page, no API of Box."


async def test_that_a_closed_port_is_told_at_the_address(desk: Desk) -> None:
    given = ProviderSettings(wire="openai-chat", base_url=f"http://127.0.0.1:{closed_port()}/v1")
    provider = desk.workspace.add_provider("Box", given)
    await desk.settle()
    detail = desk.window.providers.detail
    desk.window.providers.show_provider(provider)
    await desk.click(detail.models.reload)
    await desk.until(lambda: detail.address.box.error)
    assert detail.address.box.error == "Box could not be reached."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("api.example.com/v1", "must begin with https://"),
        ("https://api.example.com/v1/chat/completions", "goes too far"),
        ("https://me:secret@api.example.com/v1", "a user name or a password"),
    ],
)
async def test_that_an_address_that_cannot_be_is_said_and_stays(
    desk: Desk, typed: str, said: str
) -> None:
    page = desk.window.providers
    page.add_provider("openai")
    await desk.settle()
    line = page.detail.address.line
    line.setFocus()
    line.selectAll()
    await desk.keys(typed)
    await desk.key(Qt.Key.Key_Return)
    assert said in page.detail.address.box.error
    assert line.text() == typed
    assert desk.settings.providers["openai"].base_url is None
    page.view.setFocus()
    await desk.settle()
    assert line.text() == typed


async def test_that_an_address_is_checked_while_it_is_typed(desk: Desk) -> None:
    page = desk.window.providers
    page.add_provider("openai")
    await desk.settle()
    line = page.detail.address.line
    line.setFocus()
    line.selectAll()
    said: list[str] = []

    def note(_text: str) -> None:
        said.append(page.detail.address.box.error)

    line.textEdited.connect(note)
    await desk.keys("ftp://x")
    assert said == [""] * len("ftp://x")
    await desk.until(lambda: page.detail.address.box.error)
    assert line.hasFocus()


async def test_that_an_address_is_changed_and_put_back(desk: Desk) -> None:
    page = desk.window.providers
    page.add_provider("openai")
    await desk.settle()
    address = page.detail.address
    assert not address.reset.isVisible()
    address.line.setFocus()
    address.line.selectAll()
    await desk.keys("https://proxy.example/v1/")
    await desk.key(Qt.Key.Key_Return)
    assert desk.settings.providers["openai"].base_url == "https://proxy.example/v1"
    assert address.line.text() == "https://proxy.example/v1"
    await desk.click(address.reset)
    assert desk.settings.providers["openai"].base_url is None
    assert address.line.text() == "https://api.openai.com/v1"


async def test_that_a_provider_is_switched_off_and_on(desk: Desk) -> None:
    page = desk.window.providers
    page.add_provider("ollama")
    await desk.settle()
    await desk.click(page.detail.enabled)
    assert not desk.settings.providers["ollama"].enabled
    assert desk.controller.condition("ollama").health == "off"
    await desk.click(page.detail.enabled)
    assert desk.settings.providers["ollama"].enabled


async def test_that_removing_takes_a_provider_out_of_its_routes_and_undo_puts_it_back(
    desk: Desk,
) -> None:
    async with Loopback() as server:
        provider = await own_server(desk, server)
        entries = [EntrySettings(provider=provider), EntrySettings(provider="practice")]
        desk.workspace.save(
            desk.workspace.settings.with_route(RouteSettings(name="Mine", entries=entries))
        )
        await desk.workspace.set_key(provider, "a-secret-key-1")
        desk.controller.servers.read_key(provider)
        await desk.until(lambda: desk.controller.servers.reading(provider))
        page = desk.window.providers
        page.detail.remove.emit(provider)
        await desk.settle()
        assert page.model.row_of(provider) == -1
        assert desk.order("Mine") == ["practice"]
        await desk.until(lambda: desk.workspace.keys.peek(provider) is None)
        await desk.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        await desk.until(lambda: desk.workspace.keys.peek(provider) == "a-secret-key-1")
        assert desk.order("Mine") == [provider, "practice"]
        assert page.shown == provider


async def test_that_a_key_read_while_its_provider_is_removed_does_not_bring_it_back(
    desk: Desk,
) -> None:
    page = desk.window.providers
    page.add_provider("groq")
    await desk.workspace.set_key("groq", "gsk_0123456789abcdef")
    desk.controller.servers.read_key("groq")
    page.detail.remove.emit("groq")
    await desk.until(lambda: desk.workspace.keys.peek("groq") is None)
    await desk.until(lambda: not len(desk.tasks))
    assert "groq" not in desk.settings.providers


async def test_that_undo_at_once_keeps_the_key_whose_removal_is_under_way(desk: Desk) -> None:
    page = desk.window.providers
    page.add_provider("groq")
    await desk.workspace.set_key("groq", "gsk_0123456789abcdef")
    page.detail.remove.emit("groq")
    desk.window.toast.findChildren(Button)[0].click()
    await desk.until(lambda: not len(desk.tasks))
    assert desk.workspace.keys.peek("groq") == "gsk_0123456789abcdef"
    assert "groq" in desk.settings.providers


async def test_that_an_endpoint_of_ones_own_is_added_and_asked_for_its_models(desk: Desk) -> None:
    async with Loopback(models=("alpha", "beta")) as server:
        page = desk.window.providers
        page.start_endpoint()
        await desk.settle()
        await desk.keys("My box")
        await desk.key(Qt.Key.Key_Tab)
        await desk.keys(server.base_url)
        await desk.click(page.form.add)
        await desk.until(lambda: page.detail.models.model.rowCount() == 2)
        assert page.shown == "my-box"
        assert desk.settings.providers["my-box"].base_url == server.base_url


async def test_that_a_form_with_faults_says_all_of_them_and_loses_nothing(desk: Desk) -> None:
    page = desk.window.providers
    page.start_endpoint()
    await desk.settle()
    await desk.keys("Box")
    await desk.key(Qt.Key.Key_Tab)
    await desk.keys("box:8080")
    page.form.key.setText("a key")
    await desk.click(page.form.add)
    assert "must begin with" in page.form.address_box.error
    assert "a space inside" in page.form.key_box.error
    assert page.form.name.text() == "Box"
    assert page.form.address.text() == "box:8080"
    assert desk.settings.providers == {}
    await desk.key(Qt.Key.Key_Escape)
    assert page.shown == "practice"


async def test_that_a_local_server_is_found_and_switched_on(desk: Desk) -> None:
    async with Loopback(models=("qwen3:8b",)) as server:
        desk.workspace.save(
            desk.workspace.settings.with_provider(
                "ollama", ProviderSettings(base_url=server.base_url, enabled=False)
            )
        )
        desk.controller.servers.look_around()
        page = desk.window.providers
        await desk.until(lambda: desk.controller.servers.found("ollama"))
        await desk.settle()
        page.show_provider("ollama")
        await desk.click(page.detail.enabled)
        await desk.settle()
        assert desk.controller.condition("ollama").health == "ready"
        assert desk.controller.models("ollama") == ("qwen3:8b",)
        assert page.model.index(page.model.row_of("ollama")).data(CHECK) is None


async def test_that_a_local_server_that_does_not_run_is_not_called_ready(desk: Desk) -> None:
    address = f"http://127.0.0.1:{closed_port()}/v1"
    desk.workspace.save(
        desk.workspace.settings.with_provider("ollama", ProviderSettings(base_url=address))
    )
    desk.controller.servers.look_around()
    await desk.until(lambda: desk.controller.servers.missing("ollama"))
    assert desk.controller.condition("ollama").health == "not-running"


async def many(desk: Desk) -> ProvidersPage:
    """Have more providers than one sees at a glance, the first of them shown."""
    for provider in ("openai", "anthropic", "gemini", "groq", "mistral", "deepseek", "xai"):
        desk.controller.add_provider(provider)
    page = desk.window.providers
    page.show_provider("openai")
    await desk.settle()
    return page


def listed(page: ProvidersPage) -> list[str]:
    return [page.model.key_at(row) for row in range(page.model.rowCount())]


async def test_that_few_providers_need_no_search(desk: Desk) -> None:
    page = desk.window.providers
    assert not page.side.glass.isVisible()
    await desk.key(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert not page.side.searching


async def test_that_ctrl_f_narrows_the_list_and_enter_shows_the_one_that_is_meant(
    desk: Desk,
) -> None:
    page = await many(desk)
    everybody = listed(page)
    assert page.side.glass.isVisible()
    page.view.setFocus()
    await desk.key(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    await desk.keys("mi")
    assert listed(page) == ["gemini", "mistral"]
    assert page.shown == "openai"
    await desk.keys("s")
    await desk.key(Qt.Key.Key_Return)
    assert page.shown == "mistral"
    assert listed(page) == everybody
    assert page.model.key_at(page.view.currentIndex().row()) == "mistral"


async def test_that_escape_shows_everybody_again_and_leaves_the_window_open(desk: Desk) -> None:
    page = await many(desk)
    everybody = listed(page)
    await desk.click(page.side.glass)
    await desk.keys("gro")
    assert listed(page) == ["groq"]
    await desk.key(Qt.Key.Key_Escape)
    assert listed(page) == everybody
    assert not page.side.searching
    assert desk.window.isVisible()
    assert page.shown == "openai"
    assert page.view.hasFocus()


async def test_that_the_arrow_goes_from_the_field_into_the_list(desk: Desk) -> None:
    page = await many(desk)
    await desk.click(page.side.glass)
    await desk.keys("mi")
    await desk.key(Qt.Key.Key_Down)
    assert page.shown == "gemini"
    await desk.key(Qt.Key.Key_Down)
    assert page.shown == "mistral"
    assert page.side.searching


async def test_that_nobody_of_that_name_is_said(desk: Desk) -> None:
    page = await many(desk)
    await desk.click(page.side.glass)
    await desk.keys("zzz")
    assert listed(page) == []
    assert [each.text() for each in page.side.findChildren(Label) if each.isVisible()] == [
        "Nobody is called so."
    ]
    assert page.shown == "openai"


async def test_that_one_who_is_shown_from_elsewhere_is_found_though_the_list_is_narrowed(
    desk: Desk,
) -> None:
    page = await many(desk)
    await desk.click(page.side.glass)
    await desk.keys("gro")
    desk.window.open_page("providers", "xai")
    assert page.shown == "xai"
    assert page.model.key_at(page.view.currentIndex().row()) == "xai"


async def test_that_settings_that_cannot_be_written_are_told_and_hold_all_the_same(
    desk: Desk,
) -> None:
    path = desk.workspace.settings_file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"version": 99}')
    desk.window.providers.add_provider("openai")
    await desk.settle()
    assert "newer Understudy" in desk.window.body.banner.words()
    assert "openai" in desk.controller.settings.providers
    assert path.read_text() == '{"version": 99}'

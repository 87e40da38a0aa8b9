"""A model's file as a provider: chosen or dropped, looked at, and changed for another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog

from helpers.tiny_model import write_embedding_model, write_model
from understudy.local_model import provider as local_model
from understudy.settings_model import EntrySettings, RouteSettings
from understudy_gui import i18n
from understudy_gui.settings.choosing import model_in

if TYPE_CHECKING:
    from helpers.desk import Desk
    from understudy_gui.settings.providers_page import ProvidersPage

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the models once."""
    folder = tmp_path_factory.mktemp("models")
    write_model(folder / "saying.gguf", "Hello there.")
    write_model(folder / "plain.gguf", "Hello there.", template="")
    write_embedding_model(folder / "vectors.gguf")
    whole = (folder / "saying.gguf").read_bytes()
    (folder / "cut.gguf").write_bytes(whole[: len(whole) // 2])
    return folder


async def added(desk: Desk, path: Path) -> ProvidersPage:
    """Have a file added and wait until all about it is known."""
    page = desk.window.providers
    page.add_file(str(path))
    await desk.until(lambda: page.shown == path.stem)
    await desk.until(lambda: desk.controller.files.file(path.stem))
    await desk.settle()
    return page


async def test_that_a_models_file_becomes_a_provider_of_its_name(desk: Desk, folder: Path) -> None:
    page = await added(desk, folder / "saying.gguf")
    given = desk.settings.providers["saying"]
    assert (given.wire, given.file) == ("gguf", str(folder / "saying.gguf"))
    assert page.detail.file.line.text() == str(folder / "saying.gguf")
    assert page.detail.file.line.isReadOnly()
    assert page.detail.file.facts.said == "tiny (llama), 0.5\u00a0MB, F32, 16k tokens, Conversation"
    for section in (page.detail.key, page.detail.address, page.detail.models):
        assert not section.isVisible()
    row = page.model.index(page.model.row_of("saying"))
    spoken = row.data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "saying, On this computer, 0.5\u00a0MB, Ready"
    assert desk.order("Everyday") == ["saying"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("cut.gguf", "cut.gguf is cut short: it has 0.3 MB of 0.5 MB."),
        ("missing.gguf", "There is no file missing.gguf."),
        ("", "is a folder, not a model."),
    ],
)
async def test_that_a_bad_file_says_why_at_its_place_and_adds_nothing(
    desk: Desk, folder: Path, name: str, said: str
) -> None:
    page = desk.window.providers
    page.start_adding()
    page.add_file(str(folder / name))
    await desk.until(lambda: page.offers.fault)
    assert page.offers.fault.endswith(f"{said} Nothing was added.")
    assert page.offers.file.isEnabled()
    assert desk.settings.providers == {}
    page.start_adding()
    assert page.offers.fault == ""


async def test_that_a_bad_file_says_why_in_korean(desk: Desk, folder: Path) -> None:
    i18n.set_language("ko")
    page = desk.window.providers
    page.start_adding()
    page.add_file(str(folder / "missing.gguf"))
    await desk.until(lambda: page.offers.fault)
    assert page.offers.fault == "missing.gguf 파일이 없습니다. 추가된 것은 없습니다."


async def test_that_a_file_is_added_once(desk: Desk, folder: Path) -> None:
    page = await added(desk, folder / "saying.gguf")
    page.start_adding()
    assert page.shown == ""
    page.add_file(str(folder / "saying.gguf"))
    await desk.until(lambda: page.shown == "saying")
    assert list(desk.settings.providers) == ["saying"]


async def test_that_two_files_of_one_name_are_two_providers(
    desk: Desk, folder: Path, tmp_path: Path
) -> None:
    await added(desk, folder / "saying.gguf")
    other = tmp_path / "saying.gguf"
    other.write_bytes((folder / "saying.gguf").read_bytes())
    page = desk.window.providers
    page.add_file(str(other))
    await desk.until(lambda: page.shown == "saying-2")
    assert desk.controller.name("saying-2") == "saying 2"


async def test_that_an_addition_can_be_taken_back(desk: Desk, folder: Path) -> None:
    await added(desk, folder / "saying.gguf")
    desk.controller.undo()
    assert desk.settings.providers == {}


async def test_that_what_a_model_cannot_do_is_said_before_it_is_asked(
    desk: Desk, folder: Path
) -> None:
    page = await added(desk, folder / "plain.gguf")
    assert "was not taught to converse" in page.detail.file.facts.said
    page = await added(desk, folder / "vectors.gguf")
    assert "Embeddings" in page.detail.file.facts.said


async def test_that_another_file_takes_the_name_and_the_places_of_the_old_one(
    desk: Desk, folder: Path
) -> None:
    page = await added(desk, folder / "saying.gguf")
    entries = [EntrySettings(provider="saying", model="saying"), EntrySettings(provider="practice")]
    route = RouteSettings(name="Mine", entries=entries)
    desk.workspace.save(desk.workspace.settings.with_route(route))
    desk.controller.files.replace("saying", str(folder / "plain.gguf"))
    await desk.until(lambda: page.detail.file.line.text() == str(folder / "plain.gguf"))
    await desk.until(lambda: "not taught" in page.detail.file.facts.said)
    assert desk.controller.name("saying") == "plain"
    assert [entry.model for entry in desk.settings.routes[0].entries] == ["", ""]


async def test_that_a_bad_file_in_place_of_a_good_one_changes_nothing(
    desk: Desk, folder: Path
) -> None:
    page = await added(desk, folder / "saying.gguf")
    desk.controller.files.replace("saying", str(folder / "cut.gguf"))
    await desk.until(lambda: page.detail.file.box.error)
    assert page.detail.file.box.error.startswith("cut.gguf is cut short")
    assert desk.settings.providers["saying"].file == str(folder / "saying.gguf")


async def test_that_a_file_that_went_away_is_told_when_its_provider_is_looked_at(
    desk: Desk, folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "gone.gguf"
    path.write_bytes((folder / "saying.gguf").read_bytes())
    page = await added(desk, path)
    await added(desk, folder / "saying.gguf")
    path.unlink()
    page.show_provider("gone")
    await desk.until(lambda: page.detail.file.box.error)
    assert page.detail.file.box.error == "There is no file gone.gguf."


async def test_that_a_program_without_the_engine_says_what_is_missing(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_model, "is_installed", lambda: False)
    page = await added(desk, folder / "saying.gguf")
    assert "llama.cpp" in page.detail.file.box.hint
    assert desk.controller.condition("saying").health == "not-set-up"


async def test_that_the_dialog_holds_nobody_up(desk: Desk, folder: Path) -> None:
    page = desk.window.providers
    page.start_adding()
    await desk.click(page.offers.file)
    await desk.until(lambda: isinstance(QApplication.activeModalWidget(), QFileDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, QFileDialog)
    dialog.fileSelected.emit(str(folder / "saying.gguf"))
    dialog.close()
    await desk.until(lambda: page.shown == "saying")


async def test_that_a_file_dropped_onto_the_page_is_added(desk: Desk, folder: Path) -> None:
    page = desk.window.providers
    data = files(folder / "saying.gguf")
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    plain = Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(300, 300), copy, data, left, plain)
    QGuiApplication.sendEvent(page, entering)
    assert entering.isAccepted()
    assert page.drop.isVisible()
    dropping = QDropEvent(QPointF(300, 300), copy, data, left, plain)
    page.drop.dropEvent(dropping)
    assert not page.drop.isVisible()
    await desk.until(lambda: page.shown == "saying")


async def test_that_other_things_are_not_taken(desk: Desk) -> None:
    page = desk.window.providers
    data = files(Path("notes.txt"))
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    entering = QDragEnterEvent(QPoint(300, 300), copy, data, left, Qt.KeyboardModifier.NoModifier)
    entering.ignore()
    QGuiApplication.sendEvent(page, entering)
    assert not entering.isAccepted()
    assert not page.drop.isVisible()
    assert model_in(files(Path("a.txt"), Path("/m/B.GGUF"))).endswith("B.GGUF")


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data

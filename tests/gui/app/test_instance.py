"""One window a folder: the second start calls the first."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PySide6.QtTest import QSignalSpy

from understudy_gui.instance import Instance

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

CALL = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from understudy_gui.instance import Instance
application = QCoreApplication([])
instance = Instance(Path(sys.argv[1]))
print("claimed" if instance.claim() else f"called {instance.call_the_other()}")
"""


def second_start(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CALL, str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.usefixtures("qapp")
def test_that_a_second_start_raises_the_first_window(tmp_path: Path, qtbot: QtBot) -> None:
    first = Instance(tmp_path)
    assert first.claim()
    first.listen()
    spy = QSignalSpy(first.called)
    other = second_start(tmp_path)
    qtbot.waitUntil(lambda: other.poll() is not None, timeout=20_000)
    assert other.communicate()[0].strip() == "called True"
    assert spy.count() == 1
    first.release()


@pytest.mark.usefixtures("qapp")
def test_that_another_folder_has_a_window_of_its_own(tmp_path: Path, qtbot: QtBot) -> None:
    first = Instance(tmp_path / "one")
    assert first.claim()
    other = second_start(tmp_path / "two")
    qtbot.waitUntil(lambda: other.poll() is not None, timeout=20_000)
    assert other.communicate()[0].strip() == "claimed"
    first.release()


@pytest.mark.usefixtures("qapp")
def test_that_a_window_that_ended_is_in_nobodys_way(tmp_path: Path) -> None:
    first, second = Instance(tmp_path), Instance(tmp_path)
    assert first.claim()
    assert not second.claim()
    first.release()
    assert second.claim()
    second.release()

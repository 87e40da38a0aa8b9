from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.transcript_stage import Stage

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


@pytest.fixture
def stage(qtbot: QtBot) -> Stage:
    return Stage(qtbot)

"""The command line for tests: a real process below a home folder of the test's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.command_line import CommandLine

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def cli(home: Path) -> CommandLine:
    """Run ``understudy`` with no keyring and no key."""
    return CommandLine(home)

"""Wire formats by their names."""

from __future__ import annotations

import pytest

from understudy.errors import UsageError
from understudy.providers.wires import WIRES, wire_format


@pytest.mark.parametrize("name", WIRES)
def test_that_a_format_is_loaded_once(name: str) -> None:
    assert wire_format(name) is wire_format(name)


@pytest.mark.parametrize("name", ["", "practice", "openai"])
def test_that_a_name_that_is_none_is_told(name: str) -> None:
    with pytest.raises(UsageError, match=f'There is no wire format "{name}"'):
        wire_format(name)

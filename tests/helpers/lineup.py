"""Settings for tests: endpoints of one's own in a row, written as the file that a person edits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

MODEL = "test-model"


def write_lineup(
    home: Path, *addresses: str, first_token_within: float = 5.0, rescue: str = "carry-on"
) -> None:
    """Put endpoints at ``addresses`` in line as ``first``, ``second``, ``third`` in route Test."""
    names = ("First", "Second", "Third")[: len(addresses)]
    entries: list[dict[str, Any]] = [
        {"provider": name.lower(), "model": MODEL, "first_token_within": first_token_within}
        for name in names
    ]
    settings = {
        "version": 1,
        "providers": {
            name.lower(): {"name": name, "wire": "openai-chat", "base_url": address}
            for name, address in zip(names, addresses, strict=True)
        },
        "routes": [{"name": "Test", "rescue": rescue, "entries": entries}],
    }
    home.mkdir(parents=True, exist_ok=True)
    (home / "settings.json").write_text(json.dumps(settings), encoding="utf-8")

"""What README promises holds: its example runs, its commands exist, its links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from understudy.cli.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_that_the_library_example_runs_and_shows_a_hand_over(tmp_path: Path) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1
    (tmp_path / "example.py").write_text(blocks[0], encoding="utf-8")
    told = subprocess.run(
        [sys.executable, "example.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("['breaks-off', 'steady']\n")
    assert "\n[breaks-off broke off, steady carries on]\n" in told.stdout
    assert told.stdout.endswith("\nsteady answered at attempt 2\n")


def test_that_the_table_of_commands_is_the_programs_own() -> None:
    rows = re.findall(r"^\| `understudy (\w+)(?: ([\w·]+))?", README, flags=re.MULTILINE)
    told: dict[str, str] = dict(rows)
    assert set(told) == {command.name for command in COMMANDS}
    for command in COMMANDS:
        if command.children:
            assert told[command.name].split("·") == [child.name for child in command.children]


def test_that_links_and_pictures_lead_somewhere() -> None:
    for name in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        targets = [to for to in re.findall(r"\]\(([^)]+)\)", text) if "://" not in to]
        assert targets
        assert not [to for to in targets if not (ROOT / to).exists()]

"""The window in front of llama.cpp's own server, the plug of the first provider pulled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from helpers.lineup import write_lineup
from helpers.llama_server import llama_server
from helpers.loopback import closed_port
from helpers.theatre import Theatre, play
from helpers.tiny_model import write_model

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.usefixtures("qapp"), pytest.mark.timeout(60)]

SAYING = "안녕하세요!\n\n- a list with *emphasis*\n- `code`\n\nThat is everything."


def test_that_a_real_model_server_answers_in_place_of_a_closed_one(
    home: Path, tmp_path: Path
) -> None:
    write_model(tmp_path / "saying.gguf", SAYING)
    with llama_server(tmp_path / "saying.gguf") as base_url:
        write_lineup(home, f"http://127.0.0.1:{closed_port()}/v1", base_url)

        async def act(theatre: Theatre) -> None:
            await theatre.ask("Say it")
            answer = await theatre.answered()
            assert answer.state == "complete"
            assert "Second stood in" in answer.standin
            said = " ".join(theatre.rows()[-1][1].split())
            assert said == "안녕하세요! • a list with emphasis • code That is everything."

        play(home, act)

"""The streaming view of a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def prewarm(languages: Iterable[str] = ("python", "json", "bash")) -> None:
    """Load what the first answer would wait for: the markdown parser, and colours for code.

    Takes about 50 ms, and belongs into an idle moment after the first picture.
    """
    from understudy_gui.transcript import highlight, markdown

    markdown.blocks_of("*warm*")
    highlight.prewarm(languages)

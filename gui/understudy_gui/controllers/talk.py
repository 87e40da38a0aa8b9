"""What is in memory of one conversation: what runs in it and what waits in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from understudy_gui.controllers.answering import Answering


@dataclass(slots=True, eq=False)
class Talk:
    """One conversation.

    ``id`` is None until its first question is stored. ``busy`` is true from the moment a question
    is sent until its answer has ended; what is sent meanwhile waits in ``line``. ``stopping`` tells
    the user's Stop from the program's end.
    """

    id: int | None = None
    route: str = ""
    title: str = ""
    busy: bool = False
    stopping: bool = False
    line: list[str] = field(default_factory=list[str])
    answering: Answering | None = None
    task: asyncio.Task[None] | None = None

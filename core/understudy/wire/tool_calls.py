"""Fragments of tool calls, brought under one numbering whatever the server does with ``index``.

OpenAI keys fragments by ``index`` and gives ``id`` and ``name`` with the first. Compatible servers
send whole calls, leave the index out, give every parallel call the index 0, repeat the id with
every fragment, or send the arguments as an object.
"""

from __future__ import annotations

import json
from typing import Any, cast

from understudy.events import ToolCallDelta
from understudy.wire.values import sound, whole


class ToolCallSlots:
    """Gives every call of one answer its own number, counted from 0."""

    def __init__(self) -> None:
        self._slot_of_id: dict[str, int] = {}
        self._slot_of_index: dict[int, int] = {}
        self._named: set[int] = set()
        self._halves: dict[int, str] = {}
        self._count = 0

    def delta(self, fragment: dict[str, Any]) -> ToolCallDelta:
        """One fragment as an event."""
        raw_id, raw_index, raw_function = (fragment.get(k) for k in ("id", "index", "function"))
        call_id = sound(raw_id) if isinstance(raw_id, str) else ""
        index = raw_index if isinstance(raw_index, int) else None
        function = cast("dict[str, Any]", raw_function) if isinstance(raw_function, dict) else {}
        name = sound(str(function.get("name") or ""))
        fresh = bool(call_id) and call_id not in self._slot_of_id
        slot = self._slot(call_id, index, name)
        if slot in self._named:
            name = ""
        elif name:
            self._named.add(slot)
        arguments = self._whole(slot, _arguments(function.get("arguments")))
        return ToolCallDelta(slot, arguments, call_id if fresh else "", name)

    def _slot(self, call_id: str, index: int | None, name: str) -> int:
        if call_id in self._slot_of_id:
            return self._slot_of_id[call_id]
        slot = self._count - 1 if index is None else self._slot_of_index.get(index, -1)
        if slot < 0 or self._begins_another(slot, call_id, index, name):
            slot, self._count = self._count, self._count + 1
        if call_id:
            self._slot_of_id[call_id] = slot
        if index is not None:
            self._slot_of_index[index] = slot
        return slot

    def _whole(self, slot: int, arguments: str) -> str:
        """Keep half a character for the call's next fragment."""
        half = self._halves.pop(slot, "")
        if not half and arguments.isascii():
            return arguments
        arguments, half = whole(half + arguments)
        if half:
            self._halves[slot] = half
        return arguments

    def _begins_another(self, slot: int, call_id: str, index: int | None, name: str) -> bool:
        """Whether a fragment that points at ``slot`` belongs to a call of its own."""
        if call_id:
            return slot in self._slot_of_id.values()
        return index is None and bool(name) and slot in self._named


def _arguments(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

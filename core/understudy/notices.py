"""What people are told about their files: nothing failed for good, but they should know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Notice:
    """What happened, what Understudy did and what one can do; ``kept`` is a file set aside."""

    happened: str
    did: str = ""
    can_do: str = ""
    kept: Path | None = None

    def __str__(self) -> str:
        return " ".join(filter(None, (self.happened, self.did, self.can_do)))

"""Every provider that Understudy knows by itself: one row each. README.md tells how to add one.

Addresses, variables and parameters are from each provider's own documentation, whose page stands
above the row. Models are known good ids of 2026-11 to begin with; the provider's own list replaces
them. Whether an answer is charged to its end after hanging up is from openrouter.ai
(docs/api-reference/streaming), for Anthropic from its billing FAQ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.providers.rows.china import CHINA
from understudy.providers.rows.first import FIRST
from understudy.providers.rows.hosts import HOSTS
from understudy.providers.rows.local import LOCAL
from understudy.providers.rows.platforms import PLATFORMS

if TYPE_CHECKING:
    from understudy.providers.base import ProviderRow

CATALOG: tuple[ProviderRow, ...] = (*FIRST, *CHINA, *HOSTS, *PLATFORMS, *LOCAL)
"""In the order in which they stand where nobody has set one."""

_ROWS = {row.id: row for row in CATALOG}


def row(provider: str) -> ProviderRow | None:
    """Return the row of this id; None where the catalogue has none."""
    return _ROWS.get(provider)

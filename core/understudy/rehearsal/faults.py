"""The catalogue of faults: what providers and networks do, as they do it.

A new fault is one row in one of the four modules below; it is rehearsed and tested by that alone.
"""

from __future__ import annotations

from typing import Final

from understudy.rehearsal.broken_streams import BROKEN_STREAMS
from understudy.rehearsal.limits import LIMITS
from understudy.rehearsal.outages import OUTAGES
from understudy.rehearsal.refusals import REFUSALS

CATALOGUE: Final = (*REFUSALS, *LIMITS, *OUTAGES, *BROKEN_STREAMS)
"""Every fault, in the order of the scorecard."""

"""``override``, at no cost when the window starts.

``typing.override`` is Python 3.12's, and importing typing_extensions costs several milliseconds, so
the checker sees the real decorator and the program a function that returns its argument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from typing_extensions import override
else:
    _Method = TypeVar("_Method")

    def override(method: _Method) -> _Method:
        """Mark a method that Qt, or a base class, calls."""
        return method


__all__ = ["override"]

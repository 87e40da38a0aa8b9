"""Text that a database can hold."""

from __future__ import annotations


def storable(text: str) -> str:
    """Mend what is no Unicode: halves of a surrogate pair are joined, or replaced where alone.

    Providers cut JSON escapes in the middle of an emoji, and UTF-8 has no bytes for half of one.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text

"""What is known of a model, in a few words each: its window, what it can do, what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy_gui.i18n import tr

if TYPE_CHECKING:
    from understudy.model_facts import ModelFacts


def window(facts: ModelFacts) -> str:
    """Say how much it reads: "400k", "1M"; empty where that is not known."""
    tokens = facts.context_window
    if tokens is None:
        return ""
    if tokens >= 1_000_000:
        return f"{_short(tokens / 1_000_000, 1)}M"
    return f"{tokens // 1_000}k" if tokens >= 1_000 else str(tokens)


def abilities(facts: ModelFacts) -> str:
    """Say what it can do: "Vision, tools"."""
    if facts.embedding:
        return tr("Embeddings")
    known = [tr("vision")] if facts.vision else []
    known += [tr("tools")] if facts.tools else []
    said = ", ".join(known)
    return said[:1].upper() + said[1:]


def price(facts: ModelFacts) -> str:
    """Say what a million tokens cost, read and written: "$1.25 / $10"; empty where not known."""
    if facts.input_price is None:
        return ""
    if facts.embedding or facts.output_price is None:
        return _dollars(facts.input_price)
    if not facts.input_price and not facts.output_price:
        return tr("Free")
    return f"{_dollars(facts.input_price)} / {_dollars(facts.output_price)}"


def size(count: int) -> str:
    """Say how many bytes there are, as disks are sold: "4.1 GB", "412 MB"."""
    if count >= 1e9:
        return tr("{count}\u00a0GB", count=f"{count / 1e9:.1f}")
    return tr(
        "{count}\u00a0MB", count=f"{count / 1e6:.1f}" if count < 1e7 else f"{count / 1e6:.0f}"
    )


def _dollars(amount: float) -> str:
    if amount == int(amount):
        return f"${int(amount)}"
    return f"${_short(amount, 2 if amount >= 1 else 3 if amount >= 0.01 else 4)}"


def _short(number: float, digits: int) -> str:
    """Write a number without zeros that say nothing, but cents in two digits."""
    text = f"{number:.{digits}f}".rstrip("0").rstrip(".")
    cents = digits > 1 and len(text.partition(".")[2]) == 1
    return f"{text}0" if cents else text

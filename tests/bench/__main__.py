"""The whole bench: one object with ``--json``, a table with targets and verdicts without.

Ratios are taken against floors measured in the same run, so that a slow machine is no excuse and a
fast one no merit; CPU time and medians, fresh processes where a warm one would flatter.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from bench import fresh

if TYPE_CHECKING:
    from collections.abc import Sequence


class Target(NamedTuple):
    """The most that a figure may be, and what it measures."""

    name: str
    at_most: float
    unit: str
    what: str


TARGETS = (
    Target("startup_first_paint", 1.6, "x", "process start to first paint over a bare window"),
    Target("startup_ready", 2.0, "x", "process start to typing and sending over a bare window"),
    Target("rss_at_start", 1.5, "x", "memory after start over a bare window"),
    Target("delta_100k_over_1k", 1.5, "x", "a delta at 100k characters over one at 1k"),
    Target("delta_open_block_100k_over_1k", 3.0, "x", "the same in one giant open block"),
    Target("delta_over_plain", 4.0, "x", "a delta over QPlainTextEdit's insertText"),
    Target("streams_8_over_1", 2.2, "x", "eight answers at once over one"),
    Target("open_10k_over_10", 2.0, "x", "opening 10,000 messages over opening 10"),
    Target("scroll_10k_over_1k", 1.5, "x", "a scroll frame, 10,000 messages over 1,000"),
    Target("memory_10k_mb", 8.0, "MB", "memory of 10,000 messages over 10"),
    Target("idle_cpu_ms_per_s", 1.0, "ms/s", "CPU at rest with the window open"),
    Target("router_ttft_added_ms.p50", 0.4, "ms", "first token over bare httpx, median"),
    Target("router_ttft_added_ms.p99", 1.0, "ms", "first token over bare httpx, 99th of 100"),
    Target("router_us_per_chunk", 15.0, "µs", "CPU a chunk over bare httpx"),
    Target("router_request_us", 500.0, "µs", "CPU a request over bare httpx"),
    Target("router_streams_100_rss_mb", 30.0, "MB", "memory of 100 streams at once"),
    Target("failover_ms", 15.0, "ms", "refused connection to the next one's first token"),
    Target("import_over_httpx_cpu", 2.0, "x", "CPU of a process with all of it over httpx's"),
    Target("import_over_httpx_rss", 2.0, "x", "memory of the same"),
)


Figures: TypeAlias = "dict[str, float | dict[str, float]]"


def measure(parts: Sequence[str]) -> Figures:
    """Take the figures of these parts, one after the other so that none disturbs another."""
    figures: Figures = {}
    for part in parts:
        figures |= PARTS[part]()
    return {name: _rounded(value) for name, value in figures.items()}


def _window() -> Figures:
    from bench import window_bench

    return {**window_bench.figures()}


def _transcript() -> Figures:
    """Take each figure in a process of its own; what it is made of is left out."""
    from bench import transcript_bench

    names = {target.name for target in TARGETS}
    taken = [fresh.measure("transcript_bench", name) for name in transcript_bench.FIGURES]
    return {name: each[name] for each in taken for name in each if name in names}


def _router() -> Figures:
    from bench import router_bench

    return router_bench.figures()


def _imports() -> Figures:
    from bench import import_bench

    return {**import_bench.figures()}


PARTS = {
    "window": _window,
    "transcript": _transcript,
    "router": _router,
    "imports": _imports,
}


def _rounded(value: float | dict[str, float]) -> float | dict[str, float]:
    if isinstance(value, dict):
        return {key: round(each, 3) for key, each in value.items()}
    return round(value, 3)


def _flat(figures: Figures) -> dict[str, float]:
    flat: dict[str, float] = {}
    for name, value in figures.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{key}": each for key, each in value.items()}
        else:
            flat[name] = value
    return flat


def print_table(figures: Figures) -> None:
    """Print each figure beside its target; one that was not taken says so."""
    flat = _flat(figures)
    for target in TARGETS:
        value = flat.get(target.name)
        shown = "not taken" if value is None else f"{value:.2f} {target.unit}"
        verdict = "" if value is None else ("ok" if value <= target.at_most else "ABOVE")
        print(f"{target.name:32} {shown:>14} {target.at_most:>7g}  {verdict:6} {target.what}")


def main() -> int:
    """Measure and print; exits 0 whatever the figures are, for the reader judges them.

    A load under which answers are lost or something is left behind is no figure: it exits 1.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--soak", type=float, nargs="?", const=600.0, metavar="SECONDS", help="faults for long"
    )
    parser.add_argument("--streams", type=int, metavar="N", help="ask the router N times at once")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of: {', '.join(PARTS)}")
    args = parser.parse_args()
    if args.soak:
        from bench import soak

        return soak.main(args.soak)
    if args.streams:
        from bench import many_streams

        return many_streams.main(args.streams)
    figures = measure(args.parts or [*PARTS])
    if args.json:
        print(json.dumps(figures))
    else:
        print_table(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())

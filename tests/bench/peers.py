"""``python3 dev.py bench --peers``: Understudy's router beside what else there is.

One loopback server, one run. What is a ratio is over bare httpx, which takes turns with each in the
same process; failover is in seconds to the backup's first word, first and when asked again.
"""

from __future__ import annotations

import argparse
import json
import os
import sys

from bench import import_bench
from bench.contenders import CONTENDERS
from bench.fresh import measure
from bench.stream_server import stream_server

RATIOS = ("import_cpu", "import_rss", "first_token", "request_cpu", "chunk_cpu", "streams_cpu")
SECONDS = tuple(
    f"failover_{kind}_{when}" for kind in ("refused", "503", "429") for when in ("s", "again_s")
)


def figures(name: str, url: str) -> dict[str, float]:
    """All figures of one contender."""
    cpu, memory = import_bench.over_httpx(CONTENDERS[name].imports, rounds=5)
    taken: dict[str, float] = {"import_cpu": cpu, "import_rss": memory}
    for what in ("requests", "chunks", "streams", "failover"):
        taken |= measure("peer_bench", what, name, url)
    return {key: round(value, 4) for key, value in taken.items()}


def print_table(found: dict[str, dict[str, float]]) -> None:
    """Print a line a figure, a column a contender."""
    print(f"{'':24}" + "".join(f"{name:>14}" for name in found))
    for key in (*RATIOS, *SECONDS):
        unit = "s" if key in SECONDS else "x"
        print(f"{key:24}" + "".join(f"{each[key]:>12.3f} {unit}" for each in found.values()))
    floor = found["httpx"]
    print(
        f"\nhttpx: first token {floor['floor_first_token_ms']:.2f} ms, "
        f"request {floor['floor_request_us']:.0f} µs, chunk {floor['floor_chunk_us']:.1f} µs, "
        f"stream {floor['floor_stream_ms']:.1f} ms"
    )


def main() -> int:
    """Measure and print; what is above or below, the reader judges."""
    parser = argparse.ArgumentParser(prog="dev.py bench --peers", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(CONTENDERS))
    args = parser.parse_args()
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else its import asks the network
    names = dict.fromkeys(("httpx", *(args.names or CONTENDERS)))
    with stream_server() as url:
        found = {name: figures(name, url) for name in names}
    if args.json:
        print(json.dumps(found))
    else:
        print_table(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())

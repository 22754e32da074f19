"""`python -m benchmarks [NAME] [--json]`, which `python3 dev.py bench` calls."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable
from importlib import import_module

from benchmarks.measure import Measurement

BENCHMARKS = {
    "import": "benchmarks.import_trade",
    "retier": "benchmarks.retier",
    "tenants": "benchmarks.tenants",
    "preview": "benchmarks.preview",
    "governor": "benchmarks.governor",
    "backtest": "benchmarks.backtest",
    "list": "benchmarks.list_page",
    "dispatch": "benchmarks.dispatch",
}


def main(arguments: list[str] | None = None) -> int:
    """Run the named benchmarks, or all of them; return the exit code."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__)
    parser.add_argument("name", nargs="*", help="; ".join(BENCHMARKS), metavar="NAME")
    parser.add_argument("--json", action="store_true", help="one JSON document a line")
    parser.add_argument("--runs", type=int, help="interleaved runs (default: each its own)")
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.name) - set(BENCHMARKS))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers and files are tidied
    for name in given.name or BENCHMARKS:
        measure: Callable[..., Measurement] = import_module(BENCHMARKS[name]).measure
        result = measure(**({"runs": given.runs} if given.runs else {}))
        text = json.dumps(result.as_document()) if given.json else result.as_text() + "\n"
        print(text, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

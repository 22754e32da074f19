"""`import`: 541,909 lines of Online Retail, against a bare COPY of the same file.

The product reads the file through the same door as `tierline import transactions`: it keeps the
file, stages, checks and merges its lines, creates 4,372 accounts, computes their metrics and writes
the file of failed rows. The floor is COPY of the same bytes into a plain table with a type for each
column and no index.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from benchmarks import fill
from benchmarks.data import retail_csv
from benchmarks.instance import Bench, fresh_instance
from benchmarks.measure import Cost, Measurement, interleaved, metered, processor_details
from tierline.imports.commanding import import_file

GOAL = 4.0
BARE = """
CREATE TABLE bench_bare (
    invoice text, product text, description text, quantity integer, at timestamp, price numeric,
    customer text, country text
)
"""
BLOCK = 1 << 16


def measure(runs: int = 3) -> Measurement:
    """Measure the import into a new company in each run."""
    with fresh_instance() as bench, tempfile.TemporaryDirectory() as folder:
        path = retail_csv(Path(folder))
        results: list[dict[str, Any]] = []
        costs: list[Cost] = []
        floors: list[Cost] = []

        def product(run: int) -> float:
            costs.append(_import(bench, path, f"retail-{run}", results))
            return costs[-1].seconds

        def floor(run: int) -> float:
            floors.append(_copy(bench, path))
            return floors[-1].seconds

        ratio, seconds, base = interleaved(runs, product, floor)
    return Measurement(
        name="import",
        what="import of 541,909 invoice lines: staged, checked, merged, metrics computed",
        floor="COPY of the same file into a plain table",
        ratio=ratio,
        goal=GOAL,
        product=seconds,
        base=base,
        unit="seconds",
        runs=runs,
        details=processor_details(costs, floors) | _details(results),
    )


def _import(bench: Bench, path: Path, slug: str, results: list[dict[str, Any]]) -> Cost:
    fill.company(bench, slug)
    with bench.app.app_context(), metered(bench.processor_seconds) as cost:
        results.append(import_file("transactions", path, slug, "online_retail", dry_run=False))
    return cost


def _copy(bench: Bench, path: Path) -> Cost:
    with bench.connect() as connection:
        connection.execute("DROP TABLE IF EXISTS bench_bare")
        connection.execute(BARE)
        with metered(bench.processor_seconds) as cost, connection.cursor() as cursor:
            statement = "COPY bench_bare FROM STDIN (FORMAT csv, HEADER)"
            with cursor.copy(statement) as copy, path.open("rb") as file:
                while block := file.read(BLOCK):
                    copy.write(block)
        connection.execute("DROP TABLE bench_bare")
    return cost


def _details(results: list[dict[str, Any]]) -> dict[str, Any]:
    counts = ("rows_in", "created", "updated", "unchanged", "failed")
    last = results[-1]
    return {name: last[name] for name in counts} | {"reasons": last["reasons"]}

"""`preview`: what a changed scheme would do to 100,000 accounts, before anybody publishes it.

The product tries out a weighted score with seven criteria and a gate, as the pages of a draft do:
tiers, moves against the tiers on record, counts on each step of each criterion, named accounts for
each move, and what begins and ends in the playbooks. There is no floor: the goal is two seconds.
"""

from __future__ import annotations

from statistics import median

import psycopg

from benchmarks import fill
from benchmarks.instance import Bench, fresh_instance
from benchmarks.measure import Cost, Measurement, against_goal, metered
from tierline.configuration.service import enable
from tierline.console import in_tenant
from tierline.metrics import queries
from tierline.metrics.service import bring_up_to_date, lock_freshness, today
from tierline.plugins.queries import get_scheme
from tierline.tiering.service import run_now
from tierline.tiering.trying import Trial, try_out

GOAL_SECONDS = 2.0
ACCOUNTS = 100_000
SCHEME = "fmcg_channel:weighted_score"
SLUG = "preview"


def measure(runs: int = 5) -> Measurement:
    """Measure trying a scheme out after a tenth of the accounts has moved."""
    with fresh_instance() as bench, bench.connect() as connection:
        tenant_id = fill.company(bench, SLUG)
        fill.accounts(connection, tenant_id, ACCOUNTS)
        with bench.app.app_context(), in_tenant(SLUG):
            enable("fmcg_channel")
            bring_up_to_date()
        columns = _columns(bench)
        _fill(connection, tenant_id, sorted(set(columns.values())))
        gate = columns["fmcg_channel:diversions_12m"]
        connection.execute(  # else the gate holds everybody
            f"UPDATE account_state SET {gate} = 0 WHERE tenant_id = %s", (tenant_id,)
        )
        with bench.app.app_context(), in_tenant(SLUG):
            fresh = lock_freshness()
            fresh.as_of, fresh.shares_current = today(), True
            run_now(SCHEME)
        _fill(connection, tenant_id, [columns["essentials:sales_12m"]])
        costs: list[Cost] = []
        for _run in range(runs):
            trial, cost = _try(bench)
            costs.append(cost)
    seconds = median(cost.seconds for cost in costs)
    return against_goal(
        "preview",
        f"trying {SCHEME} out on {ACCOUNTS:,} accounts, of which {trial.moved:,} would move",
        seconds,
        GOAL_SECONDS,
        runs,
        {
            "cpu_seconds": round(median(cost.processor for cost in costs), 3),
            "moves": len(trial.moves),
            "counted_parts": len(trial.counts),
            "named": len(trial.samples),
        },
    )


def _columns(bench: Bench) -> dict[str, str]:
    with bench.app.app_context(), in_tenant(SLUG):
        return queries.slot_columns()


def _fill(connection: psycopg.Connection, tenant_id: int, columns: list[str]) -> None:
    """Give these metrics of all accounts values up to a thousand million, in stored units."""
    values = ", ".join(f"{column} = (random() * 1e9)::bigint" for column in columns)
    connection.execute(
        f"UPDATE account_state SET groups = 1, {values} WHERE tenant_id = %s", (tenant_id,)
    )
    connection.execute("VACUUM ANALYZE account_state")


def _try(bench: Bench) -> tuple[Trial, Cost]:
    with bench.app.app_context(), in_tenant(SLUG), metered(bench.processor_seconds) as cost:
        return try_out(get_scheme(SCHEME)), cost

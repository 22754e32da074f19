"""`retier`: a million accounts tiered again, a tenth of which change, with history.

The product runs the job `tiering.run` of a weighted score with seven criteria and a gate over the
metric store, as a night does: in steps of 50,000 accounts, each committed with its progress, the
tiers that change written to the store and to the history, the result summed up by tier. The floor
is the least that this needs: one sequential read of the columns that the rule reads, and the insert
of as many history rows into a table of the same shape and key. Beside it: the same rule account by
account, by the ORM; and the scheme with its adjustment (margin, reviews, stay).
"""

from __future__ import annotations

import time
import uuid
from typing import Any

import psycopg
from flask import current_app
from sqlalchemy import select

from benchmarks import fill
from benchmarks.instance import Bench, fresh_instance
from benchmarks.measure import Cost, Measurement, interleaved, metered, processor_details
from tierline.configuration.editing import replacing
from tierline.configuration.queries import get_item
from tierline.configuration.service import apply_now, enable
from tierline.console import in_tenant
from tierline.db import db
from tierline.jobs.queries import get_job, open_jobs
from tierline.jobs.running import run_job
from tierline.jobs.service import cancel, enqueue
from tierline.metrics import queries
from tierline.metrics.models import AccountState
from tierline.metrics.service import bring_up_to_date, lock_freshness, today
from tierline.metrics.source import Source
from tierline.packs.leaves import plain
from tierline.plugins.queries import fields, get_scheme, metrics
from tierline.rules.evaluate import evaluate
from tierline.rules.population import AccountValues, Population
from tierline.rules.scheme import read_scheme

GOAL = 6.0
ACCOUNTS = 1_000_000
SCHEME = "fmcg_channel:weighted_score"
SLUG = "retier"
ORM_SAMPLE = 20_000
ADJUSTMENT = {"every": "day", "margin": 10, "reviews": 2, "minimum_stay": 90}

# Stored values (see metrics.units) of a tenth of the accounts, which swing between the two.
LOW = {
    "essentials:sales_12m": 5_000_000,
    "essentials:growth_12m": -20_000_000,
    "fmcg_channel:outlet_coverage": 10_000_000,
    "fmcg_channel:diversion_cases_12m": 0,
    "fmcg_channel:diversions_12m": 0,
}
HIGH = {
    "essentials:sales_12m": 2_000_000_000,
    "essentials:growth_12m": 30_000_000,
    "fmcg_channel:outlet_coverage": 90_000_000,
    "fmcg_channel:diversion_cases_12m": 0,
    "fmcg_channel:diversions_12m": 0,
}
HISTORY = (
    "tenant_id, scheme_number, account_id, begins_on, tier, previous, score, incomplete, run_id"
)
SWINGING = "get_byte(uuid_send(account_id), 15) %% 10 = 0"


def measure(runs: int = 5) -> Measurement:
    """Measure re-tiering after a tenth of the accounts has swung."""
    with fresh_instance() as bench, bench.connect() as connection:
        tenant_id, columns = _company(bench)
        _fill(connection, tenant_id, sorted(set(columns.values())))
        _swing(connection, tenant_id, columns, LOW)
        first, first_cost = _run(bench, tenant_id)
        _date_back(connection, tenant_id, 1000)
        read = [columns[name] for name in _inputs(bench)]
        changes: list[int] = []
        costs: list[Cost] = []
        floors: list[Cost] = []

        def product(run: int) -> float:
            _swing(connection, tenant_id, columns, LOW if run % 2 else HIGH)
            changed, cost = _run(bench, tenant_id)
            changes.append(changed)
            costs.append(cost)
            _date_back(connection, tenant_id, 999 - run)
            return cost.seconds

        def floor(run: int) -> float:
            floors.append(_floor(bench, connection, tenant_id, read))
            return floors[-1].seconds

        ratio, middle, base = interleaved(runs, product, floor)
        orm = _row_by_row(bench)
        _swing(connection, tenant_id, columns, LOW if runs % 2 else HIGH)
        connection.execute(  # the accounts themselves are left out, see _fill
            "ALTER TABLE tier_watch DROP CONSTRAINT fk_tier_watch_tenant_id_account_id"
        )
        _adjust(bench, ADJUSTMENT)
        adjusted, adjusted_cost = _run(bench, tenant_id)
    return Measurement(
        name="retier",
        what=f"job {SCHEME} over {ACCOUNTS:,} accounts, {changes[-1]:,} changing, history written",
        floor="a sequential read of the rule's columns, and the insert of as many history rows",
        ratio=ratio,
        goal=GOAL,
        product=middle,
        base=base,
        unit="seconds",
        runs=runs,
        details={
            **processor_details(costs, floors),
            "changed": changes,
            "first_run_seconds": round(first_cost.seconds, 3),
            "first_run_changed": first,
            "rows_a_second": round(ACCOUNTS / middle),
            "orm_rows_a_second": round(orm),
            "times_the_orm": round(ACCOUNTS / middle / orm, 1),
            "adjusted_seconds": round(adjusted_cost.seconds, 3),
            "adjusted_cpu_seconds": round(adjusted_cost.processor, 3),
            "adjusted_changed": adjusted,
        },
    )


def _company(bench: Bench) -> tuple[int, dict[str, str]]:
    """Create the company and its metric slots; return its id and the column of each metric."""
    tenant_id = fill.company(bench, SLUG)
    with bench.app.app_context(), in_tenant(SLUG):
        enable("fmcg_channel")
        bring_up_to_date()
        columns = queries.slot_columns()
    _adjust(bench, None)
    return tenant_id, columns


def _adjust(bench: Bench, adjustment: dict[str, Any] | None) -> None:
    """Let the scheme follow its rule at once, or over time."""
    plugin, name = SCHEME.split(":")
    with bench.app.app_context(), in_tenant(SLUG):
        document = plain(get_item(plugin, "tiering", name))
        document.pop("adjustment", None)
        if adjustment is not None:
            document["adjustment"] = adjustment
        change = replacing(plugin, "tiering", name, document, "A benchmark")
        apply_now(change, "A benchmark", "command")
        for job in open_jobs("tiering.run"):
            cancel(job.id)


def _row_by_row(bench: Bench) -> float:
    """Return how many accounts a second the ORM tiers one by one: read, evaluate, write, flush."""
    with bench.app.app_context(), in_tenant(SLUG):
        rules, slots = read_scheme(get_scheme(SCHEME)), queries.slot_columns()
        source = Source.of_units({each.id: each.unit for each in metrics()})
        known = {field.id: field for field in fields("account")}
        codes = {tier: code for code, tier in enumerate(rules.tiers, start=1)}
        begun = time.perf_counter()
        for state in db.session.scalars(select(AccountState).limit(ORM_SAMPLE)):
            values = {name: getattr(state, slots[name]) for name in rules.metrics()}
            outcome = evaluate(rules, Population(), source, AccountValues(values), known)
            code = codes[outcome.tier] if outcome.tier else None
            if state.t1 != code:
                state.t1 = code
                db.session.flush()
        seconds = time.perf_counter() - begun
        db.session.rollback()
    return ORM_SAMPLE / seconds


def _inputs(bench: Bench) -> tuple[str, ...]:
    with bench.app.app_context(), in_tenant(SLUG):
        return read_scheme(get_scheme(SCHEME)).metrics()


def _fill(connection: psycopg.Connection, tenant_id: int, columns: list[str]) -> None:
    """Insert the accounts' rows of the store, every metric known: values up to a thousand million.

    The accounts themselves are left out: a run does not look at them.
    """
    values = ", ".join("(random() * 1e9)::bigint" for _ in columns)
    connection.execute("SET session_replication_role = replica")  # no check of the account
    connection.execute(
        f"INSERT INTO account_state (tenant_id, account_id, groups, {', '.join(columns)}) "
        f"SELECT %s, uuidv7(), 1, {values} FROM generate_series(1, {ACCOUNTS})",
        (tenant_id,),
    )


def _swing(
    connection: psycopg.Connection, tenant_id: int, columns: dict[str, str], to: dict[str, int]
) -> None:
    """Move a tenth of the accounts, as a day's trade would, and let autovacuum's work be done."""
    values = ", ".join(f"{columns[name]} = {value}" for name, value in to.items())
    connection.execute(
        f"UPDATE account_state SET {values} WHERE tenant_id = %s AND {SWINGING}", (tenant_id,)
    )
    connection.execute("VACUUM ANALYZE account_state")
    connection.execute("CHECKPOINT")


def _run(bench: Bench, tenant_id: int) -> tuple[int, Cost]:
    """Run the scheme's job in this process; return how many changed, and what it took."""
    with bench.app.app_context():
        with in_tenant(SLUG):
            fresh = lock_freshness()
            fresh.as_of, fresh.shares_current = today(), True
            job_id: uuid.UUID = enqueue("tiering.run", {"scheme": SCHEME}).id
        with metered(bench.processor_seconds) as cost:
            run_job(current_app._get_current_object(), tenant_id, job_id)
        with in_tenant(SLUG):
            job = get_job(job_id)
            if job.result is None:
                raise RuntimeError(f"The run failed: {job.error}")
            return int(job.result["changed"]), cost


def _date_back(connection: psycopg.Connection, tenant_id: int, days: int) -> None:
    """Date the run's history back, so that the next run stands for another day's."""
    connection.execute(
        "UPDATE tier_assignment SET begins_on = begins_on - %s "
        "WHERE tenant_id = %s AND begins_on > current_date - 10",
        (days, tenant_id),
    )
    connection.execute(
        "UPDATE tiering_scheme SET last_as_of = last_as_of - 1 WHERE tenant_id = %s", (tenant_id,)
    )
    connection.execute("VACUUM ANALYZE tier_assignment")


def _floor(
    bench: Bench, connection: psycopg.Connection, tenant_id: int, columns: list[str]
) -> Cost:
    """Read the columns of all accounts once, and insert a tenth of them as history."""
    connection.execute("DROP TABLE IF EXISTS bench_changed, bench_history")
    connection.execute(
        "CREATE TABLE bench_changed AS SELECT tenant_id, 1::smallint AS scheme_number, account_id, "
        "current_date AS begins_on, 1::smallint AS tier, 2::smallint AS previous, 40000::bigint AS "
        "score, false AS incomplete, uuidv7() AS run_id FROM account_state "
        f"WHERE tenant_id = %s AND {SWINGING}",
        (tenant_id,),
    )
    connection.execute("CREATE TABLE bench_history (LIKE tier_assignment INCLUDING ALL)")
    connection.execute("VACUUM ANALYZE bench_changed")
    connection.execute("SET max_parallel_workers_per_gather = 0")
    total = " + ".join(columns)
    with metered(bench.processor_seconds) as cost:
        connection.execute(f"SELECT sum({total}) FROM account_state").fetchone()
        connection.execute(
            f"INSERT INTO bench_history ({HISTORY}) SELECT {HISTORY} FROM bench_changed"
        )
    connection.execute("RESET max_parallel_workers_per_gather")
    return cost

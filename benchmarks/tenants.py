"""`tenants`: many small companies tiered again, against one company with as many accounts.

Each of two hundred companies of a hundred accounts has its own job `tiering.run`, as a night has; a
tenth of the accounts changes tier and history is written. Beside them: one company of twenty
thousand accounts, by one job of the same kind, with the same scheme. The companies are copies of
one that the product made: their rows are written by SQL, since nobody waits for so many companies.
"""

from __future__ import annotations

import uuid

import psycopg
from flask import current_app

from benchmarks import fill
from benchmarks.instance import Bench, fresh_instance
from benchmarks.measure import Cost, Measurement, interleaved, metered, processor_details
from benchmarks.retier import HIGH, LOW, SCHEME, SWINGING
from tierline.access.decision import acting_as, platform_subject
from tierline.configuration.editing import replacing
from tierline.configuration.queries import get_item
from tierline.configuration.service import apply_now, enable
from tierline.console import in_tenant
from tierline.db import db
from tierline.db.scope import tenant_scope
from tierline.jobs.queries import get_job, open_jobs
from tierline.jobs.running import run_job
from tierline.jobs.service import cancel, enqueue
from tierline.metrics import queries
from tierline.metrics.service import bring_up_to_date
from tierline.packs.leaves import plain
from tierline.tenancy.models import Tenant

GOAL = 3.0
COMPANIES = 200
ACCOUNTS = 100
MANY, ONE = "many", "one"


def measure(runs: int = 3) -> Measurement:
    """Measure re-tiering many companies of a hundred accounts against one with all of them."""
    with fresh_instance() as bench, bench.connect() as connection:
        first, columns = _company(bench, MANY)
        one, _same = _company(bench, ONE)
        many = [first, *_copies(connection, first, COMPANIES - 1)]
        _fill(connection, many, ACCOUNTS, columns)
        _fill(connection, [one], ACCOUNTS * COMPANIES, columns)
        _night(bench, connection, many, columns, LOW)
        _night(bench, connection, [one], columns, LOW)
        changed: dict[str, list[int]] = {MANY: [], ONE: []}
        costs: dict[str, list[Cost]] = {MANY: [], ONE: []}

        def night(name: str, companies: list[int], run: int) -> float:
            to = LOW if run % 2 else HIGH
            moved, cost = _night(bench, connection, companies, columns, to)
            changed[name].append(moved)
            costs[name].append(cost)
            return cost.seconds

        ratio, middle, base = interleaved(
            runs, lambda run: night(MANY, many, run), lambda run: night(ONE, [one], run)
        )
    return Measurement(
        name="tenants",
        what=f"{COMPANIES:,} companies of {ACCOUNTS} accounts, a job {SCHEME} each",
        floor=f"one company of {ACCOUNTS * COMPANIES:,} accounts, one such job",
        ratio=ratio,
        goal=GOAL,
        product=middle,
        base=base,
        unit="seconds",
        runs=runs,
        details={
            **processor_details(costs[MANY], costs[ONE]),
            "changed": changed[MANY],
            "changed_in_one": changed[ONE],
            "milliseconds_a_company": round(middle / COMPANIES * 1000, 2),
        },
    )


def _company(bench: Bench, slug: str) -> tuple[int, dict[str, str]]:
    """Create a company whose scheme follows its rule at once; return its id, and its columns."""
    tenant_id = fill.company(bench, slug)
    plugin, name = SCHEME.split(":")
    with bench.app.app_context(), in_tenant(slug):
        enable("fmcg_channel")
        document = plain(get_item(plugin, "tiering", name))
        document.pop("adjustment", None)
        change = replacing(plugin, "tiering", name, document, "A benchmark")
        apply_now(change, "A benchmark", "command")
        for job in open_jobs("tiering.run"):
            cancel(job.id)
        bring_up_to_date()
        columns = queries.slot_columns()
    return tenant_id, columns


def _copies(connection: psycopg.Connection, company: int, count: int) -> list[int]:
    """Write companies that have all that one has; return their ids."""
    connection.execute("SET session_replication_role = replica")
    columns = ", ".join(
        f'"{each.name}"' for each in Tenant.__table__.c if each.name not in ("id", "slug")
    )
    rows = connection.execute(
        f"INSERT INTO tenant (slug, {columns}) SELECT 'copy-' || n, {columns} "
        "FROM tenant, generate_series(1, %s) AS n WHERE id = %s RETURNING id",
        (count, company),
    ).fetchall()
    made = [row[0] for row in rows]
    for table in db.metadata.sorted_tables:
        if "tenant_id" in table.c:
            names = ", ".join(
                f'"{each.name}"'
                for each in table.c
                if each.name != "tenant_id" and not each.computed
            )
            connection.execute(
                f'INSERT INTO "{table.name}" (tenant_id, {names}) SELECT company, {names} '
                f'FROM "{table.name}", unnest(%s::bigint[]) AS company WHERE tenant_id = %s',
                (made, company),
            )
    return made


def _fill(
    connection: psycopg.Connection, companies: list[int], count: int, columns: dict[str, str]
) -> None:
    """Insert the accounts' rows of the store; the accounts themselves a run does not look at."""
    used = sorted(set(columns.values()))
    values = ", ".join("(random() * 1e9)::bigint" for _ in used)
    connection.execute(
        f"INSERT INTO account_state (tenant_id, account_id, groups, {', '.join(used)}) "
        f"SELECT id, uuidv7(), 1, {values} "
        "FROM unnest(%s::bigint[]) AS company(id), generate_series(1, %s)",
        (companies, count),
    )


def _night(
    bench: Bench,
    connection: psycopg.Connection,
    companies: list[int],
    columns: dict[str, str],
    to: dict[str, int],
) -> tuple[int, Cost]:
    """Let a tenth of the accounts swing, then run each company's job; return how many changed."""
    values = ", ".join(f"{columns[name]} = {value}" for name, value in to.items())
    connection.execute(
        f"UPDATE account_state SET {values} WHERE tenant_id = ANY(%s) AND {SWINGING}", (companies,)
    )
    connection.execute(
        "UPDATE tier_assignment SET begins_on = begins_on - 1 WHERE tenant_id = ANY(%s)",
        (companies,),
    )
    connection.execute(
        "UPDATE tiering_scheme SET last_as_of = last_as_of - 1 WHERE tenant_id = ANY(%s)",
        (companies,),
    )
    connection.execute(
        "UPDATE metric_freshness SET as_of = (now() AT TIME ZONE t.time_zone)::date, "
        "shares_current = true FROM tenant AS t WHERE t.id = tenant_id AND tenant_id = ANY(%s)",
        (companies,),
    )
    connection.execute("VACUUM ANALYZE account_state")
    connection.execute("VACUUM ANALYZE tier_assignment")
    connection.execute("CHECKPOINT")
    with bench.app.app_context():
        jobs: dict[int, uuid.UUID] = {}
        for company in companies:
            with tenant_scope(company), acting_as(platform_subject(company, "benchmark")):
                jobs[company] = enqueue("tiering.run", {"scheme": SCHEME}).id
                db.session.commit()
        with metered(bench.processor_seconds) as cost:
            for company, job_id in jobs.items():
                run_job(current_app._get_current_object(), company, job_id)
        changed = 0
        for company, job_id in jobs.items():
            with tenant_scope(company):
                job = get_job(job_id)
                if job.result is None:
                    raise RuntimeError(f"A run failed: {job.error}")
                changed += int(job.result["changed"])
    return changed, cost

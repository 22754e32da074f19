"""`governor`: whether 5,000 of 100,000 contacts may be contacted, after a year of contacts.

The product answers one question about 5,000 contacts at once: list, exceptions, quarantines both
ways, open hours and the limit of each account. There is no floor: the goal is two seconds.
"""

from __future__ import annotations

import datetime
import uuid
from statistics import median

import psycopg

from benchmarks import fill
from benchmarks.instance import Bench, fresh_instance
from benchmarks.measure import Cost, Measurement, against_goal, metered
from tierline.console import in_tenant
from tierline.contacting import service
from tierline.contacting.deciding import Decision

GOAL_SECONDS = 2.0
ACCOUNTS, EACH, ASKED = 10_000, 10, 5_000
SLUG = "governor"
NOON = datetime.datetime(2026, 11, 24, 4, tzinfo=datetime.UTC)


def measure(runs: int = 5) -> Measurement:
    """Measure the decisions, after each contact was contacted three times in the year before."""
    with fresh_instance() as bench, bench.connect() as connection:
        tenant_id = fill.company(bench, SLUG)
        fill.accounts(connection, tenant_id, ACCOUNTS)
        _fill(connection, tenant_id)
        asked = _asked(connection, tenant_id)
        costs: list[Cost] = []
        for _run in range(runs):
            decisions, cost = _decide(bench, asked)
            costs.append(cost)
    seconds = median(cost.seconds for cost in costs)
    return against_goal(
        "governor",
        f"deciding on {ASKED:,} of {ACCOUNTS * EACH:,} contacts, {3 * ACCOUNTS * EACH:,} made",
        seconds,
        GOAL_SECONDS,
        runs,
        {
            "cpu_seconds": round(median(cost.processor for cost in costs), 3),
            "allowed": sum(decision.allowed for decision in decisions),
            "asked": len(decisions),
        },
    )


def _fill(connection: psycopg.Connection, tenant_id: int) -> None:
    connection.execute(
        "INSERT INTO contact (tenant_id, account_id, name, name_key)"
        " SELECT a.tenant_id, a.id, 'P' || n, 'p' || n FROM account a, generate_series(1, %s) n"
        " WHERE a.tenant_id = %s",
        (EACH, tenant_id),
    )
    connection.execute(
        "INSERT INTO contact_made"
        " (tenant_id, contact_id, kind, channel, state, counter, at, purpose, by)"
        " SELECT tenant_id, id, kind, 'mail', 'made', 'general',"
        " %s - random() * interval '360 days', 'Benchmark', 'Benchmark'"
        " FROM contact, unnest(ARRAY['relationship', 'transactional', 'marketing']) kind"
        " WHERE tenant_id = %s",
        (NOON, tenant_id),
    )
    connection.execute("ANALYZE contact, contact_made")


def _asked(connection: psycopg.Connection, tenant_id: int) -> list[uuid.UUID]:
    found = connection.execute(
        "SELECT id FROM contact WHERE tenant_id = %s ORDER BY random() LIMIT %s", (tenant_id, ASKED)
    )
    return [row[0] for row in found]


def _decide(bench: Bench, asked: list[uuid.UUID]) -> tuple[list[Decision], Cost]:
    with bench.app.app_context(), in_tenant(SLUG), metered(bench.processor_seconds) as cost:
        return service.decide(asked, "transactional", NOON), cost

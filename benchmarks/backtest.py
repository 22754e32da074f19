"""`backtest`: a scheme replayed over 36 months for 50,000 accounts, alone and beside another.

A fifth of the accounts buys every month, the others some months in a year; four years of trade,
about 1.2 million invoices with their costs. The schemes are a weighted score with an adjustment
(margin, reviews, caps), and the same without it. There is no floor: the goal is 60 seconds for one
and 100 for two.
"""

from __future__ import annotations

import psycopg

from benchmarks import fill
from benchmarks.instance import Bench, fresh_instance
from benchmarks.measure import Cost, Measurement, against_goal, metered
from tierline.backtests import service
from tierline.configuration.service import enable
from tierline.console import in_tenant

ACCOUNTS, MONTHS = 50_000, 36
GOAL_SECONDS, GOAL_OF_TWO = 60.0, 100.0
SCHEME, OTHER = "classic_tiering:four_criteria", "essentials:abc_sales"
SLUG = "backtest"

TRADE = """
INSERT INTO ledger_transaction (
    tenant_id, account_id, kind, number, date, due_on, paid_on, currency, amount, cost, line_count
)
SELECT tenant_id, id, 'invoice', n || '-' || m, day, day + 30, day + (20 + n %% 25)::integer, 'CNY',
    amount, amount * 7 / 10, 0
FROM (
    SELECT tenant_id, id, n, m,
        current_date - (30 * m + n %% 28)::integer AS day,
        (50000 + (hashint8(n * 97 + m) & 2147483647) %% 20000000)::bigint AS amount
    FROM (
        SELECT tenant_id, id, row_number() OVER (ORDER BY id) AS n
        FROM account WHERE tenant_id = %s
    ) numbered
    CROSS JOIN generate_series(0, 48) AS m
    WHERE n %% 5 = 0 OR (n + m) %% 3 = 0
) drawn
"""


def measure(runs: int = 1) -> Measurement:
    """Measure a backtest of one scheme and of two."""
    with fresh_instance() as bench, bench.connect() as connection:
        tenant_id = fill.company(bench, SLUG)
        fill.accounts(connection, tenant_id, ACCOUNTS)
        invoices = _trade(connection, tenant_id)
        with bench.app.app_context(), in_tenant(SLUG):
            enable("classic_tiering")
        alone = min((_run(bench, [SCHEME]) for _each in range(runs)), key=lambda cost: cost.seconds)
        both = min(
            (_run(bench, [SCHEME, OTHER]) for _each in range(runs)), key=lambda cost: cost.seconds
        )
    return against_goal(
        "backtest",
        f"{SCHEME} over {MONTHS} months of {ACCOUNTS:,} accounts, {invoices:,} invoices",
        alone.seconds,
        GOAL_SECONDS,
        runs,
        {
            "cpu_seconds": round(alone.processor, 1),
            "two_schemes_seconds": round(both.seconds, 1),
            "two_schemes_goal": GOAL_OF_TWO,
            "two_schemes_cpu_seconds": round(both.processor, 1),
        },
    )


def _trade(connection: psycopg.Connection, tenant_id: int) -> int:
    written = connection.execute(TRADE, (tenant_id,)).rowcount
    connection.execute("VACUUM ANALYZE ledger_transaction")
    return written


def _run(bench: Bench, named: list[str]) -> Cost:
    with bench.app.app_context(), in_tenant(SLUG):
        with metered(bench.processor_seconds) as cost:
            service.carry_out(service.create(named, MONTHS).id)
        return cost

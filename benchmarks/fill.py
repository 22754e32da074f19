"""Companies, members and accounts for benchmarks: made by the product where that is quick enough,
accounts by one SQL statement, since nobody waits for a million imports to measure a list."""

from __future__ import annotations

import psycopg

from benchmarks.instance import Bench
from tierline.access.permissions import Role
from tierline.console import in_tenant
from tierline.identity.service import add_member
from tierline.provision import create_company

EMAIL, PASSWORD = "bench@example.com", "a benchmark's long password"

ACCOUNTS = """
INSERT INTO account (tenant_id, name, external_key, kind, industry, region, name_key, search_text)
SELECT %(tenant)s, name, key, kind, industry, region, lower(name), lower(name) || ' ' || lower(key)
FROM (
    SELECT 'Company ' || md5(n::text) AS name,
           'B' || lpad(n::text, 8, '0') AS key,
           (ARRAY['enterprise', 'channel', 'government', 'person'])[1 + n %% 4] AS kind,
           (ARRAY['Retail', 'Machinery', 'Packaging', 'Logistics'])[1 + n %% 4] AS industry,
           (ARRAY['North', 'East', 'South', 'West'])[1 + n %% 4] AS region
    FROM generate_series(1, %(count)s) AS n
)
"""
GROUPS = """
INSERT INTO account_group (tenant_id, group_key, account_id)
SELECT tenant_id, 'customer', id FROM account WHERE tenant_id = %(tenant)s
"""


def company(bench: Bench, slug: str = "bench", locale: str = "en") -> int:
    """Create a company with its default plugins and one owner; return its id."""
    with bench.app.app_context():
        tenant_id, _ = create_company(slug, "Benchmark", locale)
        with in_tenant(slug):
            if slug == "bench":
                add_member(EMAIL, Role.OWNER, password=PASSWORD)
    return tenant_id


def accounts(connection: psycopg.Connection, tenant_id: int, count: int) -> None:
    """Insert `count` customers, past every wall, and let the planner know them."""
    given = {"tenant": tenant_id, "count": count}
    connection.execute(ACCOUNTS, given)
    connection.execute(GROUPS, given)
    connection.execute("VACUUM ANALYZE account, account_group")

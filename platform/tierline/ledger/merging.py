"""Merging the lines of a chunk into the ledger, in a few statements whatever their number.

A transaction is known by its kind and number. A line is known by the number that its source gives
it, or else by its product and its place among the transaction's lines of that product; so the same
file changes nothing a second time. Lines that a file no longer has stay. An empty date changes
nothing.
"""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import text

from tierline.accounts.creating import NewAccount, add_accounts
from tierline.db import db
from tierline.imports.registry import Chunk, Outcome
from tierline.ledger.events import tell_traded

PREPARE = text("""
CREATE TEMPORARY TABLE IF NOT EXISTS import_document (
  kind text, number text, transaction_id uuid, stored boolean, altered boolean, account_id uuid,
  date date, due_on date, paid_on date, currency text, amount bigint, cost bigint, lines bigint,
  first_row integer
) ON COMMIT DELETE ROWS
""")

NEW_ACCOUNTS = text("""
SELECT r.account, max(r.account_name) AS name, max(r.account_kind) AS kind,
  max(r.account_industry) AS industry, max(r.account_region) AS region
FROM import_row r LEFT JOIN account a ON a.tenant_id = :tenant AND a.external_key = r.account
WHERE a.id IS NULL AND r.account IS NOT NULL
GROUP BY r.account ORDER BY min(r.row_no)
""")

# Documents of accounts that are yet to be created (in a dry run) have no account_id.
DOCUMENTS = text("""
INSERT INTO import_document
SELECT d.kind, d.number, coalesce(t.id, uuidv7()), t.id IS NOT NULL,
  t.id IS NOT NULL AND (t.account_id, t.date, t.due_on, t.paid_on, t.currency) IS DISTINCT FROM
    (a.id, d.date, coalesce(d.due_on, t.due_on), coalesce(d.paid_on, t.paid_on), d.currency),
  a.id, d.date, coalesce(d.due_on, t.due_on), coalesce(d.paid_on, t.paid_on), d.currency,
  d.amount, d.cost, d.lines, d.first_row
FROM (
  SELECT kind, number, min(account) AS account, min(date) AS date, max(due_on) AS due_on,
    max(paid_on) AS paid_on, min(currency) AS currency, sum(value)::bigint AS amount,
    CASE WHEN count(value_cost) = count(*) THEN sum(value_cost)::bigint END AS cost,
    count(*) AS lines, min(first_row) AS first_row
  FROM import_row WHERE NOT failed GROUP BY kind, number
) d
LEFT JOIN ledger_transaction t ON t.tenant_id = :tenant AND t.kind = d.kind AND t.number = d.number
LEFT JOIN account a ON a.tenant_id = :tenant AND a.external_key = d.account
ORDER BY d.first_row
""")

ADD_TRANSACTIONS = text("""
INSERT INTO ledger_transaction (tenant_id, id, account_id, kind, number, date, due_on, paid_on,
  currency, amount, cost, line_count, import_id)
SELECT :tenant, transaction_id, account_id, kind, number, date, due_on, paid_on, currency, amount,
  cost, lines, :import
FROM import_document WHERE NOT stored ORDER BY transaction_id
""")

ADD_LINES = text("""
INSERT INTO ledger_line (tenant_id, transaction_id, line_no, product, description, quantity,
  unit_price, amount, cost)
SELECT :tenant, d.transaction_id, r.place, r.product, r.description, r.quantity, r.unit_price,
  r.value, r.value_cost
FROM import_row r JOIN import_document d ON d.kind = r.kind AND d.number = r.number
WHERE NOT r.failed AND NOT d.stored
ORDER BY d.transaction_id, r.place
""")

# The lines of transactions that are stored already, beside the stored lines that they match.
MATCHED = """
WITH given AS MATERIALIZED (
  SELECT r.*, d.transaction_id, d.altered,
    CASE WHEN :numbered THEN '' ELSE r.product END AS name,
    CASE WHEN :numbered THEN r.place ELSE row_number() OVER (
      PARTITION BY d.transaction_id, r.product ORDER BY r.row_no) END AS nth
  FROM import_row r JOIN import_document d ON d.kind = r.kind AND d.number = r.number
  WHERE NOT r.failed AND d.stored
), kept AS MATERIALIZED (
  SELECT l.*,
    CASE WHEN :numbered THEN '' ELSE l.product END AS name,
    CASE WHEN :numbered THEN l.line_no ELSE row_number() OVER (
      PARTITION BY l.transaction_id, l.product ORDER BY l.line_no) END AS nth,
    max(l.line_no) OVER (PARTITION BY l.transaction_id) AS last_no
  FROM ledger_line l JOIN import_document d ON d.transaction_id = l.transaction_id
  WHERE l.tenant_id = :tenant AND d.stored
), matched AS MATERIALIZED (
  SELECT g.*, k.line_no AS kept_no,
    (k.product, k.description, k.quantity, k.unit_price, k.amount, k.cost) IS NOT DISTINCT FROM
    (g.product, g.description, g.quantity, g.unit_price, g.value, g.value_cost) AS same
  FROM given g LEFT JOIN kept k
    ON k.transaction_id = g.transaction_id AND k.name = g.name AND k.nth = g.nth
)
"""

WRITE_MATCHED = """
, added AS (
  INSERT INTO ledger_line (tenant_id, transaction_id, line_no, product, description, quantity,
    unit_price, amount, cost)
  SELECT :tenant, m.transaction_id,
    CASE WHEN :numbered THEN m.place ELSE coalesce(
        (SELECT max(last_no) FROM kept WHERE kept.transaction_id = m.transaction_id), 0)
      + row_number() OVER (PARTITION BY m.transaction_id ORDER BY m.row_no) END,
    m.product, m.description, m.quantity, m.unit_price, m.value, m.value_cost
  FROM matched m WHERE m.kept_no IS NULL
), changed AS (
  UPDATE ledger_line l SET product = m.product, description = m.description,
    quantity = m.quantity, unit_price = m.unit_price, amount = m.value, cost = m.value_cost
  FROM matched m
  WHERE l.tenant_id = :tenant AND l.transaction_id = m.transaction_id AND l.line_no = m.kept_no
    AND NOT m.same
)
"""

COUNT_MATCHED = """
SELECT count(*) FILTER (WHERE kept_no IS NULL) AS created,
  count(*) FILTER (WHERE kept_no IS NOT NULL AND (altered OR NOT same)) AS updated,
  count(*) FILTER (WHERE kept_no IS NOT NULL AND same AND NOT altered) AS unchanged
FROM matched
"""

DRY_MATCH = text(MATCHED + COUNT_MATCHED)
MATCH = text(MATCHED + WRITE_MATCHED + COUNT_MATCHED)

# The former account of a transaction that changed hands has to be told as well.
UPDATE_TRANSACTIONS = text("""
WITH summed AS (
  SELECT l.transaction_id, sum(l.amount)::bigint AS amount, count(*) AS lines,
    CASE WHEN count(l.cost) = count(*) THEN sum(l.cost)::bigint END AS cost
  FROM ledger_line l JOIN import_document d ON d.transaction_id = l.transaction_id
  WHERE l.tenant_id = :tenant AND d.stored GROUP BY l.transaction_id
)
UPDATE ledger_transaction t SET account_id = d.account_id, date = d.date, due_on = d.due_on,
  paid_on = d.paid_on, currency = d.currency, amount = s.amount, cost = s.cost,
  line_count = s.lines, import_id = :import
FROM import_document d JOIN summed s ON s.transaction_id = d.transaction_id
WHERE t.tenant_id = :tenant AND t.id = d.transaction_id
  AND (t.account_id, t.date, t.due_on, t.paid_on, t.currency, t.amount, t.cost, t.line_count)
    IS DISTINCT FROM
    (d.account_id, d.date, d.due_on, d.paid_on, d.currency, s.amount, s.cost, s.lines)
RETURNING CASE WHEN old.account_id <> new.account_id THEN old.account_id END AS former
""")

ANY_STORED = text("SELECT EXISTS (SELECT FROM import_document WHERE stored)")


def merge_chunk(chunk: Chunk) -> Outcome:
    """Merge a chunk's lines; with `write` off only count what would happen."""
    values: dict[str, Any] = {"tenant": chunk.tenant_id, "import": chunk.import_id}
    db.session.execute(PREPARE)
    if chunk.write:
        _add_accounts(chunk)
    db.session.execute(DOCUMENTS, values)
    if chunk.write:
        db.session.execute(ADD_TRANSACTIONS, values)
        db.session.execute(ADD_LINES, values)
    outcome = _merge_stored(chunk, values)
    outcome.created += chunk.accepted - outcome.created - outcome.updated - outcome.unchanged
    return outcome


def _merge_stored(chunk: Chunk, values: dict[str, Any]) -> Outcome:
    """Merge the lines of transactions that are stored already."""
    if not db.session.execute(ANY_STORED).scalar_one():
        return Outcome()
    numbered = {"numbered": "line_no" in chunk.mapping.sources, **values}
    row = db.session.execute(MATCH if chunk.write else DRY_MATCH, numbered).one()
    outcome = Outcome(row.created, row.updated, row.unchanged)
    if chunk.write and outcome.created + outcome.updated:
        former = db.session.execute(UPDATE_TRANSACTIONS, values).scalars()
        tell_traded(sorted({account_id for account_id in former if account_id is not None}))
    return outcome


def _add_accounts(chunk: Chunk) -> None:
    """Create the accounts that any row names, a failed one included: the customer exists."""
    rows = db.session.execute(NEW_ACCOUNTS, {"tenant": chunk.tenant_id})
    accounts = [NewAccount(r.account, r.name, r.kind, r.industry, r.region) for r in rows]
    source = orjson.dumps({"import": str(chunk.import_id)}).decode()
    add_accounts(chunk.tenant_id, accounts, source)

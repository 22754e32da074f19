"""Merging a chunk of imported accounts, in a few statements whatever their number.

An account is known by its number. An empty cell changes nothing, and what the file does not name
stays; groups are joined, never left. Contacts are known by their name at the account. New accounts
without a group are customers.
"""

from __future__ import annotations

import uuid
from typing import Any

import orjson
from sqlalchemy import text

from tierline.access.decision import get_subject
from tierline.accounts.events import tell_changed
from tierline.accounts.models import CUSTOMER
from tierline.accounts.names import search_text, sort_key
from tierline.db import db
from tierline.db.scope import current_tenant_id
from tierline.imports.registry import Chunk, Outcome

TABLES = (
    text("""
CREATE TEMPORARY TABLE IF NOT EXISTS import_account (
  row_no integer, account_id uuid, stored boolean, altered boolean, owner_id uuid,
  external_key text, name text, kind text, lifecycle_stage text, industry text, region text,
  credit_code text, fields jsonb, name_key text, search_text text
) ON COMMIT DELETE ROWS
"""),
    text("""
CREATE TEMPORARY TABLE IF NOT EXISTS import_group (
  row_no integer, account_id uuid, group_key text, party_kind text, altered boolean
) ON COMMIT DELETE ROWS
"""),
    text("""
CREATE TEMPORARY TABLE IF NOT EXISTS import_contact (
  row_no integer, account_id uuid, name text, title text, email text, phone text, name_key text,
  contact_id uuid, altered boolean
) ON COMMIT DELETE ROWS
"""),
)

MATCH = text("""
INSERT INTO import_account (row_no, account_id, stored, altered, owner_id, external_key, name,
  kind, lifecycle_stage, industry, region, credit_code, fields)
SELECT n.row_no, coalesce(o.id, uuidv7()), o.id IS NOT NULL,
  (o.name, o.kind, o.lifecycle_stage, o.industry, o.region, o.credit_code, o.owner_id, o.fields)
    IS DISTINCT FROM
  (n.name, n.kind, n.lifecycle_stage, n.industry, n.region, n.credit_code, n.owner_id, n.fields),
  n.owner_id, n.external_key, n.name, n.kind, n.lifecycle_stage, n.industry, n.region,
  n.credit_code, n.fields
FROM (
  SELECT r.row_no, a.id, r.external_key, coalesce(m.id, a.owner_id) AS owner_id, r.name,
    coalesce(r.kind, a.kind, 'enterprise') AS kind,
    coalesce(r.lifecycle_stage, a.lifecycle_stage, 'active') AS lifecycle_stage,
    coalesce(r.industry, a.industry, '') AS industry, coalesce(r.region, a.region, '') AS region,
    coalesce(r.credit_code, a.credit_code) AS credit_code,
    coalesce(a.fields, '{}') || r.given_fields AS fields
  FROM import_row r
  LEFT JOIN account a ON a.tenant_id = :tenant AND a.external_key = r.external_key
  LEFT JOIN app_user u ON u.email = lower(r.owner)
  LEFT JOIN membership m ON m.tenant_id = :tenant AND m.user_id = u.id
  WHERE NOT r.failed
) n LEFT JOIN account o ON o.tenant_id = :tenant AND o.id = n.id
""")

MATCH_GROUPS = text("""
INSERT INTO import_group (row_no, account_id, group_key, party_kind, altered)
SELECT given.row_no, i.account_id, given.group_key, given.party_kind,
  g.account_id IS NULL
    OR (given.party_kind IS NOT NULL AND g.party_kind IS DISTINCT FROM given.party_kind)
FROM (
  SELECT DISTINCT r.row_no, r.party_kind, named AS group_key
  FROM import_row r
  CROSS JOIN LATERAL string_to_table(coalesce(r.groups, :customer), ';') AS named
  WHERE NOT r.failed
) given
JOIN import_account i ON i.row_no = given.row_no
JOIN import_row r ON r.row_no = given.row_no AND (r.groups IS NOT NULL OR NOT i.stored)
LEFT JOIN account_group g ON g.tenant_id = :tenant AND g.account_id = i.account_id
  AND g.group_key = given.group_key
""")

MATCH_CONTACTS = text("""
INSERT INTO import_contact (row_no, account_id, name, title, email, phone, contact_id, altered)
SELECT given.row_no, i.account_id, given.name, coalesce(given.title, c.title, ''),
  coalesce(given.email, c.email, ''), coalesce(given.phone, c.phone, ''), c.id,
  c.id IS NULL OR (c.title, c.email, c.phone) IS DISTINCT FROM
    (coalesce(given.title, c.title), coalesce(given.email, c.email),
     coalesce(given.phone, c.phone))
FROM (
  SELECT DISTINCT ON (r.row_no, p.name) r.row_no, p.*
  FROM import_row r, LATERAL (VALUES
    (1, r.contact_1_name, r.contact_1_title, r.contact_1_email, r.contact_1_phone),
    (2, r.contact_2_name, r.contact_2_title, r.contact_2_email, r.contact_2_phone),
    (3, r.contact_3_name, r.contact_3_title, r.contact_3_email, r.contact_3_phone)
  ) AS p (place, name, title, email, phone)
  WHERE NOT r.failed AND p.name IS NOT NULL
  ORDER BY r.row_no, p.name, p.place
) given
JOIN import_account i ON i.row_no = given.row_no
LEFT JOIN LATERAL (
  SELECT * FROM contact
  WHERE tenant_id = :tenant AND account_id = i.account_id AND name = given.name
  ORDER BY id LIMIT 1
) c ON true
""")

COUNT = text("""
SELECT count(*) FILTER (WHERE NOT stored) AS created,
  count(*) FILTER (WHERE stored AND changed) AS updated,
  count(*) FILTER (WHERE stored AND NOT changed) AS unchanged
FROM (
  SELECT i.stored, i.altered
    OR EXISTS (SELECT FROM import_group g WHERE g.row_no = i.row_no AND g.altered)
    OR EXISTS (SELECT FROM import_contact c WHERE c.row_no = i.row_no AND c.altered) AS changed
  FROM import_account i
) counted
""")

# Pinyin is made in Python, for new and changed names only.
NAMES = text("""
SELECT row_no, name, external_key, credit_code FROM import_account WHERE altered
""")
SET_NAMES = text("""
UPDATE import_account i SET name_key = given.name_key, search_text = given.search_text
FROM unnest(CAST(:rows AS integer[]), CAST(:name_keys AS text[]), CAST(:search_texts AS text[]))
  AS given (row_no, name_key, search_text)
WHERE given.row_no = i.row_no
""")
CONTACT_NAMES = text("SELECT DISTINCT name FROM import_contact WHERE contact_id IS NULL")
SET_CONTACT_NAMES = text("""
UPDATE import_contact i SET name_key = given.name_key
FROM unnest(CAST(:names AS text[]), CAST(:name_keys AS text[])) AS given (name, name_key)
WHERE given.name = i.name
""")

WRITE = (
    text("""
INSERT INTO account (tenant_id, id, name, external_key, kind, lifecycle_stage, owner_id, industry,
  region, credit_code, fields, name_key, search_text)
SELECT :tenant, account_id, name, external_key, kind, lifecycle_stage, owner_id, industry, region,
  credit_code, fields, name_key, search_text
FROM import_account WHERE NOT stored ORDER BY account_id
"""),
    text("""
UPDATE account a SET name = i.name, kind = i.kind, lifecycle_stage = i.lifecycle_stage,
  owner_id = i.owner_id, industry = i.industry, region = i.region, credit_code = i.credit_code,
  fields = i.fields, name_key = i.name_key, search_text = i.search_text, version = a.version + 1,
  updated_at = now()
FROM import_account i
WHERE a.tenant_id = :tenant AND a.id = i.account_id AND i.stored AND i.altered
"""),
    text("""
INSERT INTO account_group (tenant_id, group_key, account_id, party_kind)
SELECT :tenant, group_key, account_id, party_kind FROM import_group WHERE altered
ON CONFLICT (tenant_id, group_key, account_id) DO UPDATE SET party_kind = excluded.party_kind
"""),
    text("""
INSERT INTO contact (tenant_id, account_id, name, title, email, phone, name_key)
SELECT :tenant, account_id, name, title, email, phone, name_key
FROM import_contact WHERE contact_id IS NULL
"""),
    text("""
UPDATE contact c SET title = i.title, email = i.email, phone = i.phone, version = c.version + 1,
  updated_at = now()
FROM import_contact i WHERE c.tenant_id = :tenant AND c.id = i.contact_id AND i.altered
"""),
    text("""
INSERT INTO timeline_entry (tenant_id, account_id, kind, actor, data)
SELECT :tenant, account_id, CASE WHEN stored THEN 'accounts.imported' ELSE 'accounts.created' END,
  :actor, CAST(:data AS jsonb)
FROM import_account i WHERE altered
  OR EXISTS (SELECT FROM import_group g WHERE g.row_no = i.row_no AND g.altered)
  OR EXISTS (SELECT FROM import_contact c WHERE c.row_no = i.row_no AND c.altered)
"""),
)

TOUCHED = text("""
SELECT DISTINCT account_id FROM timeline_entry
WHERE tenant_id = :tenant AND kind IN ('accounts.created', 'accounts.imported')
  AND data ->> 'import' = :import
""")


def merge_chunk(chunk: Chunk) -> Outcome:
    """Merge a chunk's accounts; with `write` off only count what would happen."""
    values: dict[str, Any] = {"tenant": chunk.tenant_id, "customer": CUSTOMER}
    for statement in TABLES:
        db.session.execute(statement)
    for statement in (MATCH, MATCH_GROUPS, MATCH_CONTACTS):
        db.session.execute(statement, values)
    counted = db.session.execute(COUNT).one()
    if chunk.write and counted.created + counted.updated:
        _write(chunk)
    return Outcome(counted.created, counted.updated, counted.unchanged)


def _write(chunk: Chunk) -> None:
    _set_names()
    data = orjson.dumps({"import": str(chunk.import_id)}).decode()
    values = {"tenant": chunk.tenant_id, "actor": get_subject().name, "data": data}
    for statement in WRITE:
        db.session.execute(statement, values)


def _set_names() -> None:
    rows = db.session.execute(NAMES).all()
    names = {
        "rows": [row.row_no for row in rows],
        "name_keys": [sort_key(row.name) for row in rows],
        "search_texts": [search_text(row.name, row.external_key, row.credit_code) for row in rows],
    }
    db.session.execute(SET_NAMES, names)
    contacts = list(db.session.execute(CONTACT_NAMES).scalars())
    keys = {"names": contacts, "name_keys": [sort_key(name) for name in contacts]}
    db.session.execute(SET_CONTACT_NAMES, keys)


def finish_import(import_id: uuid.UUID) -> None:
    """Tell which accounts the import created or changed."""
    values = {"tenant": current_tenant_id(), "import": str(import_id)}
    tell_changed(list(db.session.execute(TOUCHED, values).scalars()))

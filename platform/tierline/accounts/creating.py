"""Creating many accounts in one statement, for imports: with group and first timeline entry."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from tierline.access.decision import get_subject
from tierline.accounts.models import CUSTOMER
from tierline.accounts.names import search_text, sort_key
from tierline.db import db

ADD = text("""
WITH added AS (
  INSERT INTO account (tenant_id, name, external_key, kind, industry, region, name_key, search_text)
  SELECT :tenant, name, external_key, kind, industry, region, name_key, search_text
  FROM unnest(CAST(:names AS text[]), CAST(:keys AS text[]), CAST(:kinds AS text[]),
              CAST(:industries AS text[]), CAST(:regions AS text[]), CAST(:name_keys AS text[]),
              CAST(:search_texts AS text[]))
    AS given (name, external_key, kind, industry, region, name_key, search_text)
  ON CONFLICT (tenant_id, external_key) DO NOTHING
  RETURNING id
), grouped AS (
  INSERT INTO account_group (tenant_id, group_key, account_id)
  SELECT :tenant, :group, id FROM added
), told AS (
  INSERT INTO timeline_entry (tenant_id, account_id, kind, actor, data)
  SELECT :tenant, id, 'accounts.created', :actor, CAST(:data AS jsonb) FROM added
)
SELECT id FROM added
""")


CREATED = text("""
SELECT account_id FROM timeline_entry
WHERE tenant_id = :tenant AND kind = 'accounts.created' AND data ->> 'import' = :import
""")


@dataclass(frozen=True)
class NewAccount:
    """What is known of an account that trade names and nobody created yet."""

    external_key: str
    name: str | None = None
    kind: str | None = None
    industry: str | None = None
    region: str | None = None


def add_accounts(tenant_id: int, accounts: Sequence[NewAccount], source: str) -> list[uuid.UUID]:
    """Create the accounts whose external keys are new, as customers; return their ids.

    Nobody is told yet: the caller does that once for all that it creates.

    `source` is a JSON object that says in the timeline where they come from.
    """
    if not accounts:
        return []
    names = [account.name or account.external_key for account in accounts]
    values: dict[str, Any] = {
        "tenant": tenant_id,
        "group": CUSTOMER,
        "actor": get_subject().name,
        "data": source,
        "names": names,
        "keys": [account.external_key for account in accounts],
        "kinds": [account.kind or "enterprise" for account in accounts],
        "industries": [account.industry or "" for account in accounts],
        "regions": [account.region or "" for account in accounts],
        "name_keys": [sort_key(name) for name in names],
        "search_texts": [
            search_text(name, account.external_key)
            for name, account in zip(names, accounts, strict=True)
        ],
    }
    return list(db.session.execute(ADD, values).scalars())


def created_by(tenant_id: int, import_id: uuid.UUID) -> list[uuid.UUID]:
    """Return the accounts that an import created."""
    values = {"tenant": tenant_id, "import": str(import_id)}
    return list(db.session.execute(CREATED, values).scalars())

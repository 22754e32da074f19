"""Writing the audit chain.

Services call `record`; the entries wait in the session and are chained just before its commit, so
that the chain's head is locked for the shortest time.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import event, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, SessionTransaction

from tierline.access.decision import find_subject
from tierline.access.request import request_id
from tierline.audit.models import (
    AuditColumns,
    AuditEntry,
    AuditHead,
    PlatformAuditEntry,
    PlatformAuditHead,
)
from tierline.db import current_scope, db
from tierline.db.session import ScopedSession

WAITING = "audit"
START = "0" * 64


def record(
    action: str,
    record: Any = None,
    changes: Mapping[str, Any] | None = None,
    *,
    actor: str | None = None,
    platform: bool = False,
) -> None:
    """Note that the acting subject did `action` to `record`.

    `changes` maps a field to its value, or to [old, new].

    The entry goes to the chain of the tenant in scope, or to the platform's where none is, or where
    what is done there concerns the `platform`.
    """
    subject = find_subject()
    session = db.session()
    if not session.in_transaction():
        session.begin()  # so that a rollback is noticed, even before anything else is written
    session.info.setdefault(WAITING, []).append(
        {
            "at": datetime.datetime.now(datetime.UTC),
            "actor": actor or (subject.name if subject else "anonymous"),
            "membership_id": subject.membership_id if subject else None,
            "token_id": subject.token_id if subject else None,
            "action": action,
            "record": record,
            "changes": dict(changes or {}),
            "request_id": request_id.get(),
            "tenant": current_scope().tenant_id is not None and not platform,
        }
    )


def digest_of(entry: AuditColumns) -> str:
    """Return the SHA-256 over the entry's canonical form and the digest before it."""
    content = [
        entry.previous,
        entry.position,
        entry.at.astimezone(datetime.UTC).isoformat(timespec="microseconds"),
        entry.actor,
        str(entry.membership_id),
        str(entry.token_id),
        entry.action,
        entry.record_type,
        entry.record_id,
        entry.changes,
        entry.request_id,
    ]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _plain(value: Any) -> Any:
    """Return `value` as JSON keeps it, so that the digest can be taken again later."""
    return orjson.loads(orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS))


@event.listens_for(ScopedSession, "before_commit")
def _chain(session: Session) -> None:
    waiting = session.info.pop(WAITING, None)
    if not waiting:
        return
    session.flush()
    for tenant in (True, False):  # always in this order, so that writers never wait in a circle
        entries = [entry for entry in waiting if entry["tenant"] == tenant]
        if entries:
            _chain_to(session, tenant, entries)
    session.flush()


def _chain_to(session: Session, tenant: bool, entries: list[dict[str, Any]]) -> None:
    kind: Any = AuditEntry if tenant else PlatformAuditEntry
    head = _locked_head(session, tenant)
    for entry in entries:
        touched = entry["record"]
        content = {key: entry[key] for key in entry if key not in ("record", "tenant")}
        chained = kind(
            **{**content, "changes": _plain(content["changes"])},
            record_type=getattr(touched, "__tablename__", None),
            record_id=str(touched.id) if touched is not None else None,
            position=head.position + 1,
            previous=head.digest,
        )
        chained.digest = digest_of(chained)
        head.position, head.digest = chained.position, chained.digest
        session.add(chained)


@event.listens_for(ScopedSession, "after_soft_rollback")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if not transaction.nested:
        session.info.pop(WAITING, None)


def _locked_head(session: Session, tenant: bool) -> Any:
    model: Any = AuditHead if tenant else PlatformAuditHead
    start = {"position": 0, "digest": START} | ({} if tenant else {"id": 1})
    session.execute(insert(model).values(start).on_conflict_do_nothing())
    return session.scalars(
        select(model).with_for_update().execution_options(populate_existing=True)
    ).one()

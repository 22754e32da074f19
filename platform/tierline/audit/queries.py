"""Reading and verifying the audit chain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select

from tierline.audit.models import AuditEntry, AuditHead, PlatformAuditEntry, PlatformAuditHead
from tierline.audit.service import START, digest_of
from tierline.db import current_scope, db
from tierline.db.paging import Sort

BATCH = 1000


@dataclass(frozen=True)
class Verification:
    """What verifying a chain found: the number of good entries, and the first bad one."""

    entries: int
    bad_position: int | None = None
    problem: str | None = None

    @property
    def good(self) -> bool:
        """Return whether every entry holds."""
        return self.problem is None


def verify_chain() -> Verification:
    """Verify the chain of the tenant in scope, or the platform's; names the first bad entry.

    Finds changed, removed, inserted and reordered entries, and a cut tail by the chain's head. A
    cut tail with a mended head shows only against a digest kept elsewhere.
    """
    tenant = current_scope().tenant_id is not None
    model: Any = AuditEntry if tenant else PlatformAuditEntry
    statement = select(model).order_by(model.position).execution_options(yield_per=BATCH)
    with db.session.scalars(statement) as entries:
        found, digest = _verify_entries(entries)
    return _verify_head(tenant, digest, found.entries) if found.good else found


def _verify_entries(entries: Iterable[Any]) -> tuple[Verification, str]:
    """Return what was found up to the first bad entry, and the digest of the last good one."""
    previous, position = START, 0
    for entry in entries:
        if entry.position != position + 1:
            return Verification(position, position + 1, "is missing"), previous
        if entry.previous != previous:
            problem = _("does not follow from the entry before it")
            return Verification(position, entry.position, problem), previous
        if entry.digest != digest_of(entry):
            problem = _("was changed after it was written")
            return Verification(position, entry.position, problem), previous
        previous, position = entry.digest, entry.position
    return Verification(position), previous


def _verify_head(tenant: bool, digest: str, position: int) -> Verification:
    model: Any = AuditHead if tenant else PlatformAuditHead
    head = db.session.scalars(select(model)).one_or_none()
    expected = (head.position, head.digest) if head else (0, START)
    if (position, digest) != expected:
        return Verification(position, position + 1, "is missing: the log is cut at its end")
    return Verification(position)


NEWEST = Sort("newest", ((AuditEntry.position, True),))


def select_entries(action: str | None = None) -> Select[AuditEntry]:
    """Return the statement of the tenant's entries, to be paged."""
    statement = select(AuditEntry)
    return statement.where(AuditEntry.action == action) if action else statement

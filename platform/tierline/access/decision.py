"""The one decision: may this subject do this, to this record?

Pages, lists, exports, search, API and jobs all ask `decide`; none has a rule of its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _l

from tierline.access.permissions import ROLE_NAMES, Permission, Role
from tierline.errors import Forbidden, Unauthenticated

if TYPE_CHECKING:
    from collections.abc import Iterator


class Owned(Protocol):
    """A record with an owner, named by membership."""

    tenant_id: Any
    owner_id: Any


@dataclass(frozen=True)
class Subject:
    """Who acts: a member of the tenant in scope, an API token of one, or the platform itself."""

    name: str
    tenant_id: int
    role: Role
    membership_id: uuid.UUID | None = None  # None: the platform (commands, schedules)
    user_id: int | None = None
    token_id: uuid.UUID | None = None
    scopes: frozenset[str] | None = None  # None: all that the role has

    def can(self, permission: Permission | str, record: Owned | None = None) -> bool:
        """Return whether the subject may do it (for templates)."""
        from tierline.access.permissions import permissions

        if isinstance(permission, str):
            permission = permissions()[permission]
        return decide(self, permission, record).allowed


@dataclass(frozen=True)
class Verdict:
    """An answer with its reason, so that "why can't Li do this?" has one."""

    allowed: bool
    reason: str | LazyString


def decide(subject: Subject | None, permission: Permission, record: Owned | None = None) -> Verdict:
    """Return whether `subject` may do what `permission` names, to `record` where one is given."""
    if subject is None:
        return Verdict(False, _l("Nobody is signed in."))
    if subject.role not in permission.roles:
        return Verdict(False, _lacking(subject.role, permission))
    if subject.scopes is not None and not _scope_covers(subject.scopes, permission):
        return Verdict(
            False, _l("The token does not have the scope %(scope)s.", scope=permission.key)
        )
    if record is not None:
        return _decide_record(subject, permission, record)
    return _granted(subject.role, permission)


def _lacking(role: Role, permission: Permission) -> LazyString:
    return _l(
        'The role %(role)s does not have the permission "%(title)s" (%(key)s).',
        role=ROLE_NAMES[role],
        title=permission.title,
        key=permission.key,
    )


def _granted(role: Role, permission: Permission) -> Verdict:
    reason = _l(
        'The role %(role)s has the permission "%(title)s" (%(key)s).',
        role=ROLE_NAMES[role],
        title=permission.title,
        key=permission.key,
    )
    return Verdict(True, reason)


def _scope_covers(scopes: Iterable[str], permission: Permission) -> bool:
    act = permission.key.partition(".")[2]
    kind = "read" if act == "read" else "write"
    return not {permission.key, f"{permission.area}.*", f"*.{kind}", "*"}.isdisjoint(scopes)


def _decide_record(subject: Subject, permission: Permission, record: Owned) -> Verdict:
    if record.tenant_id != subject.tenant_id:
        return Verdict(False, _l("The record belongs to another company."))
    owner = getattr(record, "owner_id", None)
    if subject.role in permission.own_records and owner not in (None, subject.membership_id):
        return Verdict(False, _l("Somebody else is the owner."))
    return _granted(subject.role, permission)


_subject: ContextVar[Subject | None] = ContextVar("subject", default=None)


@contextmanager
def acting_as(subject: Subject | None) -> Iterator[None]:
    """Let `subject` act within the block: entered at the three edges only."""
    token = _subject.set(subject)
    try:
        yield
    finally:
        _subject.reset(token)


def find_subject() -> Subject | None:
    """Return who acts, or None where nobody is signed in."""
    return _subject.get()


def get_subject() -> Subject:
    """Return who acts; raises Unauthenticated where nobody does."""
    subject = _subject.get()
    if subject is None:
        raise Unauthenticated(gettext("Sign in first."))
    return subject


def require(permission: Permission, record: Owned | None = None) -> Subject:
    """Return the acting subject if it may; raises Unauthenticated or Forbidden with the reason."""
    subject = get_subject()
    verdict = decide(subject, permission, record)
    if not verdict.allowed:
        raise Forbidden(str(verdict.reason), permission=permission.key)
    return subject


def platform_subject(tenant_id: int, name: str = "platform") -> Subject:
    """Return the subject of commands and schedules, which act as the tenant's owner would."""
    return Subject(name=name, tenant_id=tenant_id, role=Role.OWNER)

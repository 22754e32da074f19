"""Reading users, members and tokens; who acts by a session or a token."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select, update

from tierline.access.decision import Subject
from tierline.access.permissions import Role
from tierline.db import db, system, tenant_scope
from tierline.db.paging import Sort
from tierline.errors import NotFound, Unauthenticated
from tierline.identity.models import ApiToken, AppUser, LoginSession, Membership
from tierline.identity.tokens import digest, slug_of
from tierline.tenancy.models import Tenant
from tierline.tenancy.queries import find_tenant

PLATFORM_SCOPE = "plugins.install"  # the scope of an operator's token, by name
USE_NOTED_EVERY = datetime.timedelta(minutes=10)

BY_SINCE = Sort("since", ((Membership.created_at, False), (Membership.id, False)))
NEWEST_TOKEN = Sort("newest", ((ApiToken.created_at, True), (ApiToken.id, True)))


@dataclass(frozen=True)
class Company:
    """A tenant that a user may enter now, and as what."""

    tenant: Tenant
    membership_id: uuid.UUID
    role: Role
    expires_at: datetime.datetime | None

    @property
    def slug(self) -> str:
        """Return the tenant's name in addresses."""
        return self.tenant.slug

    @property
    def name(self) -> str:
        """Return the tenant's name."""
        return self.tenant.name

    @property
    def url(self) -> str:
        """Return the address of its home page."""
        return f"/t/{self.slug}/"


@dataclass(frozen=True)
class SignIn:
    """Whom a session signs in, and the companies that the person may enter now, by name."""

    user: AppUser
    companies: list[Company]

    def find_company(self, slug: str) -> Company | None:
        """Return the company with this slug, or None where the person may not enter it."""
        return next((each for each in self.companies if each.slug == slug), None)

    def subject_in(self, company: Company) -> Subject:
        """Return who acts when the person enters one of the companies."""
        return Subject(
            name=self.user.shown_name,
            tenant_id=company.tenant.id,
            role=company.role,
            membership_id=company.membership_id,
            user_id=self.user.id,
        )


def normal_email(email: str) -> str:
    """Return an e-mail as users are kept: without blanks around it, in small letters."""
    return email.strip().lower()


def find_user(email: str) -> AppUser | None:
    """Return the user with this e-mail, or None."""
    statement = select(AppUser).where(AppUser.email == normal_email(email))
    user: AppUser | None = db.session.scalar(statement)
    return user


def get_user(email: str) -> AppUser:
    """Return the user with this e-mail; raises NotFound."""
    user = find_user(email)
    if user is None:
        message = _("There is no user %(email)s.", email=email)
        raise NotFound(message, fields={"email": [_("is not known")]})
    return user


def list_users() -> list[AppUser]:
    """Return all users by e-mail."""
    return list(db.session.scalars(select(AppUser).order_by(AppUser.email)))


def in_force() -> ColumnElement[bool]:
    """Return the condition that a membership lets its user in now."""
    unexpired = or_(Membership.expires_at.is_(None), Membership.expires_at > func.now())
    return Membership.deactivated_at.is_(None) & unexpired


def members() -> Select[tuple[Membership]]:
    """Return the statement of the tenant's memberships, past ones too, to be paged."""
    return select(Membership)


def get_membership(membership_id: uuid.UUID) -> Membership:
    """Return the tenant's membership with this id; raises NotFound."""
    membership: Membership | None = db.session.get(Membership, membership_id)
    if membership is None:
        raise NotFound(_("There is no such member."))
    return membership


def find_membership(user: AppUser) -> Membership | None:
    """Return the user's membership in the tenant in scope, past ones too, or None."""
    statement = select(Membership).where(Membership.user_id == user.id)
    membership: Membership | None = db.session.scalar(statement)
    return membership


def get_membership_of(user: AppUser) -> Membership:
    """Return the user's membership in the tenant in scope; raises NotFound."""
    membership = find_membership(user)
    if membership is None:
        raise NotFound(_("%(email)s is not a member here.", email=user.email))
    return membership


def active_owners(but: Membership) -> int:
    """Return how many owners could still act for the tenant without `but`."""
    statement = select(func.count(Membership.id)).where(
        Membership.role == Role.OWNER.value, in_force(), Membership.id != but.id
    )
    return db.session.execute(statement).scalar_one()


def subject_of(membership: Membership, token: ApiToken | None = None) -> Subject:
    """Return who acts: the member, or a token on its behalf with at most its rights."""
    return Subject(
        name=f"{membership.name} ({token.name})" if token else membership.name,
        tenant_id=membership.tenant_id,
        role=Role(membership.role),
        membership_id=membership.id,
        user_id=membership.user_id,
        token_id=token.id if token else None,
        scopes=frozenset(token.scopes) if token else None,
    )


def get_token_subject(secret: str, slug: str) -> Subject:
    """Return who acts by this token in the tenant in scope, whose slug is `slug`.

    Raises Unauthenticated with the same words whatever is wrong with it.
    """
    found = _find_live_token(secret) if slug_of(secret) == slug else None
    if found is None:
        raise Unauthenticated(_("The token is not valid here: unknown, expired or revoked."))
    token, membership = found
    _note_use(token)
    return subject_of(membership, token)


def find_operator_of_token(secret: str) -> AppUser | None:
    """Return the operator whose token this is, if it has the scope to change the platform.

    Raises Unauthenticated for a token that is not valid.
    """
    slug = slug_of(secret)
    tenant = find_tenant(slug) if slug else None
    if slug is None or tenant is None:
        raise Unauthenticated(_("The token is not valid here: unknown, expired or revoked."))
    with tenant_scope(tenant.id):
        subject = get_token_subject(secret, slug)
    if PLATFORM_SCOPE not in (subject.scopes or ()):
        return None
    user: AppUser | None = db.session.get(AppUser, subject.user_id)
    return user if user is not None and user.operator else None


def _find_live_token(secret: str) -> tuple[ApiToken, Membership] | None:
    statement = (
        select(ApiToken, Membership)
        .join(Membership, Membership.id == ApiToken.membership_id)
        .where(
            ApiToken.hash == digest(secret),
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > func.now(),
            in_force(),
        )
    )
    row = db.session.execute(statement).one_or_none()
    if row is None or not row[1].user.active:
        return None
    return row[0], row[1]


def _note_use(token: ApiToken) -> None:
    """Keep when a token was last used, to ten minutes: a read must not turn into many writes."""
    now = datetime.datetime.now(datetime.UTC)
    if token.last_used_at is not None and now - token.last_used_at < USE_NOTED_EVERY:
        return
    tenant_id, token_id = token.tenant_id, token.id
    with system("note the use of an API token; a read's own transaction is read only"):
        db.session.execute(
            update(ApiToken)
            .where(ApiToken.tenant_id == tenant_id, ApiToken.id == token_id)
            .values(last_used_at=now)
            .execution_options(synchronize_session=False)
        )
        db.session.commit()


def tokens() -> Select[tuple[ApiToken]]:
    """Return the statement of the tenant's tokens, past ones too, to be paged."""
    return select(ApiToken)


def get_token(token_id: uuid.UUID) -> ApiToken:
    """Return the tenant's token with this id; raises NotFound."""
    token: ApiToken | None = db.session.get(ApiToken, token_id)
    if token is None:
        raise NotFound(_("There is no such token."))
    return token


ENTERED = (Tenant, Membership.id, Membership.role, Membership.expires_at)


def _company(row: Any) -> Company:
    return Company(row.Tenant, row.id, Role(row.role), row.expires_at)


def companies_of(user_id: int) -> list[Company]:
    """Return the companies that the user may enter now, by name."""
    statement = (
        select(*ENTERED)
        .join(Membership, Membership.tenant_id == Tenant.id)
        .where(Membership.user_id == user_id, in_force(), Tenant.archived_at.is_(None))
        .order_by(Tenant.name, Tenant.slug)
    )
    with system("list the companies of a user"):
        return [_company(row) for row in db.session.execute(statement)]


SIGN_IN = (
    select(*ENTERED, AppUser)
    .select_from(LoginSession)
    .join(AppUser, AppUser.id == LoginSession.user_id)
    .outerjoin(Membership, (Membership.user_id == AppUser.id) & in_force())
    .outerjoin(Tenant, (Tenant.id == Membership.tenant_id) & Tenant.archived_at.is_(None))
    .where(
        LoginSession.id == bindparam("session_id"),
        LoginSession.ended_at.is_(None),
        LoginSession.started_at > bindparam("begun_after"),
        AppUser.active,
    )
    .order_by(Tenant.name, Tenant.slug)
)


def find_sign_in(session_id: uuid.UUID, begun_after: datetime.datetime) -> SignIn | None:
    """Return whom a session signs in, or None where it has ended or its user is not active.

    One query, because every request begins with it; users and tenants in it are to be read only.
    """
    asked = {"session_id": session_id, "begun_after": begun_after}
    with system("find who is signed in, and the companies that the person may enter"):
        rows = db.session.execute(SIGN_IN, asked).all()
    companies = [_company(row) for row in rows if row.Tenant is not None]
    return SignIn(rows[0].AppUser, companies) if rows else None

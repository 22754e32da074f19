"""The list of accounts: filters, orders, columns. Plain rows, no object an account.

Each order is backed by an index that leads with the tenant. What higher layers add comes through
`accounts.panels`.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, Text, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from tierline.access.decision import find_subject
from tierline.accounts.models import CUSTOMER, Account, AccountGroup
from tierline.accounts.names import normalize, search_pattern
from tierline.accounts.panels import ListColumn, ListFilter
from tierline.db import db
from tierline.db.paging import Page, Sort, keyset_page
from tierline.db.scope import current_tenant_id
from tierline.errors import Invalid, NotFound
from tierline.identity.models import AppUser, Membership
from tierline.packs.problems import did_you_mean

MOST_WORDS = 8
NUMBER = literal_column("COALESCE(account.external_key, ''::text)", Text)  # ix_account_number
ORDERS: Mapping[str, Any] = {
    "name": Account.name_key,
    "number": NUMBER,
    "created": Account.created_at,
    "updated": Account.updated_at,
}
SORTS = (*ORDERS, *(f"-{name}" for name in ORDERS))


@dataclass(frozen=True)
class AccountFilter:
    """Which accounts to list; an empty value does not narrow."""

    q: str = ""  # every word must be found in name, pinyin, initials, number or credit code
    owner: str = ""  # a membership's id, "mine" or "nobody"
    kind: str = ""
    stage: str = ""
    industry: str = ""
    region: str = ""
    group: str = ""
    archived: bool = False
    added: Mapping[str, str] = field(default_factory=dict)  # filters of higher layers, by key

    @property
    def narrows(self) -> bool:
        """Return whether anything but the group is chosen."""
        return replace(self, group="") != AccountFilter()


@dataclass(frozen=True)
class AccountRow:
    """An account as the API shows it."""

    id: uuid.UUID
    name: str
    external_key: str | None
    kind: str
    lifecycle_stage: str
    owner_id: uuid.UUID | None
    owner: str | None  # the member's name
    industry: str
    region: str
    credit_code: str | None
    fields: dict[str, Any]
    groups: list[str]
    version: int
    created_at: datetime.datetime
    updated_at: datetime.datetime
    archived_at: datetime.datetime | None


class ListedAccount(NamedTuple):
    """An account as the list on the screen shows it: fewer columns, for they are many rows."""

    id: uuid.UUID
    name: str
    external_key: str | None
    kind: str
    lifecycle_stage: str
    owner: str | None  # the member's name
    region: str
    updated_at: datetime.datetime
    added: tuple[Any, ...]  # the values of added columns, in their order


def _group_keys() -> ColumnElement[Any]:
    keys = (
        select(AccountGroup.group_key)
        .where(AccountGroup.tenant_id == Account.tenant_id, AccountGroup.account_id == Account.id)
        .order_by(AccountGroup.group_key)
        .scalar_subquery()
    )
    return func.array(keys, type_=ARRAY(Text))


OWNER_NAME = func.coalesce(func.nullif(AppUser.name, ""), AppUser.email)
PLAIN = (
    Account.id,
    Account.name,
    Account.external_key,
    Account.kind,
    Account.lifecycle_stage,
    Account.owner_id,
    OWNER_NAME,
    Account.industry,
    Account.region,
    Account.credit_code,
    Account.fields,
    _group_keys(),
    Account.version,
    Account.created_at,
    Account.updated_at,
    Account.archived_at,
)


LISTED = (
    Account.id,
    Account.name,
    Account.external_key,
    Account.kind,
    Account.lifecycle_stage,
    OWNER_NAME,
    Account.region,
    Account.updated_at,
)


def _of_accounts(*columns: Any) -> Select[Any]:
    of_owner = (Membership.tenant_id == Account.tenant_id) & (Membership.id == Account.owner_id)
    return (
        select(*columns)
        .select_from(Account)
        .outerjoin(Membership, of_owner)
        .outerjoin(AppUser, AppUser.id == Membership.user_id)
    )


ROWS, LISTED_ROWS = _of_accounts(*PLAIN), _of_accounts(*LISTED)


def select_rows() -> Select[Any]:
    """Return the statement of all the tenant's accounts, as the values of AccountRow in order."""
    return ROWS.where(Account.tenant_id == current_tenant_id())


def list_accounts(
    wanted: AccountFilter,
    sort: str = "name",
    cursor: str | None = None,
    limit: int = 50,
    *,
    filters: Sequence[ListFilter] = (),
) -> Page[AccountRow]:
    """Return a page of the accounts wanted; raises Invalid for an unknown order or filter."""
    statement = select_rows().where(*conditions(wanted, filters))
    page = keyset_page(statement, order(sort), cursor, limit)
    return replace(page, items=[AccountRow(*values) for values in page.items])


def list_for_screen(
    wanted: AccountFilter,
    sort: str = "name",
    cursor: str | None = None,
    limit: int = 50,
    *,
    columns: Sequence[ListColumn] = (),
    filters: Sequence[ListFilter] = (),
) -> Page[ListedAccount]:
    """Return a page of the accounts wanted, with the number of all, at most 10,001.

    Raises Invalid for an unknown order or filter.
    """
    asked = (Account.tenant_id == current_tenant_id(), *conditions(wanted, filters))
    statement = LISTED_ROWS.add_columns(*(column.expression for column in columns)).where(*asked)
    counted = select(Account.id).where(*asked)
    page = keyset_page(statement, order(sort), cursor, limit, counted=counted)
    return replace(page, items=[_listed(values) for values in page.items])


def _listed(values: Sequence[Any]) -> ListedAccount:
    plain = len(LISTED)
    return ListedAccount(*(*values[:plain], tuple(values[plain:])))


def order(sort: str) -> Sort:
    """Return an order by its name, "-" before it for descending; raises Invalid."""
    if sort not in SORTS:
        raise _unknown("sort", sort, SORTS)
    down = sort.startswith("-")
    return Sort(sort, ((ORDERS[sort.removeprefix("-")], down), (Account.id, down)))


def any_account() -> bool:
    """Return whether the tenant has any account, archived or not."""
    statement = select(Account.id).where(Account.tenant_id == current_tenant_id()).limit(1)
    return db.session.execute(statement).first() is not None


def get_row(account_id: uuid.UUID) -> AccountRow:
    """Return one account as lists show it, archived ones too; raises NotFound."""
    row = db.session.execute(select_rows().where(Account.id == account_id)).one_or_none()
    if row is None:
        raise NotFound(_("There is no such account."))
    return AccountRow(*row)


def conditions(
    wanted: AccountFilter, filters: Sequence[ListFilter] = ()
) -> list[ColumnElement[bool]]:
    """Return what a filter asks of an account; raises Invalid naming what can't be asked."""
    there = Account.archived_at
    asked: list[ColumnElement[bool]] = [there.is_not(None) if wanted.archived else there.is_(None)]
    asked += [Account.search_text.like(search_pattern(each)) for each in search_words(wanted.q)]
    if wanted.owner:
        asked.append(_owned_by(wanted.owner))
    if wanted.kind:
        asked.append(Account.kind == wanted.kind)
    if wanted.stage:
        asked.append(Account.lifecycle_stage == wanted.stage)
    if wanted.industry:
        asked.append(func.lower(Account.industry) == func.lower(wanted.industry))
    if wanted.region:
        asked.append(func.lower(Account.region) == func.lower(wanted.region))
    if wanted.group:
        asked.append(_in_group(wanted.group))
    return asked + _added(wanted.added, filters)


def search_words(q: str) -> list[str]:
    """Return the words of a search; each must be found."""
    return normalize(q.replace("\x00", " ")).split()[:MOST_WORDS]


def _owned_by(owner: str) -> ColumnElement[bool]:
    if owner == "nobody":
        return Account.owner_id.is_(None)
    if owner == "mine":
        subject = find_subject()
        return Account.owner_id == literal(subject.membership_id if subject else None)
    try:
        return Account.owner_id == uuid.UUID(owner)
    except ValueError as error:
        problem = _('must be a member\'s id, "mine" or "nobody"')
        raise Invalid(_("The owner is not known."), fields={"owner": [problem]}) from error


def _in_group(group: str) -> ColumnElement[bool]:
    """Return the condition that an account is in a group.

    IS TRUE keeps it from becoming a join, which compares every account with every membership until
    the first ANALYZE after a large import. Most accounts are customers, so each is looked up: fifty
    are found at once. The other groups are small and are gathered first.
    """
    found = select(literal(True)).where(
        AccountGroup.tenant_id == Account.tenant_id,
        AccountGroup.account_id == Account.id,
        AccountGroup.group_key == group,
    )
    return found.scalar_subquery().is_(True) if group == CUSTOMER else found.exists().is_(True)


def _added(wanted: Mapping[str, str], filters: Sequence[ListFilter]) -> list[ColumnElement[bool]]:
    by_key = {each.key: each for each in filters}
    for key, value in wanted.items():
        if key not in by_key:
            raise _unknown("filter", key, list(by_key))
        options = [option for option, _title in by_key[key].options]
        if value not in options:
            raise _unknown(key, value, options)
    return [by_key[key].condition(value) for key, value in wanted.items()]


def _unknown(name: str, given: str, known: Sequence[str]) -> Invalid:
    problem = _('"%(given)s" is not one of %(known)s', given=given, known=", ".join(known))
    hint = did_you_mean(given, known)
    return Invalid(_("The %(name)s is not known.", name=name), fields={name: [problem + hint]})

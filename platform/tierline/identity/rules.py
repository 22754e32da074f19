"""Pure rules about members: who may give, change or take which role."""

from __future__ import annotations

import datetime

from flask_babel import gettext as _

from tierline.access.permissions import Role, role_name
from tierline.errors import Conflict, Forbidden, Invalid

RANKS = {role: place for place, role in enumerate(Role)}
LONGEST_CONSULTING = datetime.timedelta(days=366)


class RoleTooHigh(Forbidden):
    """Nobody gives a role above their own, or changes somebody who stands above them."""

    code = "role_too_high"


class LastOwner(Conflict):
    """A company keeps at least one active owner."""

    code = "last_owner"


def check_role_change(actor: Role, current: Role | None, wanted: Role | None) -> None:
    """Raise RoleTooHigh where `actor` may not move a member from `current` to `wanted`.

    current None: the person is not a member yet. wanted None: the member is to be removed.
    """
    for role in (current, wanted):
        if role is not None and RANKS[role] > RANKS[actor]:
            raise RoleTooHigh(
                _(
                    "Your role, %(own)s, does not reach up to %(other)s.",
                    own=role_name(actor),
                    other=role_name(role),
                )
            )


def check_expiry(role: Role, expires_at: datetime.datetime | None, now: datetime.datetime) -> None:
    """Raise Invalid unless the expiry is in the future, and there and near for a consultant."""
    if expires_at is None:
        if role is Role.CONSULTANT:
            raise _wrong(_("is needed for a consultant"))
    elif expires_at <= now:
        raise _wrong(_("must be in the future"))
    elif role is Role.CONSULTANT and expires_at > now + LONGEST_CONSULTING:
        raise _wrong(_("must be within a year for a consultant"))


def _wrong(problem: str) -> Invalid:
    message = _("The end of the membership %(problem)s.", problem=problem)
    return Invalid(message, fields={"expires_at": [problem]})


def parse_role(value: str) -> Role:
    """Return the role of this name; raises Invalid naming the known ones."""
    try:
        return Role(value)
    except ValueError as error:
        known = ", ".join(Role)
        raise Invalid(
            _("There is no role %(role)s.", role=value),
            fields={"role": [_("must be one of %(known)s", known=known)]},
        ) from error


def roles_within(actor: Role) -> list[Role]:
    """Return the roles that `actor` may give, the least first."""
    return [role for role in Role if RANKS[role] <= RANKS[actor]]

"""Permissions: what can be allowed. Each feature declares its own in `permissions.py`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flask_babel import LazyString, lazy_pgettext
from flask_babel import lazy_gettext as _l


class Role(StrEnum):
    """What a member is in a tenant, from the least to the most."""

    VIEWER = "viewer"
    MEMBER = "member"
    MANAGER = "manager"
    CONSULTANT = "consultant"
    ADMINISTRATOR = "administrator"
    OWNER = "owner"


ROLE_NAMES = {
    Role.VIEWER: _l("Viewer"),
    Role.MEMBER: _l("Member"),
    Role.MANAGER: _l("Manager"),
    Role.CONSULTANT: _l("Consultant"),
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.OWNER: lazy_pgettext("role", "Owner"),
}


def role_name(role: str) -> str:
    """Return what a role is called, in the reader's language."""
    return str(ROLE_NAMES[Role(role)])


EVERYONE = frozenset(Role)
CONTRIBUTORS = EVERYONE - {Role.VIEWER}
MANAGERS = frozenset({Role.MANAGER, Role.CONSULTANT, Role.ADMINISTRATOR, Role.OWNER})
CONFIGURERS = frozenset({Role.CONSULTANT, Role.ADMINISTRATOR, Role.OWNER})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR, Role.OWNER})
OWNERS = frozenset({Role.OWNER})


@dataclass(frozen=True)
class Permission:
    """One act that can be allowed, with the roles that have it.

    `own_records` names the roles that have it only for records that they own or nobody owns.
    `scope` is what an API token must hold: the permission's own key, or `read`/`write` of its area.
    """

    key: str  # "accounts.update"
    title: str | LazyString
    roles: frozenset[Role]
    own_records: frozenset[Role] = frozenset()

    @property
    def area(self) -> str:
        """Return the feature that the permission belongs to: "accounts"."""
        return self.key.partition(".")[0]


_registry: dict[str, Permission] = {}


def permission(
    key: str,
    title: str | LazyString,
    roles: frozenset[Role],
    own_records: frozenset[Role] = frozenset(),
) -> Permission:
    """Declare a permission; a key can be declared once."""
    if key in _registry:
        raise ValueError(f"permission {key!r} is declared twice")
    declared = Permission(key, title, roles, own_records)
    _registry[key] = declared
    return declared


def permissions() -> dict[str, Permission]:
    """Return every declared permission by key."""
    return dict(_registry)

"""Who may see and manage the people and the API tokens of a tenant."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext

from tierline.access.permissions import ADMINISTRATORS, EVERYONE, Role, permission

READ = permission("people.read", _l("See who is a member"), EVERYONE)
MANAGE = permission("people.manage", _l("Invite, change and remove members"), ADMINISTRATORS)
READ_TOKENS = permission("tokens.read", _l("See the API tokens"), ADMINISTRATORS)
MANAGE_TOKENS = permission("tokens.manage", _l("Create and revoke API tokens"), ADMINISTRATORS)

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

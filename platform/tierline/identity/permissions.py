"""Who may see and manage the people and the API tokens of a tenant."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tierline.access.permissions import ADMINISTRATORS, EVERYONE, permission

READ = permission("people.read", _l("See who is a member"), EVERYONE)
MANAGE = permission("people.manage", _l("Invite, change and remove members"), ADMINISTRATORS)
READ_TOKENS = permission("tokens.read", _l("See the API tokens"), ADMINISTRATORS)
MANAGE_TOKENS = permission("tokens.manage", _l("Create and revoke API tokens"), ADMINISTRATORS)

"""Who may see the register of commitments, and write in it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tierline.access.permissions import CONTRIBUTORS, EVERYONE, Role, permission

OWN = frozenset({Role.MEMBER})

READ = permission("regulators.read", _l("See commitments to regulators"), EVERYONE)
MANAGE = permission(
    "regulators.manage", _l("Write commitments to regulators"), CONTRIBUTORS, own_records=OWN
)

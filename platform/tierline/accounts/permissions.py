"""Who may see and change accounts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tierline.access.permissions import CONTRIBUTORS, EVERYONE, Role, permission

OWN = frozenset({Role.MEMBER})

READ = permission("accounts.read", _l("See accounts"), EVERYONE)
CREATE = permission("accounts.create", _l("Add accounts"), CONTRIBUTORS)
UPDATE = permission("accounts.update", _l("Change accounts"), CONTRIBUTORS, own_records=OWN)
ARCHIVE = permission("accounts.archive", _l("Archive accounts"), CONTRIBUTORS, own_records=OWN)
NOTE = permission("accounts.note", _l("Write notes on accounts"), CONTRIBUTORS)
IMPORT = permission("accounts.import", _l("Import accounts"), CONTRIBUTORS - {Role.MEMBER})

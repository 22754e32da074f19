"""Who may see imports. Running one needs the permission that its type of record names."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tierline.access.permissions import EVERYONE, MANAGERS, permission

READ = permission("imports.read", _l("See imports and their results"), EVERYONE)
RUN = permission("imports.run", _l("Import files"), MANAGERS)

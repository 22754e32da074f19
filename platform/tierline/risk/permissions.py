"""Who may see risk."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tierline.access.permissions import EVERYONE, permission

READ = permission("risk.read", _l("See risk"), EVERYONE)

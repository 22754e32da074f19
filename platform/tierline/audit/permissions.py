"""Who may read the audit chain."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tierline.access.permissions import ADMINISTRATORS, permission

READ = permission("audit.read", _l("Read the audit log"), ADMINISTRATORS)

"""Who may see metrics, and have them computed anew."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tierline.access.permissions import CONTRIBUTORS, EVERYONE, permission

READ = permission("metrics.read", _l("See metrics"), EVERYONE)
REFRESH = permission("metrics.refresh", _l("Compute metrics again"), CONTRIBUTORS)

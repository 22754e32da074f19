"""Who may see and steer background work."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tierline.access.permissions import CONTRIBUTORS, EVERYONE, permission

READ = permission("jobs.read", _l("See background work"), EVERYONE)
STEER = permission("jobs.steer", _l("Cancel and repeat background work"), CONTRIBUTORS)

"""Who may see tiers, and run a scheme over the company's accounts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tierline.access.permissions import EVERYONE, MANAGERS, permission

READ = permission("tiering.read", _l("See tiers"), EVERYONE)
RUN = permission("tiering.run", _l("Run a tiering scheme"), MANAGERS)

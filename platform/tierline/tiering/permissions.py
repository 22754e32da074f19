"""Who may see tiers, run a scheme over the company's accounts, and decide in single cases."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tierline.access.permissions import CONTRIBUTORS, EVERYONE, MANAGERS, permission

READ = permission("tiering.read", _l("See tiers"), EVERYONE)
RUN = permission("tiering.run", _l("Run a tiering scheme"), MANAGERS)
ASK = permission("tiering.ask", _l("Ask for a tier by hand"), CONTRIBUTORS)
DECIDE = permission("tiering.decide", _l("Decide on tiers by hand and on proposals"), MANAGERS)

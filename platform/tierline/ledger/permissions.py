"""Who may see transactions and bring new ones in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tierline.access.permissions import EVERYONE, MANAGERS, permission

READ = permission("ledger.read", _l("See transactions"), EVERYONE)
IMPORT = permission("ledger.import", _l("Import transactions"), MANAGERS)

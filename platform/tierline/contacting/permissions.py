"""Who may see contacts and rules, contact people, and decide on exceptions."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tierline.access.permissions import (
    ADMINISTRATORS,
    CONTRIBUTORS,
    EVERYONE,
    MANAGERS,
    permission,
)

READ = permission("contacting.read", _l("See who was contacted, and who may be"), EVERYONE)
CONTACT = permission("contacting.contact", _l("Record contacts, and whom not to"), CONTRIBUTORS)
EXCEPT = permission("contacting.except", _l("Grant exceptions from contact limits"), MANAGERS)
RULE = permission("contacting.rule", _l("Set contact limits"), ADMINISTRATORS)

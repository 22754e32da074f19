"""Who may see a company's configuration and its history, and who may change it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tierline.access.permissions import ADMINISTRATORS, CONFIGURERS, MANAGERS, permission

READ = permission("configuration.read", _l("See changes of the configuration"), MANAGERS)
CHANGE = permission("configuration.change", _l("Change the configuration"), CONFIGURERS)
APPROVE = permission("configuration.approve", _l("Approve changes of others"), MANAGERS)
SETTLE = permission(
    "configuration.settle", _l("Say whether changes need a second person"), ADMINISTRATORS
)

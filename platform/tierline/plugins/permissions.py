"""Who may see plugins, turn them on and off, and install those of trusted publishers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tierline.access.permissions import CONFIGURERS, EVERYONE, permission

READ = permission("plugins.read", _l("See plugins"), EVERYONE)
MANAGE = permission("plugins.manage", _l("Enable and disable plugins"), CONFIGURERS)
INSTALL = permission("plugins.install", _l("Install plugins of trusted publishers"), CONFIGURERS)

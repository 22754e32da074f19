"""Who may see the home page: every member."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tierline.access.permissions import EVERYONE, permission

READ = permission("home.read", _l("See the home page"), EVERYONE)

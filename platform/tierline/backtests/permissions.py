"""Who may see backtests, and start one."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from tierline.access.permissions import EVERYONE, MANAGERS, permission

READ = permission("backtests.read", _l("See backtests"), EVERYONE)
RUN = permission("backtests.run", _l("Run a backtest"), MANAGERS)

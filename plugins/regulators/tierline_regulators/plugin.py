"""What the extension gives to the platform: its pages and API, a panel, words for the audit log."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from flask_babel import lazy_gettext as _l

from tierline.audit.words import name_actions
from tierline.identity.words import name_area
from tierline.plugins.hooks import hookimpl
from tierline.plugins.routes import ExtensionApi, ExtensionPages
from tierline_regulators import models, panels
from tierline_regulators.api import api
from tierline_regulators.pages import pages

__all__ = ["PACK", "blueprints", "models", "panels"]

PACK = Path(__file__).parent.parent

name_area("regulators", _l("Commitments"))
name_actions(
    {
        "regulators.add": _l("Commitment added"),
        "regulators.update": _l("Commitment changed"),
        "regulators.close": _l("Commitment closed"),
        "regulators.reopen": _l("Commitment opened again"),
        models.Commitment.__tablename__: _l("Commitment"),
    }
)


@hookimpl
def blueprints() -> Iterable[ExtensionPages | ExtensionApi]:
    """Return the register's pages and API."""
    return [pages, api]

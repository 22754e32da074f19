"""What the home page shows: the set-up steps that are left, and what runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, select

from tierline.accounts.models import Account
from tierline.db import db
from tierline.identity.models import Membership
from tierline.jobs.models import Job
from tierline.jobs.queries import open_jobs
from tierline.packs.contributions import Tier
from tierline.packs.names import OWN
from tierline.plugins.models import PluginEnablement
from tierline.tiering.models import Run
from tierline.tiering.queries import Mover, movers
from tierline.tiering.views import SchemeCard
from tierline.tiering.views import overview as schemes


@dataclass(frozen=True)
class Step:
    """One step of setting a company up."""

    title: str
    text: str
    endpoint: str
    done: bool


@dataclass(frozen=True)
class Overview:
    """The home page's content."""

    steps: list[Step]
    jobs: list[Job]
    card: SchemeCard | None  # the first scheme that has a result
    movers: list[Mover]  # who changed tier in its last run

    @property
    def tiers(self) -> dict[str, Tier]:
        """Return the shown scheme's tiers by id."""
        return {tier.id: tier for tier in self.card.entry.contributed.tiers} if self.card else {}

    @property
    def ready(self) -> bool:
        """Return whether every set-up step is done."""
        return all(step.done for step in self.steps)


def overview() -> Overview:
    """Return what the home page shows to the acting subject."""
    card = next((card for card in schemes() if card.shown is not None), None)
    return Overview(_steps(), open_jobs(), card, _movers(card) if card else [])


def _movers(card: SchemeCard) -> list[Mover]:
    scheme, run = card.entry.scheme, card.entry.run
    return movers(scheme, run) if scheme is not None and run is not None else []


def _steps() -> list[Step]:
    return [
        Step(
            _("Choose your industry"),
            _("Plugins bring fields, metrics and tiering schemes that fit your business."),
            "plugins.list_plugins",
            _any(
                select(PluginEnablement.plugin).where(
                    PluginEnablement.plugin.not_in(("essentials", OWN))
                )
            ),
        ),
        Step(
            _("Bring in your trade"),
            _("A file of orders or invoices is enough: the accounts are created from it."),
            "imports.new_import",
            _any(select(Account.id)),
        ),
        Step(
            _("Sort your accounts into tiers"),
            _("Run a scheme, see who stands where, and why."),
            "tiering.list_schemes",
            _any(select(Run.id).where(Run.state == "done")),
        ),
        Step(
            _("Invite your team"),
            _("Give each person the role that fits."),
            "people.list_people",
            len(db.session.scalars(select(Membership.id).limit(2)).all()) > 1,
        ),
    ]


def _any(statement: Select[Any]) -> bool:
    return db.session.execute(statement.limit(1)).first() is not None

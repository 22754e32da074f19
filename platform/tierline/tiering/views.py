"""What the pages of tiering show, gathered."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from tierline.accounts.models import Account, AccountGroup
from tierline.db import db
from tierline.errors import Invalid
from tierline.jobs.models import Job
from tierline.metrics import queries as metrics
from tierline.packs.contributions import Tier, TieringScheme
from tierline.plugins.queries import fields, tiering_schemes
from tierline.plugins.queries import metrics as all_metrics
from tierline.plugins.words import Words
from tierline.rules.population import read_population
from tierline.rules.scheme import GridRule, TableRule, read_scheme
from tierline.tiering import queries
from tierline.tiering.charts import Shown, ShownStructure, show_result, show_structure
from tierline.tiering.crossing import others
from tierline.tiering.decisions import list_of_hands
from tierline.tiering.evaluation import confined, evaluation
from tierline.tiering.explain import explain_account
from tierline.tiering.models import Run
from tierline.tiering.notices import notices_of
from tierline.tiering.proposals import Chosen, Proposed, open_moves, open_proposals
from tierline.tiering.queries import Move, SchemeEntry
from tierline.tiering.starting import find_open_job
from tierline.tiering.structure import Period, structure
from tierline.tiering.versions import get_version


@dataclass(frozen=True)
class SchemeCard:
    """A scheme in the overview."""

    entry: SchemeEntry
    shown: Shown | None
    job: Job | None


def overview() -> list[SchemeCard]:
    """Return the tenant's schemes: those that were run first, each in its own order."""
    cards = [_card(entry) for entry in queries.entries()]
    return sorted(cards, key=lambda card: card.shown is None and card.job is None)


def _card(entry: SchemeEntry) -> SchemeCard:
    return SchemeCard(entry, _shown(entry), find_open_job(entry.contributed.id))


def _shown(entry: SchemeEntry) -> Shown | None:
    if entry.result is None or entry.scheme is None or entry.run is None:
        return None
    return show_result(get_version(entry.scheme, entry.run.version), entry.result)


@dataclass(frozen=True)
class SchemeView:
    """A scheme's page."""

    entry: SchemeEntry
    shown: Shown | None
    job: Job | None
    told: Words
    tiers: dict[str, Tier]
    moves: list[Move]
    runs: list[Run]
    cells: dict[int, int]
    bins: list[dict[str, Any]]
    notices: list[Markup]
    others: list[TieringScheme]


def scheme_view(scheme_id: str) -> SchemeView:
    """Return what a scheme's page shows; raises NotFound."""
    entry = queries.get_entry(scheme_id)
    scheme, run = entry.scheme, entry.run
    return SchemeView(
        entry=entry,
        shown=_shown(entry),
        job=find_open_job(scheme_id),
        told=Words([*fields(), *all_metrics()]),
        tiers={tier.id: tier for tier in entry.contributed.tiers},
        moves=queries.moves(scheme, run) if scheme and run else [],
        runs=queries.recent_runs(scheme) if scheme else [],
        cells=_cell_counts(entry),
        bins=_bins(entry),
        notices=notices_of(scheme_id),
        others=others(scheme_id) if run else [],
    )


def _cell_counts(entry: SchemeEntry) -> dict[int, int]:
    """Return how many accounts stand in each cell of a grid now, by the cell's place."""
    if entry.scheme is None or entry.run is None or entry.contributed.kind != "grid":
        return {}
    rules = read_scheme(get_version(entry.scheme, entry.run.version))
    source = metrics.store_source(metrics.definitions())
    found = evaluation(entry.scheme, rules, read_population(entry.run.population), source)
    assert isinstance(rules.rule, GridRule)  # noqa: S101 - the kind says so
    cell = found.compiled.cell
    assert cell is not None  # noqa: S101 - a grid has cells
    inside = source.in_group(rules.group)
    rows = db.session.execute(
        select(cell, func.count())
        .where(inside, cell.is_not(None), *confined(source))
        .group_by(cell)
    )
    return {row[0]: row[1] for row in rows}


def _bins(entry: SchemeEntry) -> list[dict[str, Any]]:
    """Return the cuts of a table's bins as the last run measured them."""
    if entry.scheme is None or entry.run is None:
        return []
    contributed = get_version(entry.scheme, entry.run.version)
    rule = read_scheme(contributed).rule
    if not isinstance(rule, TableRule):
        return []
    population = read_population(entry.run.population)
    units = {metric.id: metric for metric in all_metrics()}
    return [
        {
            "id": row.id,
            "metric": units[row.metric],
            "cuts": [metrics.shown(cut, units[row.metric].unit) for cut in population.cuts[row.id]],
            "known": population.known[row.metric],
        }
        for row in rule.bins
        if row.metric in units
    ]


@dataclass(frozen=True)
class StructureView:
    """A scheme's page of tiers over time."""

    entry: SchemeEntry
    tiers: dict[str, Tier]
    months: int
    periods: list[Period]
    chart: ShownStructure | None


def structure_view(scheme_id: str, months: int) -> StructureView:
    """Return a scheme's tiers over the last months; no periods before its first run."""
    entry = queries.get_entry(scheme_id)
    tiers = {tier.id: tier for tier in entry.contributed.tiers}
    periods = structure(entry.scheme, list(tiers), months) if entry.scheme and entry.run else []
    chart = show_structure(entry.contributed, periods) if periods else None
    return StructureView(entry, tiers, months, periods, chart)


@dataclass(frozen=True)
class DecisionsView:
    """What people decide on in a scheme."""

    entry: SchemeEntry
    tiers: dict[str, Tier]
    hands: list[dict[str, Any]]
    moves: list[Move]
    move: tuple[str, str] | None  # what is shown of the proposals
    proposed: list[Proposed]


def decisions_view(scheme_id: str, move: str | None) -> DecisionsView:
    """Return what people decide on in a scheme; `move` as "from>to" chooses proposals."""
    entry = queries.get_entry(scheme_id)
    chosen = Chosen(move=_read_move(move))
    return DecisionsView(
        entry=entry,
        tiers={tier.id: tier for tier in entry.contributed.tiers},
        hands=list_of_hands(scheme_id),
        moves=open_moves(entry.scheme) if entry.scheme else [],
        move=chosen.move,
        proposed=open_proposals(entry.scheme, chosen) if entry.scheme else [],
    )


def _read_move(given: str | None) -> tuple[str, str] | None:
    previous, mark, tier = (given or "").partition(">")
    return (previous, tier) if mark else None


def chosen_proposals(form: MultiDict[str, str]) -> Chosen:
    """Return which proposals a form means: the ticked ones, or all of the move that is shown."""
    if form.get("which") == "all":
        return Chosen(move=_read_move(form.get("move")))
    try:
        return Chosen([uuid.UUID(each) for each in form.getlist("id")])
    except ValueError as error:
        raise Invalid(_("Open the page anew."), fields={"id": [_("is not an id")]}) from error


@dataclass(frozen=True)
class ExplanationView:
    """An account's page of tiers."""

    schemes: list[TieringScheme]
    chosen: TieringScheme | None
    explanation: dict[str, Any] | None
    tiers: dict[str, Tier]
    history: list[queries.Recorded]
    titles: dict[str, Any]
    told: Words

    def because(self, each: queries.Recorded) -> str:
        """Return what put an account into a tier of its history."""
        if each.reason is None and each.decision_id is not None:
            return str(_("a proposal that was accepted"))
        return str(_BECAUSE[each.reason])


_BECAUSE: Mapping[str | None, LazyString] = {
    None: _l("the rule"),
    "grace": _l("its grace"),
    "cap": _l("a cap"),
    "override": _l("a tier by hand"),
    "released": _l("the end of a tier by hand"),
}


def explanation_view(
    account: Account, scheme_id: str | None, as_of: datetime.date | None
) -> ExplanationView:
    """Return why an account is in its tier of one scheme, and which schemes there are for it."""
    groups = set(
        db.session.scalars(
            select(AccountGroup.group_key).where(AccountGroup.account_id == account.id)
        )
    )
    fitting = [scheme for scheme in tiering_schemes() if scheme.group in groups]
    chosen = _chosen(fitting, scheme_id)
    scheme = queries.find_scheme(chosen.id) if chosen else None
    return ExplanationView(
        schemes=fitting,
        chosen=chosen,
        explanation=explain_account(chosen.id, account, as_of) if chosen else None,
        tiers={tier.id: tier for tier in chosen.tiers} if chosen else {},
        history=queries.history(scheme, account.id) if scheme else [],
        titles={metric.id: metric for metric in all_metrics()},
        told=Words([*fields(), *all_metrics()]),
    )


def _chosen(fitting: list[TieringScheme], scheme_id: str | None) -> TieringScheme | None:
    """Return the scheme asked for, else the first with tiers on record, else the first."""
    if scheme_id is not None:
        return queries.get_entry(scheme_id).contributed
    recorded = {scheme.id for scheme, _ in queries.recorded_schemes()}
    return next((each for each in fitting if each.id in recorded), fitting[0] if fitting else None)

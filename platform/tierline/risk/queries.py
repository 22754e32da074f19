"""The risk of accounts by the metrics of now: all of a model in one statement, or one explained."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from tierline.accounts.models import Account
from tierline.accounts.queries import groups_of
from tierline.db import db
from tierline.db.scope import current_tenant_id
from tierline.metrics import queries as metrics
from tierline.metrics.source import Source
from tierline.packs.risks import RiskModel
from tierline.plugins.queries import fields, risk_models
from tierline.risk.evaluate import RiskOutcome, evaluate_risk
from tierline.risk.reading import EXACT, Model, read_model
from tierline.risk.sql import CompiledRisk, compile_model
from tierline.tiering.evaluation import confined, read_values

SHOWN = 100
"""Accounts that a list shows, those most at risk first."""


@dataclass(frozen=True)
class Readable:
    """A model with its rules and what it looks at."""

    contributed: RiskModel
    model: Model
    source: Source


@dataclass(frozen=True)
class Count:
    """How many accounts are in a band of a model; None: too little is known of them."""

    band: str | None
    accounts: int


@dataclass(frozen=True)
class AtRisk:
    """An account with its stage, score (0 to 100) and band; None: unknown."""

    id: uuid.UUID
    name: str
    stage: str | None
    score: float | None
    band: str | None


def as_of() -> datetime.date | None:
    """Return the day that the metrics of now are of, None before they were first computed."""
    fresh = metrics.find_freshness()
    return fresh.as_of if fresh is not None else None


def readable_models() -> tuple[list[Readable], list[RiskModel]]:
    """Return the models that can be evaluated, and those that wait.

    A model waits while a plugin that it looks at is suspended, or its metrics are not computed.
    """
    defined = metrics.definitions()
    source = metrics.store_source(defined)
    known_fields = {field.id for field in fields("account")}
    found, waiting = [], []
    for contributed in risk_models():
        model = read_model(contributed)
        is_whole = source.columns.keys() >= {*model.metrics()} and known_fields >= {*model.fields()}
        if is_whole:
            found.append(Readable(contributed, model, source))
        else:
            waiting.append(contributed)
    return found, waiting


def count_bands(readable: Readable) -> list[Count]:
    """Return how many accounts are in each band, the worst first; those without a band last."""
    risk = _compiled(readable)
    band = risk.band.label("band")
    counted = select(band, func.count()).where(*_rows(readable)).group_by(band)
    found: dict[int | None, int] = {row[0]: row[1] for row in db.session.execute(counted)}
    bands = [id for id, _least in readable.model.bands]
    known = [Count(id, found.get(place, 0)) for place, id in enumerate(bands)]
    return [*known, Count(None, found.get(None, 0))]


def list_accounts(
    readable: Readable, band: str | None = None, *, unknown: bool = False
) -> list[AtRisk]:
    """Return the accounts most at risk; of one band, or those of whom too little is known."""
    risk = _compiled(readable)
    chosen = select(Account.id, Account.name, risk.stage, risk.score, risk.band).where(
        *_rows(readable)
    )
    bands = [id for id, _least in readable.model.bands]
    if unknown:
        chosen = chosen.where(risk.band.is_(None))
    elif band is not None:
        chosen = chosen.where(risk.band == bands.index(band))
    ordered = chosen.order_by(risk.band.asc().nulls_last(), risk.score.desc(), Account.id)
    stages = [id for id, _when in readable.model.stages]
    return [
        AtRisk(
            id,
            name,
            None if stage is None else stages[stage],
            None if score is None else score / EXACT,
            None if place is None else bands[place],
        )
        for id, name, stage, score, place in db.session.execute(ordered.limit(SHOWN))
    ]


def explain(account: Account) -> list[tuple[Readable, RiskOutcome]]:
    """Return an account's risk in each model of its groups, with every step."""
    readable, _waiting = readable_models()
    groups = groups_of(account.id) if account.archived_at is None else {}
    mine = [each for each in readable if each.contributed.group in groups]
    if not mine:
        return []
    names = sorted({name for each in mine for name in each.model.metrics()})
    values = read_values(mine[0].source, names, account)
    known_fields = {field.id: field for field in fields("account")}
    return [(each, evaluate_risk(each.model, each.source, values, known_fields)) for each in mine]


def _compiled(readable: Readable) -> CompiledRisk:
    known_fields = {field.id: field for field in fields("account")}
    return compile_model(readable.model, readable.source, known_fields)


def _rows(readable: Readable) -> list[ColumnElement[bool]]:
    """Return what confines rows to the accounts of the model's group, each joined with itself."""
    source = readable.source
    is_it = [Account.tenant_id == current_tenant_id(), Account.id == source.account_id]
    return [source.in_group(readable.model.group), *confined(source), *is_it]

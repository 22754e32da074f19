"""What tiering holds of plugins: their schemes as used, with runs and assignments to tiers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select, update

from tierline.db import db
from tierline.metrics.models import AccountState
from tierline.plugins.holdings import Holding, Row, holding
from tierline.tiering.models import (
    Assignment,
    Override,
    Proposal,
    Run,
    Scheme,
    SchemeVersion,
    Watch,
)


def _schemes(plugin: str) -> list[Scheme]:
    own = Scheme.scheme_id.startswith(f"{plugin}:", autoescape=True)
    return list(db.session.scalars(select(Scheme).where(own).order_by(Scheme.number)))


def _numbers(plugin: str) -> list[int]:
    return [scheme.number for scheme in _schemes(plugin)]


def _count(plugin: str) -> int:
    inside = Assignment.scheme_number.in_(_numbers(plugin))
    counted = select(func.count()).select_from(Assignment).where(inside)
    return db.session.execute(counted).scalar_one()


def _rows(plugin: str) -> Iterator[Row]:
    for scheme in _schemes(plugin):
        inside = select(Assignment).where(Assignment.scheme_number == scheme.number)
        ordered = inside.order_by(Assignment.begins_on, Assignment.account_id)
        for row in db.session.scalars(ordered, execution_options={"yield_per": 1000}):
            tier = scheme.tier_ids[row.tier - 1] if row.tier else None
            yield {
                "scheme": scheme.scheme_id,
                "account_id": row.account_id,
                "begins_on": row.begins_on,
                "tier": tier,
            }


def _remove(plugin: str) -> None:
    numbers = _numbers(plugin)
    if not numbers:
        return
    emptied = update(AccountState).values({f"t{number}": None for number in numbers})
    db.session.execute(emptied.execution_options(synchronize_session=False))
    parts: list[Any] = [
        Watch.scheme_number,
        Override.scheme_number,
        Proposal.scheme_number,
        Assignment.scheme_number,
        Run.scheme_number,
        SchemeVersion.scheme_number,
        Scheme.number,
    ]
    for number in parts:
        statement = delete(number.class_).where(number.in_(numbers))
        db.session.execute(statement.execution_options(synchronize_session=False))
    db.session.expire_all()


holding(Holding("tiers", _l("Assignments to tiers"), _count, _rows, _remove, weight=20))

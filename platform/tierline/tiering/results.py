"""Results by tier: how many accounts, what they buy, what is earned with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, literal, select

from tierline.db import db
from tierline.metrics.units import from_stored
from tierline.rules.scheme import Scheme
from tierline.tiering.evaluation import Evaluation
from tierline.tiering.money import money_metrics


@dataclass(frozen=True)
class TierResult:
    """One tier of a result; money in major units, share in percent of the group's sales.

    None is unknown: nothing was sold, or no cost is known.
    """

    tier: str
    accounts: int
    sales: Decimal | None
    share: Decimal | None
    profit: Decimal | None
    profit_known: int  # accounts whose profit is known
    incomplete: int


@dataclass(frozen=True)
class Result:
    """A result by tier, from best to least."""

    accounts: int
    tiers: tuple[TierResult, ...]
    without_tier: int
    sales_metric: str | None
    profit_metric: str | None

    def to_document(self) -> dict[str, Any]:
        """Return the result as JSON can hold it; amounts as exact text."""
        return {
            "accounts": self.accounts,
            "tiers": [_plain(vars(tier)) for tier in self.tiers],
            "without_tier": self.without_tier,
            "sales_metric": self.sales_metric,
            "profit_metric": self.profit_metric,
        }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        key: str(value) if isinstance(value, Decimal) else value for key, value in values.items()
    }


def read_result(document: dict[str, Any]) -> Result:
    """Return the result that `to_document` wrote."""
    tiers = tuple(TierResult(**_typed(tier)) for tier in document["tiers"])
    return Result(**{**document, "tiers": tiers})


def _typed(tier: dict[str, Any]) -> dict[str, Any]:
    amounts = {key: tier[key] for key in ("sales", "share", "profit")}
    exact = {key: None if value is None else Decimal(value) for key, value in amounts.items()}
    return {**tier, **exact}


def summarise(found: Evaluation) -> Result:
    """Return the result of a scheme over its group, by its compiled tiers."""
    scheme, source = found.rules, found.source
    sales, profit = money_metrics(scheme, found.definitions)
    amounts = [source.value(name) if name else literal(None) for name in (sales, profit)]
    # Behind OFFSET 0 the planner expects few tiers and hashes; of the bare rule it expects as many
    # as there are accounts, and sorts them all.
    each = (
        select(
            found.compiled.tier.label("tier"),
            amounts[0].label("sales"),
            amounts[1].label("profit"),
            found.compiled.incomplete.label("incomplete"),
        )
        .where(source.in_group(scheme.group), *found.where)
        .offset(literal(0))
        .subquery("each")
    )
    statement = select(
        each.c.tier,
        func.count().label("accounts"),
        func.sum(each.c.sales).label("sales") if sales else literal(None).label("sales"),
        func.sum(each.c.profit).label("profit") if profit else literal(None).label("profit"),
        func.count(each.c.profit).label("profit_known") if profit else literal(0).label("known"),
        func.count(case((each.c.incomplete, 1))).label("incomplete"),
    ).group_by(each.c.tier)
    rows = {row[0]: row for row in db.session.execute(statement)}
    return result_of(scheme, found.codes, rows, sales, profit)


def result_of(
    scheme: Scheme,
    codes: Mapping[str, int],
    rows: Mapping[int | None, Any],
    sales: str | None,
    profit: str | None,
) -> Result:
    """Return the result by tier of sums by the tier's code (None: no tier).

    A row holds the code, the accounts, sales, profit, for how many it is known, and how many are
    incomplete; amounts as stored.
    """
    whole = sum(row[2] or 0 for row in rows.values())
    tiers = tuple(_tier(name, rows.get(codes[name]), whole) for name in scheme.tiers)
    accounts = sum(row[1] for row in rows.values())
    without = accounts - sum(tier.accounts for tier in tiers)
    return Result(accounts, tiers, without, sales, profit)


def _tier(name: str, row: Any, whole: int) -> TierResult:
    if row is None:
        zero = Decimal(0) if whole else None
        return TierResult(name, 0, zero, zero, None, 0, 0)
    _, accounts, sales, profit, profit_known, incomplete = row
    share = round(Decimal(100) * (sales or 0) / whole, 4) if whole else None
    return TierResult(
        name,
        accounts,
        from_stored(None if sales is None else int(sales), "money"),
        share,
        from_stored(None if profit is None else int(profit), "money"),
        profit_known,
        incomplete,
    )

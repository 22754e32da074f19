"""Where a metric comes from: the metrics that it is computed from, down to trade and fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from tierline.db import db
from tierline.errors import Conflict, NotFound
from tierline.ledger.words import KIND_NAMES
from tierline.metrics import queries
from tierline.metrics.definitions import (
    PURCHASE,
    Aggregate,
    Code,
    Compute,
    DaysLate,
    Definition,
    FieldValue,
    Growth,
    OnTimePayment,
    Ratio,
    Recency,
    Remainder,
    Share,
    Tenure,
    Until,
    Where,
    lacking,
)
from tierline.metrics.rows import condition_of
from tierline.metrics.service import today
from tierline.metrics.trade import T
from tierline.metrics.windows import Window
from tierline.packs.contributions import Field, Metric
from tierline.plugins.queries import fields, metrics
from tierline.web.language import localized, number

_SUMS: Mapping[tuple[str, str], LazyString] = {
    ("amount", "sum"): _l("Sum of the amounts of %(kinds)s %(window)s"),
    ("amount", "average"): _l("Average amount of %(kinds)s %(window)s"),
    ("cost", "sum"): _l("Sum of the costs of %(kinds)s %(window)s"),
    ("cost", "average"): _l("Average cost of %(kinds)s %(window)s"),
    ("gross_profit", "sum"): _l("Sum of amount less cost of %(kinds)s %(window)s"),
    ("gross_profit", "average"): _l("Average of amount less cost of %(kinds)s %(window)s"),
    ("quantity", "sum"): _l("Sum of the quantities in %(kinds)s %(window)s"),
    ("quantity", "average"): _l("Average quantity of %(kinds)s %(window)s"),
    ("transactions", "count"): _l("Number of %(kinds)s %(window)s"),
    ("days", "count"): _l("Number of different days with %(kinds)s %(window)s"),
    ("products", "count"): _l("Number of different products in %(kinds)s %(window)s"),
}


@dataclass(frozen=True)
class Node:
    """A metric of a lineage, `depth` steps from the one asked for: what it is, in words."""

    metric: Metric
    depth: int
    told: str
    transactions: int | None  # behind it, of all accounts as of today; None: it rests on no trade


def lineage(metric_id: str) -> list[Node]:
    """Return a metric and all that it is computed from, each under what it is part of.

    Raises NotFound for a metric that no enabled plugin defines.
    """
    defined = queries.definitions()
    if (waits_for := lacking(metrics(), fields("account")).get(metric_id)) is not None:
        message = _("This metric waits for %(lacks)s, which is not there now.", lacks=waits_for)
        raise Conflict(message, lacks=waits_for)
    if metric_id not in defined:
        raise NotFound(_("There is no metric %(metric)s.", metric=metric_id))
    ordered = list(_walk(metric_id, defined, 0))
    counts = _transactions([name for name, _depth in ordered], defined)
    told = Told({name: each.metric for name, each in defined.items()})
    return [
        Node(defined[name].metric, depth, told.compute(defined[name].compute), counts[name])
        for name, depth in ordered
    ]


def _walk(name: str, defined: Mapping[str, Definition], depth: int) -> Iterator[tuple[str, int]]:
    yield name, depth
    for used in defined[name].inputs:
        yield from _walk(used, defined, depth + 1)


def _transactions(names: list[str], defined: Mapping[str, Definition]) -> dict[str, int | None]:
    trade = queries.trade(today())
    conditions = {name: condition_of(name, trade, defined) for name in names}
    traded = {name: each for name, each in conditions.items() if each is not None}
    if not traded:
        return dict.fromkeys(conditions)
    counts = select(*(func.count().filter(each) for each in traded.values())).where(
        T.tenant_id == trade.tenant_id, T.date <= trade.as_of
    )
    found = dict(zip(traded, db.session.execute(counts).one(), strict=True))
    return {name: found.get(name) for name in conditions}


class Told:
    """Computations in words, in the reader's language."""

    def __init__(self, metrics: Mapping[str, Metric]) -> None:
        self._metrics = metrics
        self._fields: Mapping[str, Field] = {field.key: field for field in fields("account")}

    def compute(self, compute: Compute) -> str:
        """Return how a metric is computed."""
        match compute:
            case Aggregate(kinds=kinds, window=window):
                said = {"kinds": _kinds(kinds), "window": told_window(window)}
                whole = str(_SUMS[compute.measure, compute.statistic]) % said
                return _with_bounds(whole, compute.where)
            case Recency(kinds=kinds):
                return str(_("Days since the last of %(kinds)s", kinds=_kinds(kinds)))
            case Tenure(kinds=kinds):
                return str(_("Time since the first of %(kinds)s", kinds=_kinds(kinds)))
            case OnTimePayment(window=window, by=by):
                said = {"window": told_window(window)}
                if by == "count":
                    return str(
                        _("Share of the invoices due %(window)s that were paid in time", **said)
                    )
                return str(_("Share of the amounts due %(window)s that were paid in time", **said))
            case DaysLate(window=window):
                return str(
                    _(
                        "Days late, weighted by amount, of the invoices due %(window)s",
                        window=told_window(window),
                    )
                )
            case FieldValue(key=key):
                return str(_("The field “%(field)s”", field=self._field(key)))
            case Until(key=key):
                return str(
                    _("Time until the date in the field “%(field)s”", field=self._field(key))
                )
            case Code():
                return str(_("Computed by the extension’s code"))
        return self._derived(compute)

    def _derived(self, compute: Compute) -> str:
        match compute:
            case Ratio(of=of, to=to):
                return str(_("%(of)s divided by %(to)s", of=self._title(of), to=self._title(to)))
            case Growth(of=of, start=start):
                said = {"of": self._title(of), "start": self._title(start)}
                return str(_("Growth from %(start)s to %(of)s", **said))
            case Share(of=of):
                return str(_("Share of %(of)s in the sum over all accounts", of=self._title(of)))
            case Remainder(of=of, share=share):
                said = {"of": self._title(of), "share": self._title(share)}
                return str(_("What %(share)s leaves of %(of)s", **said))
        raise TypeError(f"{compute} can't be told")

    def _title(self, metric_id: str) -> str:
        return localized(self._metrics[metric_id].title)

    def _field(self, key: str) -> str:
        field = self._fields.get(key)
        return localized(field.title) if field else key


def _with_bounds(whole: str, where: Where) -> str:
    """Return what is summed up, and which transactions count, where not all do."""
    parts = [whole]
    if where.products:
        named = str(_(", ")).join(where.products)
        parts.append(str(_("only the products %(products)s", products=named)))
    if where.least is not None:
        parts.append(str(_("of at least %(amount)s each", amount=number(where.least))))
    if where.most is not None:
        parts.append(str(_("of at most %(amount)s each", amount=number(where.most))))
    return str(_("; ")).join(parts)


def _kinds(kinds: frozenset[str]) -> str:
    if kinds == PURCHASE:
        return str(_("purchases (orders and invoices)"))
    return str(_(", ")).join(str(KIND_NAMES[kind]) for kind in sorted(kinds))


def told_window(window: Window) -> str:
    """Return a window in words."""
    if window.days is not None:
        return str(_("in the last %(days)s days", days=number(window.days)))
    if window.months is None:
        return str(_("in the whole history"))
    months = str(ngettext("in %(num)s month", "in %(num)s months", window.months))
    if not window.ending:
        return str(_("%(months)s up to the date", months=months))
    return str(
        _(
            "%(months)s that ended %(ending)s months before the date",
            months=months,
            ending=number(window.ending),
        )
    )

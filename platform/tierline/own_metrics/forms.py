"""The form of a metric: what is asked for each way of computing, read into a document and back.

Every way that a pack can compute a metric in is here, apart from code, which is an extension's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from tierline.ledger.words import KIND_NAMES
from tierline.packs.metric_documents import COUNTED
from tierline.plugins.queries import fields, metrics
from tierline.plugins.words import UNITS
from tierline.web.language import localized

Document = dict[str, Any]
Form = MultiDict[str, str]
Options = list[tuple[str, str]]

KINDS: Mapping[str, tuple[LazyString, LazyString]] = {
    "aggregate": (
        _l("Sum, average or count"),
        _l("Of transactions in a period: amounts, quantities, orders, days, products"),
    ),
    "ratio": (_l("Ratio"), _l("One metric divided by another")),
    "growth": (_l("Growth"), _l("The change of a metric against an earlier one")),
    "share": (_l("Share"), _l("A metric’s part in the sum over all accounts")),
    "remainder": (_l("What is left"), _l("An amount less a percentage of it")),
    "recency": (_l("Days since the last"), _l("Order, delivery, invoice, payment or return")),
    "tenure": (_l("Age"), _l("Time since the first order, or another transaction")),
    "on_time_payment": (_l("Paid in time"), _l("The share of invoices that were paid when due")),
    "days_late": (_l("Days late"), _l("How late invoices are paid, weighted by amount")),
    "field": (_l("A field"), _l("A number on the account’s record, or the points of a choice")),
    "until": (_l("Time until a date"), _l("From today to a date on the account’s record")),
}
"""Each way of computing: its name, and what it is for."""

MEASURES: Mapping[str, LazyString] = {
    "amount:sum": _l("sum of amounts"),
    "amount:average": _l("average amount"),
    "gross_profit:sum": _l("sum of amount less cost"),
    "gross_profit:average": _l("average of amount less cost"),
    "cost:sum": _l("sum of costs"),
    "cost:average": _l("average cost"),
    "quantity:sum": _l("sum of quantities"),
    "quantity:average": _l("average quantity"),
    "transactions:count": _l("number of transactions"),
    "days:count": _l("number of different days"),
    "products:count": _l("number of different products"),
}
SPANS = ("days", "months", "years")
RATIO_UNITS = ("percent", "ratio", "money", "count", "days", "points")
FIELD_UNITS = ("money", "count", "points", "percent", "ratio", "days")
DIGITS = {"percent": 1, "ratio": 2, "years": 1}


@dataclass(frozen=True)
class Entry:
    """One thing that the form asks for."""

    name: str
    label: str
    kind: Literal["text", "number", "choice", "choices", "lines"]
    options: Options
    is_needed: bool = True
    hint: str = ""


def entries_of(kind: str) -> list[Entry]:
    """Return what the form of a way of computing asks for, apart from titles."""
    return [*_ENTRIES[kind](), *_shown(kind)]


def _choice(name: str, label: str, options: Options) -> Entry:
    return Entry(name, label, "choice", options)


def _metric(name: str, label: str, *units: str) -> Entry:
    known = [each for each in metrics() if not units or each.unit in units]
    options = sorted(((each.id, localized(each.title)) for each in known), key=lambda o: o[1])
    return _choice(name, label, options)


def _kinds() -> Entry:
    options = [("purchase", _("purchases (orders and invoices)"))]
    options += [(kind, str(name)) for kind, name in KIND_NAMES.items()]
    return Entry("kinds", _("Of which transactions"), "choices", options)


def _span() -> Entry:
    return _choice("span", _("In"), [(each, str(UNITS[each])) for each in SPANS])


def _window(*, with_ending: bool = False) -> list[Entry]:
    periods = [("months", _("the last months")), ("days", _("the last days"))]
    found = [
        _choice("period", _("Period"), [*periods, ("total", _("the whole history"))]),
        Entry("length", _("How many of them"), "number", [], False),
    ]
    if with_ending:
        hint = _("12 with 12 months: the year before the last one. Goes with months only.")
        found.append(Entry("ending", _("Ending so many months ago"), "number", [], False, hint))
    return found


def _aggregate() -> list[Entry]:
    hint = _("One a line, as they are called in your transactions. Then only their lines count.")
    return [
        _choice("measure", _("What"), [(key, str(said)) for key, said in MEASURES.items()]),
        _kinds(),
        *_window(with_ending=True),
        Entry("products", _("Only of these products"), "lines", [], False, hint),
        Entry("least", _("Only of at least this amount each"), "number", [], False),
        Entry("most", _("Only of at most this amount each"), "number", [], False),
    ]


def _account_field(kind: str) -> Entry:
    numeric = ("integer", "decimal", "percent", "money")
    options = [
        (each.id, localized(each.title))
        for each in fields("account")
        if (
            each.type == "date"
            if kind == "date"
            else each.type in numeric or any(choice.points is not None for choice in each.choices)
        )
    ]
    return _choice("field", _("Field"), options)


_ENTRIES: Mapping[str, Callable[[], list[Entry]]] = {
    "aggregate": _aggregate,
    "ratio": lambda: [_metric("of", _("Metric")), _metric("to", _("Divided by"))],
    "growth": lambda: [_metric("of", _("Metric")), _metric("from", _("Against"))],
    "share": lambda: [_metric("of", _("Metric"))],
    "remainder": lambda: [
        _metric("of", _("Amount"), "money"),
        _metric("share", _("Less this percentage"), "percent"),
    ],
    "recency": lambda: [_kinds()],
    "tenure": lambda: [_kinds(), _span()],
    "on_time_payment": lambda: [
        *_window(),
        _choice("by", _("Counted by"), [("count", _("invoices")), ("amount", _("amounts"))]),
    ],
    "days_late": _window,
    "field": lambda: [_account_field("number")],
    "until": lambda: [_account_field("date"), _span()],
}


def _shown(kind: str) -> list[Entry]:
    units = {"ratio": RATIO_UNITS, "field": FIELD_UNITS}.get(kind, ())
    asked = [_choice("unit", _("Shown as"), [(each, str(UNITS[each])) for each in units])]
    better = [("higher", _("higher")), ("lower", _("lower")), ("neutral", _("neither"))]
    return [*(asked if units else []), _choice("better", _("Better"), better)]


def read_form(kind: str, form: Form) -> tuple[Document, dict[str, list[str]]]:
    """Return how a metric is computed and shown, from what was entered; and what is wrong, by name.

    The document has compute, unit, digits and better; it is whole only where nothing is wrong.
    """
    wrong: dict[str, list[str]] = {}
    values: dict[str, Any] = {}
    for entry in entries_of(kind):
        value = _read(entry, form)
        if value is None and entry.is_needed:
            wrong[entry.name] = [_("is missing")]
        elif isinstance(value, str) and entry.kind == "number":
            wrong[entry.name] = [_("must be a number")]
        else:
            values[entry.name] = value
    if values.get("period", "total") != "total" and values.get("length") is None:
        wrong.setdefault("length", [_("is missing")])
    if wrong:
        return {}, wrong
    compute = _COMPUTES.get(kind, _named)(values)
    if values.get("unit") not in (None, "percent") and kind == "ratio":
        compute["scale"] = "one"
    unit = values.get("unit") or _unit(kind, values)
    shown = {"unit": unit, "digits": DIGITS.get(unit, 0), "better": values["better"]}
    return {"compute": {kind: compute}, **shown}, {}


def _read(entry: Entry, form: Form) -> Any:
    if entry.kind == "choices":
        known = dict(entry.options)
        return [each for each in form.getlist(entry.name) if each in known] or None
    text = form.get(entry.name, "").strip()
    if entry.kind == "lines":
        lines = (line.strip() for line in text.splitlines())
        return list(dict.fromkeys(line for line in lines if line)) or None
    if entry.kind == "number" and text:
        return _number(text)
    if entry.kind == "choice" and text not in dict(entry.options):
        return None
    return text or None


def _number(text: str) -> int | float | str:
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    return float(text) if re.fullmatch(r"-?\d+\.\d+", text) else text


def _named(values: Mapping[str, Any]) -> Any:
    return {key: values[key] for key in ("of", "to", "from", "share") if key in values}


def _period(values: Mapping[str, Any]) -> Any:
    if values["period"] == "total":
        return "total"
    ending = {"ending": values["ending"]} if values.get("ending") else {}
    return {values["period"]: values["length"], **ending}


def _aggregated(values: Mapping[str, Any]) -> Document:
    measure, _colon, statistic = values["measure"].partition(":")
    where = {
        key: values[key] for key in ("products", "least", "most") if values.get(key) is not None
    }
    return {
        "measure": measure,
        "statistic": statistic,
        "kinds": values["kinds"],
        "window": _period(values),
        **({"where": where} if where else {}),
    }


_COMPUTES: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "aggregate": _aggregated,
    "recency": lambda values: {"kinds": values["kinds"]},
    "tenure": lambda values: {"kinds": values["kinds"], "unit": values["span"]},
    "on_time_payment": lambda values: {"window": _period(values), "by": values["by"]},
    "days_late": lambda values: {"window": _period(values)},
    "field": lambda values: values["field"],
    "until": lambda values: {"field": values["field"], "unit": values["span"]},
}


def _unit(kind: str, values: Mapping[str, Any]) -> str:
    if kind == "aggregate":
        measure = values["measure"].partition(":")[0]
        return "count" if measure in (*COUNTED, "quantity") else "money"
    fixed = {"recency": "days", "days_late": "days", "remainder": "money"}
    return fixed.get(kind) or values.get("span") or "percent"


def form_of(document: Mapping[str, Any]) -> Form:
    """Return what was entered to make a metric's document: the inverse of `read_form`."""
    ((kind, compute),) = document["compute"].items()
    found: Form = MultiDict({"unit": document["unit"], "better": document["better"]})
    for key in ("title", "summary"):
        for locale, text in document[key].items():
            found[f"{key}_{locale}"] = text
    if kind == "field":
        found["field"] = compute
        return found
    for key, value in compute.items():
        if key == "kinds":
            found.setlist("kinds", list(value))
        elif key == "window":
            found.update(_window_values(value))
        elif key == "where":
            found.update({each: str(bound) for each, bound in value.items() if each != "products"})
            found["products"] = "\n".join(value.get("products", ()))
        elif key not in ("scale", "measure", "statistic"):
            found["span" if key == "unit" else key] = str(value)
    if kind == "aggregate":
        found["measure"] = f"{compute['measure']}:{compute['statistic']}"
    return found


def _window_values(window: Any) -> dict[str, str]:
    if window == "total":
        return {"period": "total"}
    period = "months" if "months" in window else "days"
    ending = str(window.get("ending") or "")
    return {"period": period, "length": str(window[period]), "ending": ending}

"""The format of `metrics/<name>.yaml`. What the words mean is written in docs/plugins.md."""

from __future__ import annotations

from typing import Any

from tierline.packs.branching import either, one_of
from tierline.packs.names import refers_to
from tierline.packs.shapes import (
    Optional,
    Reading,
    items,
    localized,
    number,
    record,
    text,
    word,
)

UNITS = ("money", "percent", "ratio", "count", "days", "months", "years", "points")
COUNTED = ("transactions", "days", "products")
SUMMED = ("amount", "cost", "gross_profit", "quantity")

whole = number(1, 1200, integer=True)
window = either(
    word("total"),
    record(
        {
            "months": Optional(whole),
            "ending": Optional(number(0, 1200, integer=True), 0),
            "days": Optional(number(1, 36600, integer=True)),
        }
    ),
)
kinds = items(word("purchase", "order", "delivery", "invoice", "payment", "return"), 1)
scale = Optional(word("percent", "one"), "percent")
metric = refers_to("metric")
where = record(
    {
        "products": Optional(items(text(200), 1, 200)),
        "least": Optional(number()),
        "most": Optional(number()),
    }
)
"""Which transactions count: with lines of these products (then only those lines), of an amount."""

COMPUTE = one_of(
    {
        "aggregate": record(
            {
                "measure": word(*SUMMED, *COUNTED),
                "statistic": word("sum", "average", "count"),
                "kinds": kinds,
                "window": window,
                "where": Optional(where),
            }
        ),
        "recency": record({"kinds": kinds}),
        "tenure": record({"kinds": kinds, "unit": word("days", "months", "years")}),
        "ratio": record({"of": metric, "to": metric, "scale": scale}),
        "growth": record({"of": metric, "from": metric, "scale": scale}),
        "share": record({"of": metric, "scale": scale}),
        "remainder": record({"of": metric, "share": metric}),
        "on_time_payment": record(
            {"window": window, "by": word("count", "amount"), "scale": scale}
        ),
        "days_late": record({"window": window}),
        "field": refers_to("number_field"),
        "code": record(
            {
                "fields": Optional(items(refers_to("number_field")), []),
                "metrics": Optional(items(metric), []),
                "revision": Optional(number(1, 1000, integer=True), 1),
            }
        ),
        "until": record(
            {"field": refers_to("date_field"), "unit": word("days", "months", "years")}
        ),
    }
)

METRIC = record(
    {
        "title": localized(),
        "summary": localized(500),
        "unit": word(*UNITS),
        "period": localized(),
        "null": localized(500),
        "compute": COMPUTE,
        "digits": Optional(number(0, 6, integer=True), 0),
        "better": Optional(word("higher", "lower", "neutral"), "higher"),
        "weight": Optional(number(0, 1000, integer=True), 100),
    }
)


def check_metric(reading: Reading, document: dict[str, Any]) -> None:
    """Check that measure and statistic, window, and unit fit each other."""
    ((kind, compute),) = document["compute"].items()
    if kind == "aggregate":
        _check_statistic(reading, compute)
        _check_where(reading, compute.get("where"))
    if kind == "code" and not compute["fields"] + compute["metrics"]:
        reading.at(("compute", "code"), "must name what it is computed from: fields or metrics")
    if isinstance(compute, dict) and isinstance(compute.get("window"), dict):
        _check_window(reading, ("compute", kind, "window"), compute["window"])
    expected = _unit_of(kind, compute)
    if expected and document["unit"] not in expected:
        what = f'"{document["unit"]}" does not fit what is computed: {" or ".join(expected)}'
        reading.at(("unit",), what)


def _check_statistic(reading: Reading, compute: dict[str, Any]) -> None:
    counted = compute["measure"] in COUNTED
    if counted != (compute["statistic"] == "count"):
        allowed = "count" if counted else "sum or average"
        what = f"of {compute['measure']} must be {allowed}"
        reading.at(("compute", "aggregate", "statistic"), what)


def _check_where(reading: Reading, where: dict[str, Any] | None) -> None:
    path = ("compute", "aggregate", "where")
    if where is None:
        return
    if not where:
        reading.at(path, "must hold products, least or most")
    if "least" in where and "most" in where and where["least"] > where["most"]:
        reading.at((*path, "most"), "must not be less than least: no transaction would count")
    if "products" in where:
        reading.distinct((*path, "products"), where["products"])


def _check_window(reading: Reading, path: tuple[str, ...], window: dict[str, Any]) -> None:
    if ("months" in window) == ("days" in window):
        reading.at(path, "must hold either months or days")
    if "days" in window and window["ending"]:
        reading.at((*path, "ending"), "goes with months only")


def _unit_of(kind: str, compute: Any) -> tuple[str, ...]:
    """Return the units that fit what is computed; none when any may."""
    if kind == "aggregate":
        measures = {"quantity": ("count",)} | dict.fromkeys(COUNTED, ("count",))
        return measures.get(compute["measure"], ("money",))
    if kind in ("tenure", "until"):
        return (compute["unit"],)
    fixed = {"recency": ("days",), "days_late": ("days",), "remainder": ("money",)}
    if kind in fixed:
        return fixed[kind]
    if isinstance(compute, dict) and compute.get("scale") == "percent":
        return ("percent",)
    return ()

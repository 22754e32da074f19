"""Which metrics say what a tier buys, and what is earned with it."""

from __future__ import annotations

from tierline.metrics.definitions import EVERY, PURCHASE, Aggregate, Definition, Definitions
from tierline.metrics.windows import WHOLE, Window
from tierline.rules.scheme import AbcRule, RankRule, Scheme, ValueRule

YEAR = Window(months=12)


def money_metrics(scheme: Scheme, definitions: Definitions) -> tuple[str | None, str | None]:
    """Return the metrics of sales and of profit that fit the scheme; None where there is none.

    Sales are the metric that a scheme of one metric cuts, when it is money; else the first sum of
    purchases that the rule reads; else that of twelve months. Profit has the same window.
    """
    used = [definitions[name] for name in scheme.metrics() if name in definitions]
    of_one = isinstance(scheme.rule, AbcRule | ValueRule | RankRule)
    if of_one and used and used[0].metric.unit == "money":
        sales: Definition | None = used[0]
    else:
        candidates = [*used, *_of_window(definitions, YEAR), *_of_window(definitions, WHOLE)]
        sales = next((each for each in candidates if _sums(each, "amount")), None)
    if sales is None:
        return None, None
    window = sales.compute.window if isinstance(sales.compute, Aggregate) else YEAR
    fitting = _of_window(definitions, window)
    profit = next((each for each in fitting if _sums(each, "gross_profit")), None)
    return sales.id, profit.id if profit else None


def _of_window(definitions: Definitions, window: Window) -> list[Definition]:
    return [
        each
        for each in definitions.values()
        if isinstance(each.compute, Aggregate) and each.compute.window == window
    ]


def _sums(definition: Definition, measure: str) -> bool:
    compute = definition.compute
    return (
        isinstance(compute, Aggregate)
        and compute.measure == measure
        and compute.statistic == "sum"
        and compute.kinds == PURCHASE
        and compute.where == EVERY
    )

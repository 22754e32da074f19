"""`tierline backtest`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from tierline.backtests.months import MOST
from tierline.backtests.service import carry_out, create
from tierline.backtests.views import document_of
from tierline.console import in_tenant, json_option, show, tenant_option


@click.command()
@tenant_option
@click.option(
    "--scheme",
    metavar="ID[@RULE]",
    required=True,
    help="The scheme: essentials:rfm, essentials:rfm@2 (a version), essentials:rfm@draft7.",
)
@click.option("--against", metavar="ID[@RULE]", help="Another scheme or rule beside it.")
@click.option("--months", type=click.IntRange(1, MOST), default=24, show_default=True)
@json_option
def command(slug: str, scheme: str, against: str | None, months: int, as_json: bool) -> None:
    """Replay a tiering scheme over past months, alone or beside another."""
    with in_tenant(slug):
        made = create([name for name in (scheme, against) if name], months)
        document = document_of(carry_out(made.id))
    show(document, as_json, _lines(document))


def _lines(document: dict[str, Any]) -> Iterator[str]:
    heads = ("scheme", "end", "tier", "in", "out", "closing", "sales")
    yield "{:<36} {:<10} {:<14} {:>7} {:>7} {:>9} {:>16}".format(*heads)
    for each in document["lines"]:
        moved = ["–" if each[name] is None else f"{each[name]:,}" for name in ("entered", "left")]
        scheme = each["scheme"] + (f"@{each['rule']}" if each["rule"] else "")
        yield (
            f"{scheme:<36} {each['end']} {each['tier'] or 'no tier':<14} {moved[0]:>7} "
            f"{moved[1]:>7} {each['closing']:>9,} {each['sales']:>16,.2f}"
        )

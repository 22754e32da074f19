"""`tierline tiering run|weights|explain`."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import click

from tierline.console import in_tenant, json_option, show, tenant_option
from tierline.tiering.explain import explain
from tierline.tiering.service import run_now
from tierline.tiering.weighting import entropy_weights


@click.group()
def command() -> None:
    """Sort accounts into tiers, and say why each is where it is."""


class Day(click.ParamType[datetime.date]):
    """A date as 2026-12-31."""

    name = "date"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime.date:
        """Return the date; fails with usage for anything else."""
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date like 2026-12-31", param, ctx)


scheme_option = click.option(
    "--scheme", "scheme_id", metavar="ID", required=True, help="The scheme: essentials:rfm."
)
as_of_option = click.option(
    "--as-of", type=Day(), metavar="DATE", help="Look at what was known on this day (today)."
)


@command.command()
@tenant_option
@scheme_option
@as_of_option
@json_option
def run(slug: str, scheme_id: str, as_of: datetime.date | None, as_json: bool) -> None:
    """Run a scheme over all accounts of its group, and record who changes tier."""
    with in_tenant(slug):
        result = run_now(scheme_id, as_of).to_document()
    show(result, as_json, _lines(result))


def _lines(result: dict[str, Any]) -> Iterator[str]:
    yield f"As of {result['as_of']}: {result['accounts']:,} accounts, {result['changed']:,} changed"
    for tier in result["tiers"]:
        sales = "–" if tier["sales"] is None else f"{tier['sales']:,.2f}"
        share = "" if tier["share"] is None else f"{tier['share']:.1f} %"
        yield f"  {tier['tier']:<20} {tier['accounts']:>9,} {sales:>18} {share:>8}"
    if result["without_tier"]:
        yield f"  {'no tier':<20} {result['without_tier']:>9,}"
    if not result["recorded"]:
        yield "Not recorded: a later run is on record already."


@command.command()
@tenant_option
@scheme_option
@json_option
def weights(slug: str, scheme_id: str, as_json: bool) -> None:
    """Say what a scheme's criteria would weigh by entropy, over the company's accounts."""
    with in_tenant(slug):
        found = [each.to_document() for each in entropy_weights(scheme_id)]
    show(found, as_json, _weight_lines(found))


def _weight_lines(found: list[dict[str, Any]]) -> Iterator[str]:
    for each in found:
        yield f"{each['path']}: over {each['weighting']['accounts']:,} accounts"
        for criterion, weight in each["weights"].items():
            yield f"  {criterion:<24} {weight:>3} %"


@command.command(name="explain")
@tenant_option
@scheme_option
@click.option("--account", metavar="EXTERNAL_KEY", required=True, help="The account's number.")
@as_of_option
@json_option
def explain_command(
    slug: str, scheme_id: str, account: str, as_of: datetime.date | None, as_json: bool
) -> None:
    """Say why an account is in its tier, down to the metric values and the rows behind them."""
    with in_tenant(slug):
        explanation = explain(scheme_id, account, as_of)
    show(explanation, as_json, _explained(explanation))


def _explained(explanation: dict[str, Any]) -> Iterator[str]:
    yield (
        f"{explanation['account']} {explanation['name']}: {explanation['tier'] or 'no tier'}"
        f" as of {explanation['as_of']} ({explanation['scheme']} version {explanation['version']})"
    )
    yield from _steps(explanation)
    for way in ("up", "down"):
        for move in explanation["moves"][way]:
            tier, value = move["tier"] or "no tier", _shown(move["value"])
            yield f"  {way} to {tier}: {move['metric']} {value} → {_shown(move['needed'])}"
    for metric in explanation["metrics"]:
        rows = "" if metric["rows"] is None else f"{metric['rows']:,} rows"
        yield f"  {metric['id']:<36} {_shown(metric['value']):>18} {metric['unit']:<8} {rows}"


def _steps(explanation: dict[str, Any]) -> Iterator[str]:
    for axis in (explanation, *explanation.get("axes", ())):
        for each in axis.get("criteria", ()):
            worth = f"{_shown(each['points'])} points × {each['weight']} %"
            yield f"  {each['id']:<24} {_shown(each['value']):>18} → {worth}"
        if "score" in axis:
            yield f"  score {_shown(axis['score'])}, {axis['present']} % of the weight known"
    for axis in explanation.get("axes", ()):
        yield f"  {axis['title']}: {axis['label'] or 'unknown'}"
    for each in explanation.get("bins", ()):
        cuts = " · ".join(f"{cut:,}" for cut in each["cuts"])
        yield f"  {each['id']} {_shown(each['value'])} → {_shown(each['points'])} points ({cuts})"
    for floor in explanation.get("share", {}).get("floors", ()):
        yield f"  {floor['tier']} from {_shown(floor['from'])}"
    for rule in explanation.get("rules", ()):
        said = {True: "yes", False: "no", None: "unknown"}[rule["holds"]]
        yield f"  rule {rule['id']}: {said}"


def _shown(value: Any) -> str:
    return "unknown" if value is None else f"{value:,}"

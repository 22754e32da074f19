"""`tierline tiering run|weights|explain|structure|export|override|decisions|decide`."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from tierline.console import in_tenant, json_option, show, tenant_option
from tierline.plugins.queries import get_scheme
from tierline.tiering import overrides, proposals, queries
from tierline.tiering.comparing import compare
from tierline.tiering.crossing import cross
from tierline.tiering.decisions import describe_override, list_of_hands, scheme_of
from tierline.tiering.explain import explain, find_by_key
from tierline.tiering.exporting import write_tiers
from tierline.tiering.service import checked_date, run_now
from tierline.tiering.structure import MOST_MONTHS, lines, structure
from tierline.tiering.versions import scheme_tiers
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
        found = [each.to_document() for each in entropy_weights(get_scheme(scheme_id))]
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


@command.command()
@tenant_option
@scheme_option
@click.option("--account", "key", metavar="EXTERNAL_KEY", required=True, help="Its number.")
@click.option("--tier", metavar="ID", required=True, help="The tier in place of the rule's.")
@click.option("--until", type=Day(), required=True, help="The first day without it.")
@click.option("--reason", required=True, help="Why.")
@json_option
def override(
    slug: str, scheme_id: str, key: str, tier: str, until: datetime.date, reason: str, as_json: bool
) -> None:
    """Set an account's tier by hand, for a time."""
    with in_tenant(slug):
        asked = overrides.ask(scheme_id, find_by_key(key).id, tier, reason, until)
        found = describe_override(asked, scheme_of(asked))
    show(found, as_json, [f"{key}: {tier} until {until} ({found['state']})"])


@command.command()
@tenant_option
@scheme_option
@json_option
def decisions(slug: str, scheme_id: str, as_json: bool) -> None:
    """List what people decide on in a scheme: tiers by hand, and what runs propose."""
    with in_tenant(slug):
        scheme = queries.get_entry(scheme_id).scheme
        chosen = proposals.open_proposals(scheme, proposals.Chosen()) if scheme else []
        found = {
            "overrides": list_of_hands(scheme_id),
            "moves": [vars(move) for move in proposals.open_moves(scheme)] if scheme else [],
            "proposals": [vars(each) for each in chosen],
        }
    show(found, as_json, _decision_lines(found))


@command.command(name="structure")
@tenant_option
@scheme_option
@click.option("--months", type=click.IntRange(1, MOST_MONTHS), default=12, show_default=True)
@json_option
def structure_command(slug: str, scheme_id: str, months: int, as_json: bool) -> None:
    """Show a scheme's tiers over the last months, from what is on record."""
    with in_tenant(slug):
        entry = queries.get_entry(scheme_id)
        tiers = scheme_tiers(entry.contributed)
        found = list(lines(structure(entry.scheme, tiers, months))) if entry.scheme else []
    show(found, as_json, _structure_lines(found))


def _structure_lines(found: list[dict[str, Any]]) -> Iterator[str]:
    for each in found:
        moved = f"{each['opening']:>9,} + {each['entered']:>7,} - {each['left']:>7,}"
        yield f"{each['end']} {each['tier'] or 'no tier':<20} {moved} = {each['closing']:>9,}"


@command.command(name="cross")
@tenant_option
@scheme_option
@click.option("--with", "other_id", metavar="SCHEME", required=True, help="The other scheme.")
@json_option
def cross_command(slug: str, scheme_id: str, other_id: str, as_json: bool) -> None:
    """Count the accounts by their tier in one scheme and in another."""
    with in_tenant(slug):
        found = [
            {"tier": row, "other": column, "accounts": count}
            for (row, column), count in cross(scheme_id, other_id).accounts.items()
        ]
    lines = (
        f"{each['tier'] or 'no tier':<20} {each['other'] or 'no tier':<20} {each['accounts']:>9,}"
        for each in found
    )
    show(found, as_json, lines)


@command.command(name="compare")
@tenant_option
@scheme_option
@click.option(
    "--account", "keys", metavar="EXTERNAL_KEY", multiple=True, required=True, help="Two to five."
)
@as_of_option
@json_option
def compare_command(
    slug: str, scheme_id: str, keys: tuple[str, ...], as_of: datetime.date | None, as_json: bool
) -> None:
    """Show accounts beside each other: their tiers, values and points."""
    with in_tenant(slug):
        found = compare(scheme_id, keys, as_of)
        told = {
            "accounts": found.accounts,
            "lines": [
                {"title": line.title, "cells": line.cells, "differs": line.differs}
                for line in (*found.values, *found.points)
            ],
        }
    show(told, as_json, _comparison_lines(told))


def _comparison_lines(told: dict[str, Any]) -> Iterator[str]:
    def row(title: str, cells: Iterable[Any]) -> str:
        shown = ("–" if cell is None else str(cell) for cell in cells)
        return f"{title:<32} " + " ".join(f"{cell:>18}" for cell in shown)

    yield row("", (each["name"] for each in told["accounts"]))
    yield row("tier", (each["tier"] for each in told["accounts"]))
    for line in told["lines"]:
        mark = "  *" if line["differs"] else ""
        yield row(line["title"], line["cells"]) + mark


@command.command()
@tenant_option
@scheme_option
@as_of_option
@click.option("--output", type=click.Path(dir_okay=False, writable=True), required=True)
@json_option
def export(
    slug: str, scheme_id: str, as_of: datetime.date | None, output: str, as_json: bool
) -> None:
    """Write who is in which tier as of a day to a CSV file."""
    with in_tenant(slug), Path(output).open("w", encoding="utf-8-sig", newline="") as file:
        count = write_tiers(file, scheme_id, checked_date(as_of))
    show({"accounts": count, "file": output}, as_json, [f"{count:,} accounts in {output}"])


def _decision_lines(found: dict[str, Any]) -> Iterator[str]:
    for hand in found["overrides"]:
        held = f"{hand['tier']} until {hand['ends_on']} ({hand['state']})"
        yield f"{hand['account']} {hand['name']}: {held}"
    for move in found["moves"]:
        yield f"proposed {move['previous']} → {move['tier']}: {move['accounts']:,} accounts"
    for each in found["proposals"]:
        yield f"  {each['key']} {each['name']}: {each['previous']} → {each['tier']}"


@command.command()
@tenant_option
@scheme_option
@click.option("--account", "keys", metavar="EXTERNAL_KEY", multiple=True, help="Only these.")
@click.option("--reject", "note", metavar="REASON", help="Reject, for this reason; else accept.")
@json_option
def decide(
    slug: str, scheme_id: str, keys: tuple[str, ...], note: str | None, as_json: bool
) -> None:
    """Accept what runs propose in a scheme, or reject it."""
    with in_tenant(slug):
        chosen = proposals.Chosen(proposals.ids_of(scheme_id, keys) if keys else None)
        if note is None:
            count = proposals.accept(scheme_id, chosen)
        else:
            count = proposals.reject(scheme_id, chosen, note)
    done = "changed tier" if note is None else "changes were rejected"
    show({"accounts": count}, as_json, [f"{count:,} {done}"])

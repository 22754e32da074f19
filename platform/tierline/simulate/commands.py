"""`tierline simulate`: writes a simulated company's files."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import get_args

import click
from flask_babel import gettext as _

from tierline.console import json_option, offline, show
from tierline.errors import Invalid
from tierline.simulate.assumptions import INDUSTRIES, assumptions_for
from tierline.simulate.records import DocumentKind, Locale, World
from tierline.simulate.worlds import UNTIL, simulate_world
from tierline.simulate.writers import write_csv

ENCODINGS = ("utf-8", "utf-8-sig", "gb18030")


@offline
@click.command("simulate")
@click.option(
    "--seed", type=int, default=7, show_default=True, help="The same seed, the same files."
)
@click.option("--industry", type=click.Choice(tuple(INDUSTRIES)), default="manufacturing")
@click.option("--accounts", type=int, default=500, show_default=True, help="Number of customers.")
@click.option("--months", type=int, default=36, show_default=True, help="Length of the window.")
@click.option("--locale", type=click.Choice(get_args(Locale)), default="zh_CN", show_default=True)
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), default=UNTIL.isoformat(), help="Last day."
)
@click.option(
    "--document", "documents", type=click.Choice(get_args(DocumentKind)), multiple=True,
    help="Kind of transaction to write; may be repeated. Default: invoice and return.",
)  # fmt: skip
@click.option("--encoding", type=click.Choice(ENCODINGS), default="utf-8", show_default=True)
@click.option("--output", type=click.Path(file_okay=False, path_type=Path), required=True)
@json_option
def command(
    seed: int,
    industry: str,
    accounts: int,
    months: int,
    locale: str,
    until: datetime,
    documents: tuple[DocumentKind, ...],
    encoding: str,
    output: Path,
    as_json: bool,
) -> None:
    """Write a believable company's accounts and trade as CSV, and the truth beside them."""
    assumptions = assumptions_for(industry)
    if documents:
        assumptions = replace(assumptions, documents=documents)
    world = simulate_world(
        seed, industry, accounts, months, locale, until=until.date(), assumptions=assumptions
    )
    rows = _written(world, output, encoding)
    result = {
        "folder": str(output),
        "from": world.start,
        "until": world.until,
        "rows": rows,
    }
    lines = (f"{count:>10,}  {output / name}" for name, count in rows.items())
    show(result, as_json, lines)


def _written(world: World, folder: Path, encoding: str) -> dict[str, int]:
    try:
        return write_csv(world, folder, encoding=encoding)
    except OSError as error:
        reason = {"path": error.filename or folder, "reason": error.strerror}
        raise Invalid(_("%(path)s can't be written: %(reason)s.", **reason)) from error

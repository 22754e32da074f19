"""`tierline doctor`: what is well, and what needs attention, in one look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace

import click

from tierline.cli.program import current_wish
from tierline.console import Exit, finish, json_option, offline, show
from tierline.errors import TierlineError
from tierline.instance.examination import Finding, examine
from tierline.instance.opening import open_instance
from tierline.instance.wish import Wish


@offline
@click.command("doctor")
@click.option("--database-url", metavar="URL", help="Look at this PostgreSQL.")
@click.option("--redis-url", metavar="URL", help="Look at this Redis or Valkey.")
@json_option
@click.pass_context
def command(
    ctx: click.Context, database_url: str | None, redis_url: str | None, as_json: bool
) -> None:
    """Look at settings, servers, tables, walls, plugins, disk and workers.

    Exit code 3 when something needs attention.
    """
    wish = replace(current_wish(ctx), database_url=database_url, redis_url=redis_url)
    findings = list(look_at(wish))
    lines = [f"{'ok ' if one.well else '!! '} {one.name:<12} {one.detail}" for one in findings]
    well = all(one.well for one in findings)
    show({"well": well, "findings": [asdict(one) for one in findings]}, as_json, lines)
    if not well:
        finish(Exit.ATTENTION)


def look_at(wish: Wish) -> Iterator[Finding]:
    """Examine the instance; where it can't be opened at all, that is the one finding."""
    try:
        with open_instance(wish) as opened:
            yield from examine(opened.settings)
    except TierlineError as error:
        yield Finding("instance", False, error.message)

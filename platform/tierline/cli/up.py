"""`tierline up`: everything on this machine, with one command."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import click

from tierline.cli.program import current_wish
from tierline.conventions import offline
from tierline.instance.start import UpOptions, run_instance


@offline
@click.command("up")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to serve.")
@click.option(
    "--port",
    default=8000,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="The port to serve; 0 takes a free one.",
)
@click.option("--no-demo", is_flag=True, help="Leave the demonstration tenants out.")
@click.option("--database-url", metavar="URL", help="Use this PostgreSQL (18 or newer).")
@click.option("--redis-url", metavar="URL", help="Use this Redis or Valkey.")
@click.pass_context
def command(
    ctx: click.Context,
    host: str,
    port: int,
    no_demo: bool,
    database_url: str | None,
    redis_url: str | None,
) -> None:
    """Start servers, web server, worker and scheduler; run until Ctrl-C or SIGTERM.

    The first start creates the database, an operator and the tenants of tenants/*.yaml, and fills
    the demonstration tenants; later ones go on with what is there.
    """
    wish = replace(current_wish(ctx), database_url=database_url, redis_url=redis_url)
    options = UpOptions(host=host, port=port, demonstration=not no_demo, wish=wish)
    run_instance(options, _say)


def _say(line: str) -> None:
    # Whoever listened may have gone (`tierline up | head`); the instance goes on.
    with suppress(BrokenPipeError):
        click.echo(line)

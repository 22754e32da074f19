"""`tierline worker` and `tierline scheduler`: what `up` starts, for who runs them apart."""

from __future__ import annotations

from collections.abc import Callable

import click

from tierline.cli.program import current_wish
from tierline.config import Settings
from tierline.console import offline
from tierline.instance.opening import open_instance
from tierline.worker import run_scheduler, run_worker


@offline
@click.command("worker")
@click.pass_context
def worker(ctx: click.Context) -> None:
    """Work off jobs until SIGTERM, which lets the job at hand end first."""
    _serve(ctx, run_worker)


@offline
@click.command("scheduler")
@click.pass_context
def scheduler(ctx: click.Context) -> None:
    """Deliver jobs and start due schedules until SIGTERM; any number may run."""
    _serve(ctx, run_scheduler)


def _serve(ctx: click.Context, run: Callable[[Settings], None]) -> None:
    with open_instance(current_wish(ctx)) as opened:
        run(opened.settings)

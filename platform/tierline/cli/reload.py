"""`tierline plugins reload`: running processes go over to the code that is installed now."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import click
from flask import Flask, current_app

from tierline.cli.program import current_wish
from tierline.console import Exit, finish, in_platform, json_option, show
from tierline.db.prepare import prepare
from tierline.errors import Conflict
from tierline.instance.folders import open_folders
from tierline.instance.start import ask_to_reload
from tierline.plugins.manager import chosen_points, histories, installed
from tierline.plugins.processes import RunningProcess, behind, running_processes
from tierline.plugins.service import sync_releases

PATIENCE_SECONDS = 300.0
PAUSE_SECONDS = 0.5


@click.command("reload")
@click.option("--wait/--no-wait", default=True, help="Wait until every process has gone over.")
@json_option
@click.pass_context
def command(ctx: click.Context, wait: bool, as_json: bool) -> None:
    """Let running processes go over to the code of extensions that is installed now.

    First the code is loaded here, and its tables are migrated; where it can't be loaded, nothing is
    restarted. Then `tierline up` starts web server, worker and scheduler anew, one after the other.
    Exit code 3 where a process still runs the code of before: one that `up` did not start.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    check_loads(app)
    settings = app.extensions["tierline.settings"]
    prepare(settings, histories(settings))
    sync_releases(app)
    wish = current_wish(ctx)
    asked = ask_to_reload(open_folders(wish.folder, with_servers=wish.needs_servers))
    processes = _look(PATIENCE_SECONDS if asked and wait else 0)
    old = behind(processes)
    told = {"asked": asked, "processes": len(processes), "behind": len(old)}
    show(told, as_json, _lines(asked, processes, old))
    if old:
        finish(Exit.ATTENTION)


def check_loads(app: Flask) -> None:
    """Raise Conflict where the code of an extension that is installed can't be loaded."""
    points = chosen_points(app.extensions["tierline.settings"])
    failed = {id: why for id, why in installed().loaded.failed.items() if id in points}
    if failed:
        fields = {id: [str(each) for each in why.problems] for id, why in failed.items()}
        names = ", ".join(sorted(failed))
        raise Conflict(f"{names} can't be loaded; nothing is restarted.", fields=fields)


def _look(seconds: float) -> list[RunningProcess]:
    """Return the processes, once none runs the code of before or the time is over."""
    end = time.monotonic() + seconds
    while True:
        with in_platform():
            processes = running_processes()
        if not behind(processes) or time.monotonic() > end:
            return processes
        time.sleep(PAUSE_SECONDS)


def _lines(
    asked: bool, processes: list[RunningProcess], old: list[RunningProcess]
) -> Iterator[str]:
    if not asked:
        yield "No tierline up runs here: restart web servers, workers and schedulers yourself."
    if old:
        yield f"{len(old)} of {len(processes)} processes still run the code of before:"
    elif processes:
        yield f"{len(processes)} processes run the code that is installed."
    for process in old:
        yield f"  {process.kind:<10} {process.id.hex[:8]} {_loaded(process)}"


def _loaded(process: RunningProcess) -> str:
    versions: dict[str, Any] = {"tierline": process.core, **process.extensions}
    return ", ".join(f"{name} {version}" for name, version in versions.items())

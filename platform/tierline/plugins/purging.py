"""Purging a disabled plugin: what the tenant holds of it is counted, exported, removed for good.

An act apart from disabling, which keeps everything. What stays is the record of the acts: the audit
chain, jobs, and what was noted in timelines.
"""

from __future__ import annotations

import zipfile
from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

import orjson
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tierline.audit.service import record
from tierline.db import db
from tierline.errors import Conflict, Invalid
from tierline.plugins import holdings
from tierline.plugins.holdings import Holding, holding
from tierline.plugins.models import PluginEnablement
from tierline.plugins.service import get_row

holding(
    Holding(
        "tables",
        _l("Records in the plugin's own tables"),
        holdings.count_rows,
        holdings.rows_of,
        holdings.remove_rows,
        weight=10,
    )
)
holding(
    Holding(
        "changes",
        _l("Changes that the company made to it"),
        holdings.count_changes,
        holdings.changes_of,
        holdings.remove_changes,
        weight=5,
    )
)


@dataclass(frozen=True)
class Held:
    """How many things of one kind the tenant holds of a plugin's."""

    holding: Holding
    count: int


def count_held(plugin: str) -> list[Held]:
    """Return what the tenant holds of a plugin's; raises NotFound where it never had the plugin."""
    get_purgeable(plugin, lock=False)
    return [Held(held, held.count(plugin)) for held in holdings.holdings()]


def export(plugin: str) -> IO[bytes]:
    """Return what the tenant holds of a disabled plugin's: a ZIP archive, JSON lines a kind.

    A file without a name, at its beginning.
    """
    row = get_purgeable(plugin, lock=False)
    with ExitStack() as stack:
        file = stack.enter_context(TemporaryFile())
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for held in holdings.holdings():
                with archive.open(f"{plugin}/{held.key}.jsonl", "w") as lines:
                    for each in held.rows(plugin):
                        line = orjson.dumps(each, default=str, option=orjson.OPT_APPEND_NEWLINE)
                        lines.write(line)
        record("plugins.export", row, {"plugin": plugin})
        file.seek(0)
        stack.pop_all()  # whoever sends the file closes it
    return file


def purge(plugin: str, confirmed: str) -> dict[str, int]:
    """Remove for good what the tenant holds of a disabled plugin's; return how much of each kind.

    `confirmed` is the plugin's id, typed once more. Raises Invalid where it is another, NotFound
    where the tenant never had the plugin, and Conflict where it is not disabled.
    """
    if confirmed != plugin:
        problem = _('must be "%(plugin)s"', plugin=plugin)
        raise Invalid(_("Type the plugin's name to purge it."), fields={"confirm": [problem]})
    row = get_purgeable(plugin)
    counts = {each.holding.key: each.count for each in count_held(plugin)}
    for held in holdings.holdings():
        held.remove(plugin)
    record("plugins.purge", row, {"plugin": plugin, **counts})
    db.session.delete(row)
    db.session.flush()
    return counts


def get_purgeable(plugin: str, *, lock: bool = True) -> PluginEnablement:
    """Return the tenant's row of a disabled plugin; raises NotFound, and Conflict for others."""
    row = get_row(plugin, lock=lock)
    if row.state != "disabled":
        raise Conflict(_('"%(plugin)s" must be disabled before it is purged.', plugin=plugin))
    return row

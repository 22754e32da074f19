"""The frame that every feature's commands stand in: options, output, exit codes, units of work.

A feature's `commands.py` exports click commands and imports this module, never `tierline.cli`,
which registers them. By default a command runs inside the application's context, with the
instance's database and Valkey running; a command that needs neither is marked `offline`.
A TierlineError that leaves a command is printed as one line, and the exit code is 1.
"""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import click
import orjson

from tierline.access.decision import acting_as, platform_subject
from tierline.conventions import Exit, offline
from tierline.db import db, tenant_scope
from tierline.tenancy.queries import get_tenant

__all__ = [
    "Exit",
    "finish",
    "in_platform",
    "in_tenant",
    "json_option",
    "offline",
    "show",
    "tenant_option",
]


tenant_option = click.option(
    "--tenant", "slug", metavar="SLUG", required=True, help="The tenant to work in."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


@contextmanager
def in_tenant(slug: str) -> Iterator[None]:
    """Work in one tenant as the platform would: one unit of work, committed at the block's end.

    Raises NotFound where there is no such tenant. An error inside discards everything.
    """
    tenant_id = get_tenant(slug).id
    with tenant_scope(tenant_id), acting_as(platform_subject(tenant_id, "command line")):
        yield
        db.session.commit()


@contextmanager
def in_platform() -> Iterator[None]:
    """Work on global tables only: one unit of work, committed at the block's end."""
    try:
        yield
        db.session.commit()
    finally:
        db.session.remove()


def show(result: Any, as_json: bool, lines: Iterable[str] = ()) -> None:
    """Print `result` as JSON, or `lines` for a person."""
    if as_json:
        text = orjson.dumps(result, default=_plain, option=orjson.OPT_INDENT_2).decode()
        click.echo(text)
    else:
        for line in lines:
            click.echo(line)


def finish(code: Exit) -> NoReturn:
    """End the command with `code`; call it after the unit of work, not inside."""
    click.get_current_context().exit(int(code))


def _plain(value: Any) -> Any:
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime.date | uuid.UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} can't be printed as JSON")

"""`tierline import accounts`."""

from __future__ import annotations

from pathlib import Path

import click

from tierline.console import finish, json_option, show, tenant_option
from tierline.imports.commanding import exit_code, import_file, lines_of


@click.command("accounts")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@tenant_option
@click.option("--mapping", metavar="NAME", help="A mapping, saved or in tenants/mappings.")
@click.option("--dry-run", is_flag=True, help="Check and count; write nothing.")
@json_option
def import_accounts(
    file: Path, slug: str, mapping: str | None, dry_run: bool, as_json: bool
) -> None:
    """Import accounts with their contacts and the fields of plugins.

    Without --mapping the columns are guessed from their names. Ends with 5 where rows failed.
    """
    result = import_file("accounts", file, slug, mapping, dry_run)
    show(result, as_json, lines_of(result))
    finish(exit_code(result))

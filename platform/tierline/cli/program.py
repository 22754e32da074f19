"""How commands are found, and what each one gets: `--data`, the application, one-line errors."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import click

from tierline.collecting import collecting_later
from tierline.conventions import Exit
from tierline.errors import TierlineError
from tierline.instance.wish import Wish

WISH = "tierline.wish"  # where a click context keeps what it was told about the instance


class Place(NamedTuple):
    """Where a command is defined ("module:attribute"), and its line in `--help`."""

    path: str
    summary: str


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def __init__(self, *args: Any, places: dict[str, Place], **options: Any) -> None:
        super().__init__(*args, **options)
        self.places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order in which they are best read."""
        return list(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of this name, prepared to run, or None."""
        if cmd_name not in self.places:
            return None
        if cmd_name not in self.commands:
            module, _, attribute = self.places[cmd_name].path.partition(":")
            with collecting_later():
                self.commands[cmd_name] = prepared(getattr(import_module(module), attribute))
        return self.commands[cmd_name]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.summary) for name, place in self.places.items()])


class Program(LazyGroup):
    """The whole program: an error of our family becomes one line on stderr, and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except TierlineError as error:
            click.echo(f"Error: {error.message}", err=True)
            for path, problems in error.fields.items():
                click.echo(f"  {path}: {'; '.join(map(str, problems))}", err=True)
            ctx.exit(int(Exit.FAILED))


def data_option() -> click.Option:
    """Return the option that names the instance; every command takes it."""
    return click.Option(
        ["--data"],
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        expose_value=False,
        callback=_remember_data,
        help="The instance's data directory (TIERLINE_DATA, or .data).",
    )


def _remember_data(ctx: click.Context, option: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.meta[WISH] = replace(current_wish(ctx), data=value)


def current_wish(ctx: click.Context) -> Wish:
    """Return what the command line says about the instance."""
    wish: Wish = ctx.meta.get(WISH, Wish())
    return wish


def prepared(command: click.Command, offline: bool = False) -> click.Command:
    """Return the command with `--data` on it and all below it, its leaves run in the application.

    A copy: the feature's own command stays as it is, for whoever has an application already.
    """
    offline = offline or getattr(command, "offline", False)
    command = copy(command)
    if not any(option.name == "data" for option in command.params):
        command.params = [*command.params, data_option()]
    if isinstance(command, click.Group):
        command.commands = {
            name: prepared(child, offline) for name, child in command.commands.items()
        }
    elif command.callback is not None and not offline:
        command.callback = _in_application(command.callback)
    return command


def _in_application(callback: Any) -> Any:
    @wraps(callback)
    def run(*args: Any, **options: Any) -> Any:
        with collecting_later():
            running = import_module("tierline.cli.running")
        with running.application(current_wish(click.get_current_context())):
            return callback(*args, **options)

    return run

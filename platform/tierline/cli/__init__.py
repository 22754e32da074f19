"""The command `tierline`: every feature's commands under one name, loaded when they are called.

Loading late keeps `tierline --help`, `doctor` and offline commands quick.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from tierline.cli.running import in_application
from tierline.console import Exit
from tierline.errors import TierlineError

COMMANDS = {
    "up": "tierline.cli.up:command",
    "doctor": "tierline.cli.doctor:command",
    "worker": "tierline.cli.serve:worker",
    "scheduler": "tierline.cli.serve:scheduler",
    "tenants": "tierline.cli.tenants:command",
    "users": "tierline.identity.commands:command",
    "plugins": "tierline.plugins.commands:command",
    "import": "tierline.cli.imports:command",
    "tiering": "tierline.tiering.commands:command",
    "jobs": "tierline.jobs.commands:command",
    "db": "tierline.cli.database:command",
    "audit": "tierline.audit.commands:command",
    "openapi": "tierline.cli.openapi:command",
    "simulate": "tierline.simulate.commands:command",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are needed, and run inside the application."""

    def __init__(self, *args: Any, places: dict[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which they are best read."""
        return list(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of this name, prepared to run, or None."""
        if cmd_name not in self.places:
            return None
        if cmd_name not in self.commands:
            module, _, attribute = self.places[cmd_name].partition(":")
            command: click.Command = getattr(import_module(module), attribute)
            self.commands[cmd_name] = prepared(command)
        return self.commands[cmd_name]


def prepared(command: click.Command, offline: bool = False) -> click.Command:
    """Give a command and all below it `--data`, and the leaves the running application."""
    offline = offline or getattr(command, "offline", False)
    if not any(option.name == "data" for option in command.params):
        command.params.append(_data_option())
    if isinstance(command, LazyGroup):
        return command
    if isinstance(command, click.Group):
        for child in command.commands.values():
            prepared(child, offline)
    elif command.callback is not None and not offline:
        command.callback = in_application(command.callback)
    return command


def _remember(ctx: click.Context, option: click.Parameter, value: Path | None) -> Path | None:
    if value is not None:
        ctx.find_root().meta["data"] = value
    return value


def _data_option() -> click.Option:
    return click.Option(
        ["--data"],
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        expose_value=False,
        callback=_remember,
        help="The instance's data directory (TIERLINE_DATA, or .data).",
    )


class Program(LazyGroup):
    """The whole program: errors of our family become one line each on stderr."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a TierlineError ends it with its message and exit code 1."""
        try:
            return super().invoke(ctx)
        except TierlineError as error:
            click.echo(f"Error: {error.message}", err=True)
            for path, problems in error.fields.items():
                click.echo(f"  {path}: {'; '.join(map(str, problems))}", err=True)
            ctx.exit(int(Exit.FAILED))


@click.command(
    cls=Program,
    places=COMMANDS,
    params=[_data_option()],
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="tierline")
def main() -> None:
    """Tierline: insight, tiers, strategy, execution, feedback.

    Exit codes: 0 done, 1 failed, 2 usage, 3 differences or attention, 5 partly done.
    """


if __name__ == "__main__":
    sys.exit(main())

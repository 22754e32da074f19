"""`tierline plugins`: what is installed, and what a company makes of it, in one group."""

from __future__ import annotations

import click

from tierline.configuration.commands import plugin_commands
from tierline.plugins.commands import command as plugins

command = click.Group(
    "plugins",
    commands={**plugins.commands, **plugin_commands.commands},
    help="See plugins, enable, change, upgrade and disable them; check and make a plugin's files.",
)

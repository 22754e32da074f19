"""`tierline plugins`: for companies, operators, authors and publishers, under one name."""

from __future__ import annotations

import click

from tierline.authoring import commands as authoring
from tierline.authoring import signing_commands as signing
from tierline.cli.reload import command as reload
from tierline.configuration.commands import plugin_commands as changes
from tierline.plugins import diagnosis_commands as diagnosis
from tierline.plugins import installing_commands as operators
from tierline.plugins.commands import command as plugins

command = click.Group(
    "plugins",
    commands={**plugins.commands, **changes.commands},
    help="See, enable and change plugins; install them; write, check, sign and pack them.",
)
for each in (
    *operators.commands,
    *diagnosis.commands,
    *authoring.commands,
    *signing.commands,
    reload,
):
    command.add_command(each)

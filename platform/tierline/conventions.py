"""Conventions of commands that need nothing loaded: exit codes, and the mark of offline ones."""

from __future__ import annotations

from enum import IntEnum
from typing import TypeVar

import click

CommandType = TypeVar("CommandType", bound=click.Command)


class Exit(IntEnum):
    """What a command's exit code says."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    ATTENTION = 3  # differences were found, or something needs a look
    PARTLY = 5  # some of it was done; the result says what was not


def offline(command: CommandType) -> CommandType:
    """Mark a command, and all below it, as needing neither database nor application."""
    if not isinstance(command, click.Command):
        raise TypeError("offline() marks commands: it stands above @click.command")
    command.offline = True  # type: ignore[attr-defined]
    return command

"""The program `tierline`: its commands, where `--data` may stand, how errors look."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from tierline.cli import COMMANDS, main
from tierline.cli.program import WISH, Place, Program, data_option
from tierline.console import Exit, finish, offline
from tierline.errors import Invalid
from tierline.instance.wish import Wish

NEEDED = [
    "up",
    "doctor",
    "tenants",
    "users",
    "plugins",
    "import",
    "tiering",
    "jobs",
    "db",
    "audit",
    "openapi",
    "simulate",
]


@offline
@click.group("sample")
def sample() -> None:
    """Show what a command gets."""


@sample.command("where")
@click.pass_context
def where(ctx: click.Context) -> None:
    """Print the data directory."""
    click.echo(ctx.meta.get(WISH, Wish()).data)


@sample.command("fail")
def fail() -> None:
    """Fail as services do."""
    raise Invalid("It can't be done.", fields={"name": ["is empty", "is odd"]})


@sample.command("partly")
def partly() -> None:
    """Do some of it."""
    finish(Exit.PARTLY)


def run(*arguments: str) -> Result:
    program = Program(
        name="program",
        places={"sample": Place(f"{__name__}:sample", "A sample.")},
        params=[data_option()],
    )
    return CliRunner().invoke(program, arguments)


@pytest.mark.parametrize("name", NEEDED)
def test_every_command_is_there_with_help_and_data(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert "--data DIR" in result.output


def test_every_place_leads_to_a_command() -> None:
    with click.Context(main) as ctx:
        for name in COMMANDS:
            command = main.get_command(ctx, name)
            assert isinstance(command, click.Command), name


def test_help_names_every_command_and_the_exit_codes() -> None:
    output = CliRunner().invoke(main, ["--help"]).output
    assert all(f"\n  {name} " in output for name in COMMANDS)
    assert "3 differences or attention" in " ".join(output.split())


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--data", "DIR", "sample", "where"], id="before everything"),
        pytest.param(["sample", "--data", "DIR", "where"], id="in the middle"),
        pytest.param(["sample", "where", "--data", "DIR"], id="at the end"),
        pytest.param(["--data", "x", "sample", "where", "--data", "DIR"], id="the last one counts"),
    ],
)
def test_data_may_stand_anywhere(arguments: list[str], tmp_path: Path) -> None:
    given = [str(tmp_path) if argument == "DIR" else argument for argument in arguments]
    assert run(*given).output == f"{tmp_path}\n"


def test_an_error_of_ours_is_named_with_its_fields_and_exit_code_1() -> None:
    result = run("sample", "fail")
    assert result.exit_code == Exit.FAILED
    assert result.stderr == "Error: It can't be done.\n  name: is empty; is odd\n"
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["sample", "partly"], Exit.PARTLY),
        (["sample", "nothing"], Exit.USAGE),
        (["nothing"], Exit.USAGE),
        (["sample", "where", "--unknown"], Exit.USAGE),
        (["sample", "where"], Exit.DONE),
    ],
)
def test_exit_codes_say_how_it_went(arguments: list[str], code: Exit) -> None:
    assert run(*arguments).exit_code == code

"""A world's files: the same bytes for the same seed, readable back, and by the command."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from tierline.simulate import simulate_world, write_csv
from tierline.simulate.commands import command

NAMES = ("accounts.csv", "transactions.csv", "truth.csv")


def read(path: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        write_csv(simulate_world(9, "fmcg_channel", 40, 12), tmp_path / folder)
    for name in NAMES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_transactions_are_written_line_by_line(tmp_path: Path) -> None:
    world = simulate_world(9, "manufacturing", 40, 12)
    rows = write_csv(world, tmp_path)
    found = read(tmp_path / "transactions.csv")
    assert rows["transactions.csv"] == len(found) == sum(len(t.lines) for t in world.transactions)
    assert len({row["number"] for row in found}) == len(world.transactions)
    amounts = sum(line.amount for t in world.transactions for line in t.lines)
    assert sum(Decimal(row["amount"]) for row in found) == amounts


def test_accounts_and_truth_have_a_row_for_each_account(tmp_path: Path) -> None:
    world = simulate_world(9, "saas", 40, 12)
    rows = write_csv(world, tmp_path)
    keys = [account.external_key for account in world.accounts]
    assert [row["external_key"] for row in read(tmp_path / "accounts.csv")] == keys
    assert {row["external_key"] for row in read(tmp_path / "truth.csv")} == set(keys)
    assert rows["accounts.csv"] == rows["truth.csv"] == len(keys)


def test_chinese_names_survive_gb18030(tmp_path: Path) -> None:
    world = simulate_world(9, "manufacturing", 60, 6)
    write_csv(world, tmp_path, encoding="gb18030")
    names = [row["name"] for row in read(tmp_path / "accounts.csv", "gb18030")]
    assert names == [account.name for account in world.accounts]


def test_the_command_writes_files_and_says_how_many_rows(tmp_path: Path) -> None:
    arguments = ["--seed", "3", "--accounts", "20", "--months", "6", "--output", str(tmp_path)]
    result = CliRunner().invoke(command, [*arguments, "--json"], catch_exceptions=False)
    said = json.loads(result.output)
    assert result.exit_code == 0
    assert said["until"] == "2026-10-31"
    assert said["rows"] == {name: len(read(tmp_path / name)) for name in NAMES}


@pytest.mark.parametrize(
    "arguments", [["--industry", "banking"], ["--locale", "fr"], ["--until", "tomorrow"]]
)
def test_the_command_refuses_what_it_does_not_know(arguments: list[str], tmp_path: Path) -> None:
    result = CliRunner().invoke(command, [*arguments, "--output", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert not (tmp_path / "out").exists()

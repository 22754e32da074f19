"""A world as files: what a company's systems would export, and the truth in a file of its own."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tierline.simulate.records import Account, Transaction, Truth, World

CONTACTS = 3
ACCOUNT_COLUMNS = (
    "external_key", "name", "kind", "lifecycle_stage", "groups", "party_kind", "industry", "region",
    "credit_code",
)  # fmt: skip
CONTACT_COLUMNS = ("name", "title", "email", "phone")
TRANSACTION_COLUMNS = (
    "account", "kind", "number", "date", "due_date", "paid_date", "currency", "line", "product",
    "description", "quantity", "unit_price", "amount", "cost",
)  # fmt: skip
TRUTH_COLUMNS = (
    "external_key", "state", "joined", "decay_start", "churned", "annual_value", "orders_per_year",
    "growth", "payer", "duplicate_of", "noise",
)  # fmt: skip


def write_csv(
    world: World, folder: Path, *, encoding: str = "utf-8", owners: Sequence[str] = ()
) -> dict[str, int]:
    """Write accounts.csv, transactions.csv (one row a line) and truth.csv; return rows by file.

    The same world gives the same bytes. `encoding` is utf-8, utf-8-sig or gb18030. Where `owners`
    (e-mail addresses) are given, accounts.csv has a column `owner`, and they take turns in it. The
    folder is made where it is missing; an OSError names what can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keys = sorted({key for account in world.accounts for key in account.fields})
    tables: dict[str, tuple[Sequence[str], Iterable[Sequence[object]]]] = {
        "accounts.csv": _account_table(world.accounts, keys, owners),
        "transactions.csv": (TRANSACTION_COLUMNS, transaction_rows(world)),
        "truth.csv": (TRUTH_COLUMNS, truth_rows(world.truth.values())),
    }
    return {
        name: _write(folder / name, encoding, columns, rows)
        for name, (columns, rows) in tables.items()
    }


def _account_table(
    accounts: Sequence[Account], keys: Sequence[str], owners: Sequence[str]
) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
    columns, rows = account_columns(keys), account_rows(accounts, keys)
    if not owners:
        return columns, rows
    owned = ([*row, owners[place % len(owners)]] for place, row in enumerate(rows))
    return [*columns, "owner"], owned


def account_columns(field_keys: Sequence[str]) -> list[str]:
    """Return the header of accounts.csv: the account, up to three contacts, the plugins' fields."""
    contacts = [
        f"contact_{number}_{column}"
        for number in range(1, CONTACTS + 1)
        for column in CONTACT_COLUMNS
    ]
    return [*ACCOUNT_COLUMNS, *contacts, *field_keys]


def account_rows(accounts: Iterable[Account], keys: Sequence[str]) -> Iterator[list[str]]:
    """Yield the rows of accounts.csv."""
    for account in accounts:
        row = [
            account.external_key, account.name, account.kind, account.stage,
            ";".join(account.groups), account.party_kind, account.industry, account.region,
            account.credit_code,
        ]  # fmt: skip
        for number in range(CONTACTS):
            contact = account.contacts[number] if number < len(account.contacts) else None
            row += [getattr(contact, column, "") for column in CONTACT_COLUMNS]
        yield row + [account.fields.get(key, "") for key in keys]


def transaction_rows(world: World) -> Iterator[list[object]]:
    """Yield the rows of transactions.csv: one a line, its document's columns repeated."""
    for transaction in world.transactions:
        head = _head(transaction, world.currency)
        for number, line in enumerate(transaction.lines, start=1):
            yield [
                *head, number, line.product, line.description, line.quantity, line.unit_price,
                line.amount, line.cost,
            ]  # fmt: skip


def _head(transaction: Transaction, currency: str) -> list[object]:
    due, paid = transaction.due_date or "", transaction.paid_date or ""
    names = (transaction.account, transaction.kind, transaction.number)
    return [*names, transaction.day, due, paid, currency]


def truth_rows(truth: Iterable[Truth]) -> Iterator[list[object]]:
    """Yield the rows of truth.csv; unknown and not applicable are empty."""
    for row in truth:
        values = (getattr(row, column) for column in TRUTH_COLUMNS)
        yield ["" if value is None else value for value in values]


def _write(
    path: Path, encoding: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> int:
    count = 0
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow(row)
            count += 1
    return count

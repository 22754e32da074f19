"""`tierline import`: each kind of record brings its own command."""

from __future__ import annotations

from tierline.cli.program import LazyGroup, Place

command = LazyGroup(
    name="import",
    help="Import accounts and transactions from CSV and XLSX files.",
    places={
        "accounts": Place("tierline.accounts.commands:import_accounts", "Import accounts."),
        "transactions": Place(
            "tierline.ledger.commands:import_transactions", "Import orders, invoices, payments …"
        ),
    },
)

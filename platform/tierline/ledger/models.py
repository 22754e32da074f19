"""Transactions and their lines. Amounts are hundredths of the currency's unit, whole numbers.

A return has negative quantities and amounts, and a payment's amount is what was paid; so sales are
the sum of the amounts of a tenant's sales documents and its returns.
"""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tierline.db import Base, Tenanted, TenantOwned, foreign_key

KINDS = ("order", "delivery", "invoice", "payment", "return")


class LedgerTransaction(Tenanted, Base):
    """An order, delivery, invoice, payment or return of an account."""

    __tablename__ = "ledger_transaction"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        foreign_key("account_id", "account", ondelete="CASCADE"),
        UniqueConstraint("tenant_id", "kind", "number"),
        Index("ix_ledger_transaction_account", "tenant_id", "account_id", "date"),
        Index("ix_ledger_transaction_date", "tenant_id", "date"),
    )

    account_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    number: Mapped[str]
    date: Mapped[datetime.date]
    due_on: Mapped[datetime.date | None]
    paid_on: Mapped[datetime.date | None]
    currency: Mapped[str]
    amount: Mapped[int]  # hundredths of the currency's unit; the sum over its lines
    cost: Mapped[int | None]  # None where the cost of a line is unknown
    line_count: Mapped[int]
    import_id: Mapped[uuid.UUID | None]  # the import that wrote it last


class LedgerLine(TenantOwned, Base):
    """A line of a transaction.

    No foreign key: checking one row by row takes longer than writing the lines of an import
    (docs/import.md has the figures). Lines are written and removed with their transaction only, in
    `ledger.merging` and `ledger.service`.
    """

    __tablename__ = "ledger_line"
    transaction_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True)
    product: Mapped[str] = mapped_column(server_default="")
    description: Mapped[str] = mapped_column(server_default="")
    quantity: Mapped[Decimal] = mapped_column(Numeric)
    unit_price: Mapped[Decimal | None] = mapped_column(Numeric)
    amount: Mapped[int]  # hundredths of the currency's unit
    cost: Mapped[int | None]

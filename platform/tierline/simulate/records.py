"""The plain rows of a simulated world; no database, no behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

Locale = Literal["zh_CN", "en"]
Kind = Literal["government", "enterprise", "channel", "person"]
DocumentKind = Literal["order", "delivery", "invoice", "payment", "return"]
Stage = Literal["prospect", "active", "inactive"]
Payer = Literal["prompt", "usual", "late", "very_late"]
State = Literal["active", "declining", "churned", "prospect", "other"]


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at an account; the address ends in example.com, the number can't be dialled."""

    name: str
    title: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class Account:
    """An organisation or person as a company's own system would export it."""

    external_key: str
    name: str
    kind: Kind
    stage: Stage
    groups: tuple[str, ...]  # keys of its stakeholder groups
    party_kind: str  # kind of party in a group other than customers; "" where it has none
    industry: str
    region: str
    credit_code: str  # unified social credit code with a valid check digit; "" outside China
    contacts: tuple[Contact, ...]
    fields: Mapping[str, str] = field(default_factory=dict)  # plugin fields by their key


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transaction; `amount` is quantity times unit price, `cost` the line's cost."""

    product: str
    description: str
    quantity: int
    unit_price: Decimal
    amount: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Transaction:
    """One document of an account. Returns carry negative quantities, amounts and costs."""

    account: str  # external key
    kind: DocumentKind
    number: str
    day: date
    due_date: date | None
    paid_date: date | None  # None: not paid by the world's last day
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """What is hidden from the tenant: how an account really behaves.

    `annual_value` (in the world's currency) and `orders_per_year` are the account's means at its
    full rate, before season, growth and decay.
    """

    external_key: str
    state: State  # as of the world's last day
    joined: date | None  # its first possible purchase; may lie before the world's first day
    decay_start: date | None  # orders get rarer and smaller from here
    churned: date | None  # no purchase from this day on
    annual_value: Decimal
    orders_per_year: float
    growth: float  # logarithmic, per year
    payer: Payer | None
    duplicate_of: str | None = None  # external key of the same company's first entry
    noise: str | None = None  # how the duplicate's name differs


@dataclass(frozen=True)
class World:
    """A simulated tenant: what its systems would export, and the truth behind it."""

    seed: int
    industry: str
    locale: Locale
    currency: str
    start: date
    until: date  # the last day, included
    accounts: tuple[Account, ...]
    transactions: tuple[Transaction, ...]
    truth: Mapping[str, Truth]

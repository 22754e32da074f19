"""The papers of a purchase: order, delivery, invoice, payment, and now and then a return."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from tierline.simulate.assumptions import PAYMENT_DELAYS, Assumptions
from tierline.simulate.behaviour import Behaviour
from tierline.simulate.records import DocumentKind, Line, Transaction
from tierline.simulate.trade import Item, Market, Purchase

PREFIX: dict[DocumentKind, str] = {
    "order": "SO",
    "delivery": "DN",
    "invoice": "INV",
    "payment": "PAY",
    "return": "CN",
}
ORDER_DAYS = (5, 25)  # from order to invoice; the delivery is one to three days before the invoice


@dataclass(frozen=True, slots=True)
class Draft:
    """A transaction that has no number yet."""

    account: str
    kind: DocumentKind
    day: date
    due: date | None
    paid: date | None
    lines: tuple[Line, ...]


def papers(
    random: Random, market: Market, behaviour: Behaviour, account: str, purchase: Purchase
) -> list[Draft]:
    """Return the documents of a purchase that the assumptions ask for and that exist by the end."""
    lines = tuple(_line(item, item.quantity) for item in purchase.items)
    due = purchase.day + timedelta(days=behaviour.terms)
    paid = _draw_paid(random, market.assumptions, behaviour, purchase, due)
    paid = paid if paid is not None and paid <= market.until else None
    ordered = purchase.day - timedelta(days=random.randint(*ORDER_DAYS))
    delivered = purchase.day - timedelta(days=random.randint(1, 3))
    drafts = [
        Draft(account, "order", ordered, None, None, lines),
        Draft(account, "delivery", delivered, None, None, lines),
        Draft(account, "invoice", purchase.day, due, paid, lines),
    ]
    if paid is not None:
        drafts.append(Draft(account, "payment", paid, None, None, (_payment(lines),)))
    drafts.extend(_returned(random, market, account, purchase))
    wanted = market.assumptions.documents
    return [d for d in drafts if d.kind in wanted and market.start <= d.day <= market.until]


def _draw_paid(
    random: Random, assumptions: Assumptions, behaviour: Behaviour, purchase: Purchase, due: date
) -> date | None:
    mean, deviation, never = PAYMENT_DELAYS[behaviour.payer]
    delay = random.gauss(mean + assumptions.decay_late_days * purchase.leaving, deviation)
    if random.random() < never:
        return None
    return max(due + timedelta(days=round(delay)), purchase.day)


def _returned(random: Random, market: Market, account: str, purchase: Purchase) -> Iterator[Draft]:
    share = market.assumptions.return_share * (1 + 2 * purchase.leaving)
    back = purchase.day + timedelta(days=random.randint(4, 30))
    item = random.choice(purchase.items)
    part = random.choice((0.1, 0.2, 0.5, 1.0))
    if random.random() < share:
        quantity = -max(round(item.quantity * part), 1)
        yield Draft(account, "return", back, None, None, (_line(item, quantity),))


def _line(item: Item, quantity: int) -> Line:
    return Line(
        product=item.product.code,
        description=item.product.name,
        quantity=quantity,
        unit_price=money(item.unit_price),
        amount=money(item.unit_price * quantity),
        cost=money(item.unit_cost * quantity),
    )


def _payment(lines: Iterable[Line]) -> Line:
    amount = sum((line.amount for line in lines), Decimal("0.00"))
    return Line("", "", 1, amount, amount, Decimal("0.00"))


def money(minor: int) -> Decimal:
    """Return hundredths as an exact decimal amount."""
    return Decimal(minor).scaleb(-2)


def numbered(drafts: Iterable[Draft]) -> list[Transaction]:
    """Return the documents by day, numbered through per kind and year as a company does."""
    counts: Counter[tuple[str, int]] = Counter()
    transactions = []
    for draft in sorted(drafts, key=lambda d: (d.day, d.account, d.kind)):
        counts[draft.kind, draft.day.year] += 1
        count = counts[draft.kind, draft.day.year]
        number = f"{PREFIX[draft.kind]}{draft.day.year}-{count:06d}"
        transactions.append(
            Transaction(
                draft.account, draft.kind, number, draft.day, draft.due, draft.paid, draft.lines
            )
        )
    return transactions

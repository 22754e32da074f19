"""What transactions and their amounts are called and look like."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from tierline.ledger.queries import in_units

KIND_NAMES: Mapping[str, LazyString] = {
    "order": _l("Order"),
    "delivery": _l("Delivery"),
    "invoice": _l("Invoice"),
    "payment": _l("Payment"),
    "return": _l("Return"),
}

__all__ = ["KIND_NAMES", "in_units"]

"""What imports are told about the ledger: transactions can be imported."""

from __future__ import annotations

from tierline.imports.registry import register
from tierline.ledger.importing import Transactions

register(Transactions())

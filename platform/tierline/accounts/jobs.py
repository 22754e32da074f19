"""What imports are told about accounts: they can be imported."""

from __future__ import annotations

from tierline.accounts.importing import Accounts
from tierline.imports.registry import register

register(Accounts())

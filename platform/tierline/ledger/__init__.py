"""The ledger: transactions of accounts and their lines, the facts that metrics are made of."""

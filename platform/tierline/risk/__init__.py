"""Risk models evaluated: lifecycle stage, indicators, score and band of accounts."""

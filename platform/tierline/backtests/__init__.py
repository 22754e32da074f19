"""Backtests: a tiering scheme replayed over past months, beside another."""

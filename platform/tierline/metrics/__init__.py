"""Metrics: named values of an account as of a date, computed from its trade and its fields."""

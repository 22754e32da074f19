"""Tierline: customer management for many companies at once, each in a tenant space of its own."""

__version__ = "0.1.0"

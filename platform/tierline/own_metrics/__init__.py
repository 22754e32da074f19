"""Designing metrics of a company's own, without code."""

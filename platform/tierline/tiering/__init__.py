"""Tiering: schemes and their versions, runs over a whole tenant, assignments, explanations."""

"""Designing tiering schemes: their history, drafts, and the screen on which one is changed."""

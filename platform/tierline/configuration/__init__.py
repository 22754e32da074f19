"""A company's configuration: every change is a revision with its author, reason and inverse."""

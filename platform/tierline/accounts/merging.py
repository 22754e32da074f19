"""Merging the rows of a chunk into the accounts, in a few statements whatever their number.

An account is known by its external key, a contact of it by e-mail or else by name. An empty cell
changes nothing, and groups and contacts that a file does not name stay; so the same file changes
nothing a second time.
"""

from __future__ import annotations



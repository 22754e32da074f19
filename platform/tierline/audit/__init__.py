"""The audit chain: who did what, each entry holding the digest of the one before it."""

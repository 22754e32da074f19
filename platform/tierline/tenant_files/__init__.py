"""Tenants as code: what `tenants/<slug>.yaml` says, held against what a company is."""

"""Tenants: the spaces that companies work in, and how an address names one."""

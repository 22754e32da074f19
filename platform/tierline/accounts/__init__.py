"""Accounts: whom a tenant manages relationships with, their contacts, groups and timeline."""

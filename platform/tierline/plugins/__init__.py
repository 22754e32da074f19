"""Plugins: what they may contribute, how their files are read, and what a tenant has enabled."""

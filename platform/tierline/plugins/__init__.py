"""Plugins: the hooks they answer, what is installed, and what each tenant has enabled of it."""

"""Imports: files to rows, mapped, staged, checked and merged. Knows no record type by itself."""

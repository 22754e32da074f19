"""Packs: the language that plugins are written in, from YAML files to checked, typed records."""

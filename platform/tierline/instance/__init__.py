"""An instance on one machine: its data directory, its embedded servers, its processes.

`embedded_servers` lends PostgreSQL and Valkey to whoever needs them on a data directory;
`open_instance` finds out which servers a command works with; `supervisor` runs everything.
"""

"""The command `tierline`: every feature's commands under one name.

A feature's commands live in its `commands.py`, import `tierline.console` (options, output, exit
codes, units of work) and are named below, with the line that `--help` shows; their module is
imported when they are called. A command runs inside the application's context, its instance's
servers started for its duration where none run; one that needs neither is marked
`@console.offline`. Work in a tenant stands in `with in_tenant(slug):`.
"""

from __future__ import annotations

from tierline.cli.program import Place, Program, data_option

__all__ = ["COMMANDS", "main"]

COMMANDS = {
    "up": Place("tierline.cli.up:command", "Start everything on this machine."),
    "doctor": Place("tierline.cli.doctor:command", "Say what is well and what needs attention."),
    "tenants": Place("tierline.cli.tenants:command", "Create and list tenants, apply their files."),
    "users": Place("tierline.identity.commands:command", "Create users, grant and revoke access."),
    "plugins": Place("tierline.cli.plugins:command", "Enable, change, install, write plugins."),
    "revisions": Place("tierline.configuration.commands:command", "List, publish, undo changes."),
    "import": Place("tierline.cli.imports:command", "Import accounts and transactions."),
    "tiering": Place("tierline.tiering.commands:command", "Run tiering schemes and explain tiers."),
    "backtest": Place("tierline.backtests.commands:command", "Replay a scheme over past months."),
    "jobs": Place("tierline.jobs.commands:command", "List jobs, show and cancel one."),
    "db": Place("tierline.cli.database:command", "Migrate the database and check its walls."),
    "audit": Place("tierline.audit.commands:command", "Verify the audit chain."),
    "openapi": Place("tierline.cli.openapi:command", "Print the API's OpenAPI document."),
    "simulate": Place("tierline.simulate.commands:command", "Generate a believable tenant's data."),
    "worker": Place("tierline.cli.serve:worker", "Run a worker (up starts one)."),
    "scheduler": Place("tierline.cli.serve:scheduler", "Run the scheduler (up starts it)."),
}

main = Program(
    name="tierline",
    places=COMMANDS,
    params=[data_option()],
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Tierline: insight, tiers, strategy, execution, feedback.",
    epilog="Exit codes: 0 done, 1 failed, 2 usage, 3 differences or attention, 5 partly done.",
)

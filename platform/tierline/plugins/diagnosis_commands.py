"""`tierline plugins trace` and `bisect`: who answers what, who makes a command fail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

import click
from flask import current_app

from tierline.console import Exit, finish, in_tenant, json_option, show, tenant_option
from tierline.errors import Invalid
from tierline.plugins import bisecting, tracing
from tierline.plugins.bisecting import Finding, Step
from tierline.plugins.queries import enabled_plugins
from tierline.plugins.tracing import HOOKS, Answer, Silent


@click.command("trace")
@tenant_option
@click.option("--hook", type=click.Choice(HOOKS), help="This hook only.")
@json_option
def trace(slug: str, hook: str | None, as_json: bool) -> None:
    """Say which plugins answer each hook: how many records, how long, from the cache or called.

    Exit code 3 where a plugin fails, is suspended or is left out.
    """
    with in_tenant(slug):
        hooks = tracing.trace([hook] if hook else HOOKS)
        silent = tracing.silent()
    told = {
        "tenant": slug,
        "hooks": [
            {"hook": name, "answers": [asdict(each) for each in answers]}
            for name, answers in hooks.items()
        ],
        "silent": [asdict(each) for each in silent],
    }
    show(told, as_json, _trace_lines(hooks, silent))
    failed = any(answer.error for answers in hooks.values() for answer in answers)
    if failed or silent:
        finish(Exit.ATTENTION)


def _trace_lines(hooks: dict[str, list[Answer]], silent: Sequence[Silent]) -> Iterator[str]:
    for hook, answers in hooks.items():
        records = sum(answer.records for answer in answers)
        yield f"{hook}: {records} records of {len({each.plugin for each in answers})} plugins"
        for each in answers:
            who = f"{each.plugin:<20} {each.by:<6} {each.how:<8}"
            figures = f"{each.records:>5} {each.milliseconds:>10.3f} ms"
            yield f"  {who} {figures} {each.error or ''}".rstrip()
    for one in silent:
        yield f"{one.plugin} is {one.state}: {one.reason}"


@click.command("bisect", context_settings={"ignore_unknown_options": True})
@tenant_option
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@json_option
def bisect(slug: str, command: tuple[str, ...], as_json: bool) -> None:
    """Find which of the company's enabled plugins makes COMMAND fail (write it after --).

    COMMAND runs again and again, with some of the plugins only; a run fails where its exit code is
    not 0. Nothing is switched off in the company. What COMMAND itself does, it does each time.

    Exit code 0: it passes; 3: the plugin is found; 1: it fails for another reason.
    """
    with in_tenant(slug):
        order, needs = bisecting.in_order(enabled_plugins())
    if not order:
        raise Invalid(f"{slug} has no plugin enabled.")
    said: list[str] = []
    settings = current_app.extensions["tierline.settings"]
    found = bisecting.bisect(order, needs, bisecting.runner(command, settings, said.append))
    told = {"verdict": found.verdict, "plugin": found.plugin}
    steps = [asdict(step) for step in found.steps]
    last = said[-1] if said else None
    show({**told, "steps": steps, "said": last}, as_json, _bisect_lines(found, last))
    if found.verdict != "passes":
        finish(Exit.ATTENTION if found.verdict == "culprit" else Exit.FAILED)


def _bisect_lines(found: Finding, said: str | None) -> Iterator[str]:
    yield from map(_step_line, found.steps)
    if said is not None:
        yield f"The last failure: {said}"
    yield {
        "passes": "It passes with every plugin on; there is nothing to find.",
        "without_plugins": "It fails without any plugin, too: none of them is the reason.",
        "culprit": f"It fails because of {found.plugin}.",
        "together": f"No single plugin is the reason: {found.plugin} fails with others only.",
    }[found.verdict]


def _step_line(step: Step) -> str:
    return f"{'fails ' if step.failed else 'passes'} with {', '.join(step.plugins) or 'none'}"


commands = (trace, bisect)

"""Finding the plugin that makes a command fail, by running it with fewer and fewer plugins.

Each run is a process of its own in which TIERLINE_PLUGINS chooses the plugins, so nothing in the
tenant changes: its plugins stay enabled, and none is suspended. Plugins stand in an order in which
each follows what it requires, so that whatever a run begins with can be loaded.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tierline.config import Settings
from tierline.packs.releases import Release

Fails = Callable[[Sequence[str]], bool]
"""Run the command with these plugins only; return whether it failed."""


@dataclass(frozen=True)
class Step:
    """One run: the plugins that were on, and whether the command failed."""

    plugins: tuple[str, ...]
    failed: bool


@dataclass
class Finding:
    """What a search found out, run by run."""

    steps: list[Step] = field(default_factory=list)
    verdict: str = "passes"  # passes, without_plugins, culprit, together
    plugin: str | None = None


def bisect(order: Sequence[str], needs: Mapping[str, Sequence[str]], fails: Fails) -> Finding:
    """Return which plugin makes a command fail; `order` puts each after what it needs.

    The command must fail with all and pass without any. Then the first plugin with which it fails
    is found by halves, and is the culprit where it fails with that one and what it needs alone.
    """
    found = Finding()

    def run(plugins: Sequence[str]) -> bool:
        found.steps.append(Step(tuple(plugins), fails(plugins)))
        return found.steps[-1].failed

    if not run(order):
        return found
    if run(()):
        found.verdict = "without_plugins"
        return found
    passing, failing = 0, len(order)
    while failing - passing > 1:
        middle = (passing + failing) // 2
        if run(order[:middle]):
            failing = middle
        else:
            passing = middle
    found.plugin = order[failing - 1]
    alone = [each for each in order if each in {found.plugin, *_all_needs(found.plugin, needs)}]
    already = tuple(alone) == tuple(order[:failing])
    found.verdict = "culprit" if already or run(alone) else "together"
    return found


def in_order(releases: Mapping[str, Release]) -> tuple[list[str], dict[str, list[str]]]:
    """Return plugins so that each follows what it requires, and what each requires of them."""
    needs = {
        plugin: [each for each in release.document["manifest"]["requires"] if each in releases]
        for plugin, release in releases.items()
    }
    order: list[str] = []
    for plugin in sorted(needs):
        for each in [*_all_needs(plugin, needs), plugin]:
            if each not in order:
                order.append(each)
    return order, needs


def _all_needs(plugin: str, needs: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for each in sorted(needs[plugin]):
        yield from _all_needs(each, needs)
        yield each


def runner(command: Sequence[str], settings: Settings, tell: Callable[[str], None]) -> Fails:
    """Return what runs a command of this instance with some plugins; it fails by its exit code.

    `tell` is given the last line that a failing command printed.
    """
    program = [sys.executable, "-m", "tierline.cli"] if command[0] == "tierline" else [command[0]]

    def fails(plugins: Sequence[str]) -> bool:
        chosen = {"TIERLINE_PLUGINS": ",".join(plugins) or "none", "TIERLINE_SUSPEND": "no"}
        done = subprocess.run(
            [*program, *command[1:]],
            env={**os.environ, **_environment(settings), **chosen},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode:
            lines = done.stdout.strip().splitlines() or [""]
            tell(f"exit code {done.returncode}: {lines[-1]}")
        return done.returncode != 0

    return fails


def _environment(settings: Settings) -> dict[str, str]:
    """Return the environment in which a command works on this instance."""
    return {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "SECRET_KEY": settings.secret_key,
        "TIERLINE_HOME": str(settings.home),
        "TIERLINE_DATA": str(settings.data),
        "TIERLINE_ENV": "production" if settings.production else "development",
    }

"""How a tenant's plugins answer: who, how much, in what time; and why others are silent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tierline.plugins.dispatch import CODE, RECORDS, Traced, plugin_of
from tierline.plugins.hooks import CodeHooks
from tierline.plugins.manager import installed
from tierline.plugins.queries import catalogue, enabled_names

CODE_HOOKS = tuple(name for name in vars(CodeHooks) if not name.startswith("_"))
HOOKS = (*RECORDS, *CODE_HOOKS)


@dataclass(frozen=True)
class Answer:
    """How one plugin answers a hook; a code hook is not called, since it needs something to do."""

    plugin: str
    by: str  # files, code
    how: str  # called, kept, failed, offered
    records: int
    milliseconds: float
    error: str | None = None


@dataclass(frozen=True)
class Silent:
    """A plugin that answers nothing, and why."""

    plugin: str
    state: str  # suspended, missing, left out
    reason: str


def trace(hooks: Iterable[str] = HOOKS) -> dict[str, list[Answer]]:
    """Return how the tenant's plugins answer each hook; nothing counts as a failure."""
    dispatcher, enabled = installed().dispatcher, enabled_names()
    found = {}
    for hook in hooks:
        if hook in RECORDS:
            found[hook] = [_answer(each) for each in dispatcher.trace(hook, enabled)]
        else:
            names = [each.plugin_name for each in dispatcher.implementations(hook)]
            found[hook] = [_offered(name) for name in names if name in enabled]
    return found


def silent() -> list[Silent]:
    """Return the tenant's plugins that answer nothing though they were enabled, with the reason."""
    failed = installed().loaded.failed
    found = []
    for entry in catalogue():
        if entry.state == "suspended":
            found.append(Silent(entry.id, "suspended", entry.reason or ""))
        elif entry.state == "missing":
            why = failed.get(entry.id)
            reason = "; ".join(str(each) for each in why.problems) if why else "is not installed"
            found.append(Silent(entry.id, "left out" if why else "missing", reason))
    return found


def _answer(traced: Traced) -> Answer:
    how = "failed" if traced.error else "kept" if traced.kept else "called"
    plugin, by = plugin_of(traced.name), _by(traced.name)
    return Answer(plugin, by, how, traced.records, round(traced.milliseconds, 3), traced.error)


def _offered(name: str) -> Answer:
    return Answer(plugin_of(name), _by(name), "offered", 0, 0.0)


def _by(name: str) -> str:
    return "code" if name.endswith(CODE) else "files"

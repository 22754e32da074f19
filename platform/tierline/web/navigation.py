"""The left rail: features register their entries; who may not open a page does not see it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, g, request, url_for
from flask_babel import LazyString

from tierline.access.decision import decide, find_subject
from tierline.access.permissions import Permission
from tierline.web.guards import guards, is_there

KEY = "tierline.navigation"


@dataclass(frozen=True)
class Entry:
    """One entry of the rail."""

    key: str
    label: LazyString
    endpoint: str
    icon: str
    weight: int
    section: str = "main"  # main, or settings


_entries: list[Entry] = []


def navigation_entry(
    key: str, label: LazyString, endpoint: str, icon: str, weight: int, section: str = "main"
) -> None:
    """Add an entry to the rail; the lower the weight, the higher it stands."""
    if all(entry.key != key for entry in _entries):
        _entries.append(Entry(key, label, endpoint, icon, weight, section))


@dataclass(frozen=True)
class ShownEntry:
    """An entry as a page shows it."""

    key: str
    label: str
    url: str
    icon: str
    active: bool


def navigation(section: str = "main") -> tuple[ShownEntry, ...]:
    """Return the entries that the acting subject may open, in order."""
    tenant = g.get("tenant")
    if tenant is None:
        return ()
    shown = sorted(_entries, key=lambda entry: (entry.weight, entry.key))
    return tuple(
        _shown(entry, tenant.slug) for entry in shown if entry.section == section and _may(entry)
    )


def _may(entry: Entry) -> bool:
    guard = guards(current_app).get(entry.endpoint)
    may = isinstance(guard, Permission) and decide(find_subject(), guard).allowed
    return may and is_there(current_app, entry.endpoint)


def _shown(entry: Entry, slug: str) -> ShownEntry:
    return ShownEntry(
        key=entry.key,
        label=str(entry.label),
        url=url_for(entry.endpoint, tenant=slug),
        icon=entry.icon,
        active=_within() == entry.endpoint.partition(".")[0],
    )


def _within() -> str:
    """Return the name of the pages whose entry stands for the page that is shown."""
    shown = current_app.blueprints.get(request.blueprint or "")
    return getattr(shown, "within", request.blueprint or "")

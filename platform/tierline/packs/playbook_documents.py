"""The format of `playbooks/<name>.yaml`. What the words mean is written in docs/plugins.md."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

from tierline.packs.names import group_key, name, names, refers_to
from tierline.packs.playbooks import AccountStage, Channel, Duty
from tierline.packs.shapes import (
    Optional,
    Reading,
    Shape,
    items,
    localized,
    number,
    record,
    word,
)

CHANNELS, DUTIES, ACCOUNT_STAGES = get_args(Channel), get_args(Duty), get_args(AccountStage)

STEPS = items(
    record(
        {
            "id": name,
            "title": localized(),
            "day": number(0, 3650, integer=True),
            "owner": word(*DUTIES),
            "channel": Optional(word(*CHANNELS)),
        }
    ),
    1,
    100,
)

_WHOM: dict[str, Shape | Optional] = {
    "tiers": Optional(items(names("tier")), []),
    "stages": Optional(items(word(*ACCOUNT_STAGES)), []),
}

PLAYBOOK = record(
    {
        "title": localized(),
        "summary": localized(500),
        "group": group_key,
        "scheme": Optional(refers_to("scheme")),
        "cadences": Optional(
            items(
                record(
                    {
                        "id": name,
                        **_WHOM,
                        "every_days": number(1, 3650, integer=True),
                        "channel": word(*CHANNELS),
                    }
                )
            ),
            [],
        ),
        "reminders": Optional(
            items(
                record({"id": name, "day": number(-365, 365, integer=True), "to": word(*DUTIES)})
            ),
            [],
        ),
        "plays": Optional(
            items(record({"id": name, "title": localized(), **_WHOM, "steps": STEPS})), []
        ),
        "service_levels": Optional(
            items(
                record(
                    {
                        "id": name,
                        "title": localized(),
                        "case": word("complaint", "request", "fault"),
                        **_WHOM,
                        "within": number(0.5, 10_000),
                        "unit": word("minutes", "hours", "days"),
                        "clock": word("working", "calendar"),
                    }
                )
            ),
            [],
        ),
        "goals": Optional(
            items(
                record({"id": name, "metric": refers_to("metric"), "target": Optional(number())})
            ),
            [],
        ),
        "weight": Optional(number(0, 1000, integer=True), 100),
    }
)
PARTS = ("cadences", "reminders", "plays", "service_levels", "goals")


def check_playbook(reading: Reading, document: dict[str, Any]) -> None:
    """Check that a playbook says something, once, and whose tiers it speaks of."""
    if not any(document[part] for part in PARTS):
        reading.at((), f"must hold something: {', '.join(PARTS)}")
    for part in PARTS:
        reading.distinct((part,), [each["id"] for each in document[part]])
    for place, play in enumerate(document["plays"]):
        reading.distinct(("plays", place, "steps"), [each["id"] for each in play["steps"]])
    _check_reached(reading, document["cadences"])
    for reference in reading.references:
        if reference.kind == "tier" and "scheme" not in document:
            what = "names a tier, but no scheme says whose tiers are meant"
            reading.problem(reference.node, reference.path, what)
    reading.references[:] = [
        replace(reference, leaf=document) if reference.kind == "tier" else reference
        for reference in reading.references
    ]


def _check_reached(reading: Reading, cadences: list[dict[str, Any]]) -> None:
    """Note each cadence that no account can reach: one before it takes all that it takes."""
    for place, later in enumerate(cadences):
        for earlier in cadences[:place]:
            if all(_takes(earlier[key], later[key]) for key in ("tiers", "stages")):
                what = f'is never reached: "{earlier["id"]}" before it takes the same accounts'
                reading.at(("cadences", place), what)
                break


def _takes(earlier: list[str], later: list[str]) -> bool:
    return not earlier or (bool(later) and set(later) <= set(earlier))

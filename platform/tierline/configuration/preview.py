"""What publishing a draft would do, found by doing it: behind a savepoint that is rolled back.

The schemes that the draft affects are tried out on the company's own accounts, by the expressions
that a run uses; so what is predicted is what happens.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from tierline.configuration.affected import affected, schemes_in_use, standing
from tierline.db import db
from tierline.errors import TierlineError
from tierline.metrics.service import bring_up_to_date
from tierline.plugins.queries import enabled_plugins, get_scheme
from tierline.plugins.service import put_plugins
from tierline.plugins.states import PluginState
from tierline.tiering.effects import Effect
from tierline.tiering.examples import run_examples
from tierline.tiering.trying import try_out

FOLDERS = ("groups", "fields", "metrics", "tiering", "surveys", "risk", "playbooks")


def rehearse(wanted: Mapping[str, PluginState]) -> dict[str, Any]:
    """Return the plan of putting plugins into states: what comes, what goes, who would move.

    A plan that can't be carried out holds `problem` and `fields` only. Nothing is written.
    """
    begun = time.perf_counter()
    db.session.flush()
    savepoint = db.session.begin_nested()
    try:
        plan = _rehearsed(wanted)
    except TierlineError as error:
        plan = {"problem": error.message, "fields": error.fields}
    finally:
        savepoint.rollback()
        db.session.expire_all()
    return {**plan, "seconds": round(time.perf_counter() - begun, 2)}


def is_the_same(plan: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two plans predict the same; how long they took does not matter."""
    return {**plan, "seconds": None} == {**other, "seconds": None}


def _rehearsed(wanted: Mapping[str, PluginState]) -> dict[str, Any]:
    stood, had = standing(), _items()
    put_plugins(wanted)
    stands, has = standing(), _items()
    used = schemes_in_use()
    return {
        "adds": _only_in(has, had),
        "removes": _only_in(had, has),
        "schemes": [
            {
                "scheme": id,
                "title": dict(stands[id].title),
                "is_new": id not in stood,
                "in_use": id in used,
                **_effect(id),
            }
            for id in affected(stood, stands)
        ],
        "gone": [
            {"scheme": id, "title": dict(stood[id].title), "in_use": id in used}
            for id in sorted(stood.keys() - stands.keys())
        ],
        **_examples(wanted),
    }


def _items() -> dict[str, dict[str, str]]:
    """Return what the company's plugins contribute, by folder: each item's id with its title."""
    return {
        folder: {
            f"{plugin}:{name}": item["title"]
            for plugin, release in enabled_plugins().items()
            for name, item in release.document.get(folder, {}).items()
        }
        for folder in FOLDERS
    }


def _only_in(some: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        folder: [
            {"id": id, "title": dict(title)}
            for id, title in sorted(items.items())
            if id not in others[folder]
        ]
        for folder, items in some.items()
    }
    return {folder: items for folder, items in found.items() if items}


def _effect(scheme_id: str) -> dict[str, Any]:
    """Return who would move by a scheme, in numbers and by name, and what that begins and ends."""
    bring_up_to_date()
    trial = try_out(get_scheme(scheme_id))
    tiers = {
        tier.id: {"title": dict(tier.title), "color": tier.color} for tier in trial.scheme.tiers
    }
    movers = [
        {
            "account": str(each.account_id),
            "name": each.name,
            "previous": each.previous,
            "tier": each.tier,
        }
        for each in trial.samples
    ]
    return {
        "accounts": trial.result.accounts,
        "moved": trial.moved,
        "moves": [asdict(move) for move in trial.moves],
        "movers": movers,
        "effects": [_told(effect) for effect in trial.effects],
        "tiers": tiers,
    }


def _told(effect: Effect) -> dict[str, Any]:
    play = None if effect.play is None else dict(effect.play)
    return {**vars(effect), "title": dict(effect.title), "play": play}


def _examples(wanted: Mapping[str, PluginState]) -> dict[str, Any]:
    """Return how many golden examples were run, and those whose outcome is another."""
    enabled = enabled_plugins()
    outcomes = [
        outcome
        for plugin in wanted
        if plugin in enabled
        for outcome in run_examples(
            enabled[plugin].document,
            [each.document for name, each in enabled.items() if name != plugin],
        )
    ]
    failed = [outcome.to_document() for outcome in outcomes if not outcome.passed]
    plain = [
        {**each, "expected": [*each["expected"]], "found": [*each["found"]]} for each in failed
    ]
    return {"examples": len(outcomes), "examples_changed": plain}

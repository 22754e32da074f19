"""What publishing a draft would do, found by doing it: behind a savepoint that is rolled back.

The schemes that the draft affects are evaluated over the company's own accounts, by the statements
that a run uses; so what is predicted is what happens.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Row, func, select

from tierline.accounts.models import Account
from tierline.configuration.affected import affected, schemes_in_use, standing
from tierline.db import db
from tierline.db.scope import current_tenant_id
from tierline.errors import TierlineError
from tierline.metrics.models import STATE
from tierline.plugins.queries import enabled_plugins, get_scheme
from tierline.plugins.service import put_plugins
from tierline.plugins.states import PluginState
from tierline.tiering.evaluation import Evaluation, evaluation_of
from tierline.tiering.examples import run_examples
from tierline.tiering.queries import tier_name
from tierline.tiering.service import begin_run

SAMPLES = 10
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
    """Return who would move by a scheme, in numbers and by name."""
    run, source = begin_run(scheme_id)
    found = evaluation_of(run, source)
    moves = [
        {
            "previous": tier_name(found.scheme, row.previous),
            "tier": tier_name(found.scheme, row.tier),
            "accounts": row.accounts,
        }
        for row in _moves(found)
    ]
    total = db.session.scalar(
        select(func.count())
        .select_from(found.source.rows)
        .where(found.source.in_group(found.rules.group), *found.where)
    )
    moved = sum(move["accounts"] for move in moves)
    tiers = {
        tier.id: {"title": dict(tier.title), "color": tier.color}
        for tier in get_scheme(scheme_id).tiers
    }
    return {
        "accounts": total or 0,
        "moved": moved,
        "moves": moves,
        "movers": [*_movers(found)],
        "tiers": tiers,
    }


def _changed(found: Evaluation) -> Any:
    """Return every account whose tier changes: its id, the tier before and after."""
    previous = STATE.c[f"t{found.scheme.number}"]
    conditions = [STATE.c.tenant_id == current_tenant_id(), *found.joined]
    if found.source.rows is not STATE:
        conditions.append(STATE.c.account_id == found.source.account_id)
    return (
        select(STATE.c.account_id, previous.label("previous"), found.compiled.tier.label("tier"))
        .where(*conditions, previous.is_distinct_from(found.compiled.tier))
        .subquery("changed")
    )


def _moves(found: Evaluation) -> list[Row[Any]]:
    changed = _changed(found)
    statement = (
        select(changed.c.previous, changed.c.tier, func.count().label("accounts"))
        .group_by(changed.c.previous, changed.c.tier)
        .order_by(func.count().desc(), changed.c.previous, changed.c.tier)
    )
    return list(db.session.execute(statement))


def _movers(found: Evaluation) -> Iterator[dict[str, Any]]:
    """Yield some accounts that move from one tier to another, by name."""
    changed = _changed(found)
    statement = (
        select(Account.id, Account.name, changed.c.previous, changed.c.tier)
        .join(changed, Account.id == changed.c.account_id)
        .where(changed.c.previous.is_not(None))
        .order_by(changed.c.tier, Account.name_key, Account.id)
        .limit(SAMPLES)
    )
    for id, name, previous, tier in db.session.execute(statement):
        yield {
            "account": str(id),
            "name": name,
            "previous": tier_name(found.scheme, previous),
            "tier": tier_name(found.scheme, tier),
        }


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

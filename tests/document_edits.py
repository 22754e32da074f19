"""Random edits of a plugin's document, as an administrator or the pack's author might make them.

Each edit keeps the document valid by itself; what two people's edits do to each other is what the
merge is tested with.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

from tierline.packs.reachability import dead_rows

Document = dict[str, Any]
Edit = Callable[[random.Random, Document], None]


def text(chance: random.Random) -> dict[str, str]:
    """Return a title in both languages."""
    word = f"{chance.randrange(10_000)}"
    return {"en": f"Title {word}", "zh_CN": f"标题 {word}"}


def score(document: Document) -> Any:
    """Return the rule of the weighted scheme."""
    return document["tiering"]["score"]["rule"]


def shift_weight(chance: random.Random, document: Document) -> None:
    """Move weight from one criterion to another."""
    criteria = score(document)["criteria"]
    if len(criteria) > 1:
        giver, taker = chance.sample(criteria, 2)
        amount = chance.randint(1, 5)
        if giver["weight"] > amount:
            giver["weight"] -= amount
            taker["weight"] += amount


def add_criterion(chance: random.Random, document: Document) -> None:
    """Split a criterion's weight with a new one."""
    criteria = score(document)["criteria"]
    new, giver = f"c{chance.randrange(6)}", chance.choice(criteria)
    if new not in [each["id"] for each in criteria] and giver["weight"] > 2:
        weight = chance.randint(1, 2)
        giver["weight"] -= weight
        criteria.insert(
            chance.randint(0, len(criteria)),
            {
                "id": new,
                "weight": weight,
                "metric": "shop:visits",
                "edges": [1, 2, 3, chance.randint(4, 9)],
                "better": "higher",
            },
        )


def remove_criterion(chance: random.Random, document: Document) -> None:
    """Give a criterion's weight to another."""
    criteria = score(document)["criteria"]
    if len(criteria) > 2:
        gone = criteria.pop(chance.randrange(len(criteria)))
        chance.choice(criteria)["weight"] += gone["weight"]


def reorder_criteria(chance: random.Random, document: Document) -> None:
    """Put the criteria in another order."""
    chance.shuffle(score(document)["criteria"])


def change_edges(chance: random.Random, document: Document) -> None:
    """Give a criterion other edges."""
    criterion = chance.choice(score(document)["criteria"])
    criterion["edges"] = sorted(chance.sample(range(1000), 4))


def change_cut(chance: random.Random, document: Document) -> None:
    """Move the border between two tiers."""
    score(document)["cuts"][0]["from"] = chance.choice([3.5, 4, 4.2, 4.5])


def change_gates(chance: random.Random, document: Document) -> None:
    """Add, remove or change a gate."""
    gates, id = score(document)["gates"], f"g{chance.randrange(3)}"
    known = {gate["id"]: gate for gate in gates}
    if id not in known:
        when = {"metric": "shop:visits", "op": "lt", "value": chance.randrange(9)}
        gates.append({"id": id, "title": text(chance), "when": when, "at_most": "silver"})
    elif chance.random() < 0.5:
        gates.remove(known[id])
    else:
        known[id]["title"] = text(chance)


def retitle(chance: random.Random, document: Document) -> None:
    """Call an item by another name."""
    folder = chance.choice(["fields", "metrics", "tiering"])
    document[folder][chance.choice(list(document[folder]))]["title"] = text(chance)


def recolor(chance: random.Random, document: Document) -> None:
    """Give a tier another colour or name."""
    tier = chance.choice(document["tiering"]["score"]["tiers"])
    tier["color"] = chance.choice(["violet", "blue", "green", "gray"])
    tier["title"] = text(chance)


def grow_grid(chance: random.Random, document: Document) -> None:
    """Add a row to the grid, or take the last one away."""
    rule = document["tiering"]["grid"]["rule"]
    rows = rule["rows"]
    if chance.random() < 0.5 and len(rows["edges"]) < 5:
        rows["edges"] = [*rows["edges"], rows["edges"][-1] + chance.randint(1, 50)]
        rows["labels"] = [*rows["labels"], text(chance)]
        rule["cells"] = [*rule["cells"], ["gold", "gold"]]
    elif len(rows["edges"]) > 1:
        rows["edges"], rows["labels"] = rows["edges"][:-1], rows["labels"][:-1]
        rule["cells"] = [*rule["cells"][:-2], ["silver", "gold"]]


def change_cell(chance: random.Random, document: Document) -> None:
    """Let a cell of the grid lead to another tier; both tiers stay in use."""
    cells = document["tiering"]["grid"]["rule"]["cells"]
    row = chance.randrange(len(cells) - 1)
    cells[row] = chance.choice([["silver", "gold"], ["gold", "silver"]])


def change_rules(chance: random.Random, document: Document) -> None:
    """Add, remove, change or reorder the rows of the decision table; each can still act."""
    rule = document["tiering"]["table"]["rule"]
    before = copy.deepcopy(rule["rules"])
    rows, id = rule["rules"], f"r{chance.randrange(5)}"
    known = {row["id"]: row for row in rows}
    when = {"metric": "shop:visits", "op": "ge", "value": chance.randrange(100)}
    if id not in known:
        rows.insert(chance.randint(1, len(rows)), {"id": id, "when": when, "tier": "gold"})
    elif id != "r0" and chance.random() < 0.3:
        rows.remove(known[id])
    elif chance.random() < 0.5:
        known[id]["when"] = when
    else:
        chance.shuffle(rows)
    if any(dead_rows(rows)):
        rule["rules"] = before


def change_field(chance: random.Random, document: Document) -> None:
    """Change the choices of a field, or its bounds."""
    grade = document["fields"]["grade"]
    keys = chance.sample(["a", "b", "c", "d"], chance.randint(2, 4))
    grade["choices"] = [{"key": key, "title": text(chance)} for key in sorted(keys)]


def add_item(chance: random.Random, document: Document) -> None:
    """Add a field of one's own."""
    name = f"own{chance.randrange(3)}"
    document["fields"].setdefault(
        name, {**document["fields"]["size"], "title": text(chance), "weight": 100}
    )


def remove_item(chance: random.Random, document: Document) -> None:
    """Take away a field that nothing names."""
    document["fields"].pop(f"own{chance.randrange(3)}", None)


def change_metric(chance: random.Random, document: Document) -> None:
    """Count visits over another window."""
    compute = {"recency": {"kinds": [chance.choice(["order", "invoice", "delivery"])]}}
    document["metrics"]["visits"]["compute"] = compute


EDITS: tuple[Edit, ...] = (
    shift_weight,
    add_criterion,
    remove_criterion,
    reorder_criteria,
    change_edges,
    change_cut,
    change_gates,
    retitle,
    recolor,
    grow_grid,
    change_cell,
    change_rules,
    change_field,
    add_item,
    remove_item,
    change_metric,
)

TITLE = {"en": "Shop", "zh_CN": "商店"}
TIERS = [
    {"id": "gold", "title": TITLE, "color": "yellow", "summary": {}},
    {"id": "silver", "title": TITLE, "color": "gray", "summary": {}},
]


def scheme(kind: str, rule: Any) -> Document:
    """Return a scheme of two tiers."""
    return {
        "title": TITLE,
        "summary": TITLE,
        "group": "customer",
        "kind": kind,
        "tiers": [dict(tier) for tier in TIERS],
        "weight": 100,
        "rule": rule,
    }


def criterion(id: str, weight: int) -> Document:
    """Return a criterion over the shop's visits."""
    edges = [10, 20, 30, 40]
    return {
        "id": id,
        "weight": weight,
        "metric": "shop:visits",
        "edges": edges,
        "better": "higher",
    }


def axis(edges: list[int]) -> Document:
    """Return an axis over the shop's visits."""
    labels = [dict(TITLE) for _ in range(len(edges) + 1)]
    return {
        "title": TITLE,
        "metric": "shop:visits",
        "edges": edges,
        "labels": labels,
        "better": "higher",
    }


def number_field() -> Document:
    """Return a number that people enter."""
    return {
        "record": "account",
        "type": "integer",
        "title": TITLE,
        "summary": {},
        "unit": {},
        "choices": [],
        "groups": [],
        "sensitive": False,
        "weight": 100,
    }


def shop(manifest: Document, empty: Document) -> Document:
    """Return a small plugin with a scheme of three kinds, a metric and two fields.

    `manifest` is that of any valid plugin, `empty` a document without items.
    """
    choices = [{"key": "a", "title": TITLE}, {"key": "b", "title": TITLE}]
    cuts = [{"tier": "gold", "from": 3}, {"tier": "silver"}]
    criteria = [criterion("amount", 50), criterion("loyalty", 30), criterion("care", 20)]
    first = {"metric": "shop:visits", "op": "ge", "value": 5}
    return {
        **empty,
        "manifest": {**manifest, "id": "shop", "requires": [], "conflicts": []},
        "fields": {
            "size": number_field(),
            "grade": {**number_field(), "type": "choice", "choices": choices},
        },
        "metrics": {
            "visits": {
                "title": TITLE,
                "summary": TITLE,
                "unit": "days",
                "period": TITLE,
                "null": TITLE,
                "compute": {"recency": {"kinds": ["order"]}},
                "digits": 0,
                "better": "lower",
                "weight": 100,
            }
        },
        "tiering": {
            "score": scheme(
                "score",
                {"criteria": criteria, "minimum_present": 70, "cuts": cuts, "gates": []},
            ),
            "grid": scheme(
                "grid",
                {
                    "rows": axis([10, 20]),
                    "columns": axis([5]),
                    "cells": [["silver", "gold"], ["silver", "gold"], ["gold", "gold"]],
                },
            ),
            "table": scheme(
                "table",
                {
                    "bins": [],
                    "rules": [{"id": "r0", "when": first, "tier": "gold"}],
                    "otherwise": "silver",
                },
            ),
        },
    }

"""The three-way merge, over more than 20,000 random upgrades, and the cases a person asks about."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest

from document_edits import EDITS, Document, criterion, shop
from tierline.config import home_folder
from tierline.packs.checking import check_documents, item_of
from tierline.packs.differences import FIXED, apply, difference
from tierline.packs.documents import FORMATS
from tierline.packs.leaves import leaves, plain, unit_of
from tierline.packs.loading import load, plugin_folders
from tierline.packs.merging import Merge, merge, settle, units

CASES = 20_400
PARTS = 12


@pytest.fixture(scope="module")
def base() -> Document:
    releases = load(plugin_folders(home_folder() / "plugins")).releases
    manifest = releases["suppliers"].document["manifest"]
    return shop(manifest, {folder: {} for folder in FORMATS})


def problems_of(document: Any) -> list[str]:
    """Return the addresses of the items that are not valid."""
    return [item_of(each) or "" for each in check_documents({"shop": document}, ["shop"])]


def edited(base: Document, chance: random.Random) -> Document:
    """Return a document after up to six random edits."""
    document: Document = plain(base)
    for edit in chance.choices(EDITS, k=chance.randrange(7)):
        edit(chance, document)
    return document


def upgraded(old: Document, yours: Document, new: Document) -> Merge:
    """Return the merge as an upgrade carries it out."""
    return settle(merge(old, yours, new), yours, new, problems_of)


def units_of(item: Document | None) -> Any:
    """Return an item's units; none where there is no item."""
    return units(leaves(item)) if item else {}


def edits_of(old: Document, yours: Document) -> Iterator[tuple[str, str, Any, Any]]:
    """Yield folder, item, unit and the tenant's value of each unit that the tenant changed."""
    for folder in [key for key in old if key not in FIXED]:
        for name in {**old[folder], **yours[folder]}:
            if old[folder].get(name) == yours[folder].get(name):
                continue
            before = units_of(old[folder].get(name))
            after = units_of(yours[folder].get(name))
            for unit in {**before, **after}:
                if before.get(unit) != after.get(unit):
                    yield folder, name, unit, after.get(unit)


def is_reported(found: Merge, folder: str, name: str) -> bool:
    """Return whether a row of the item asks to be looked at."""
    item = f"{folder}/{name}"
    return any(
        row.address.partition("#")[0] == item and row.state in ("needs_a_look", "lost")
        for row in found.rows
    )


@pytest.mark.parametrize("part", range(PARTS))
def test_upgrades(base: Document, part: int) -> None:
    """No edit is lost unless reported; no edits: the new default; again: nothing; always valid."""
    for seed in range(part, CASES, PARTS):
        chance = random.Random(seed)
        yours, new = edited(base, chance), edited(base, chance)
        found = upgraded(base, yours, new)
        assert problems_of(found.document) == [], seed
        for folder, name, unit, value in edits_of(base, yours):
            kept = units_of(found.document[folder].get(name)).get(unit)
            assert kept == value or is_reported(found, folder, name), (seed, name, unit)
        assert merge(base, base, new).document == new, seed
        again = merge(new, found.document, new)
        assert again.document == found.document, seed
        assert not again.of("needs_a_look"), seed
        changes = difference(new, found.document)
        assert apply(new, changes) == found.document, seed


def test_the_random_upgrades_reach_every_state(base: Document) -> None:
    reached: set[str] = set()
    for seed in range(800):
        chance = random.Random(seed)
        yours, new = edited(base, chance), edited(base, chance)
        reached |= {row.state for row in upgraded(base, yours, new).rows}
    assert reached >= {"needs_a_look", "will_update", "yours_stay", "new", "removed"}


def criteria_of(document: Document) -> dict[str, int]:
    return {each["id"]: each["weight"] for each in document["tiering"]["score"]["rule"]["criteria"]}


def rows_of(found: Merge) -> dict[str, str]:
    return {row.address: row.state for row in found.rows}


WEIGHTS = "tiering/score#/rule/criteria"


def test_weights_that_both_changed_stay_the_tenants_as_a_whole(base: Document) -> None:
    yours, new = copy.deepcopy(base), copy.deepcopy(base)
    mine, theirs = (each["tiering"]["score"]["rule"]["criteria"] for each in (yours, new))
    mine[0]["weight"], mine[1]["weight"] = 60, 20
    theirs[1]["weight"], theirs[2]["weight"] = 20, 30
    found = upgraded(base, yours, new)
    assert criteria_of(found.document) == {"amount": 60, "loyalty": 20, "care": 20}
    assert rows_of(found) == {WEIGHTS: "needs_a_look"}


def test_a_person_may_choose_the_new_default(base: Document) -> None:
    yours, new = copy.deepcopy(base), copy.deepcopy(base)
    mine, theirs = (each["tiering"]["score"]["rule"]["criteria"] for each in (yours, new))
    mine[0]["weight"], mine[1]["weight"] = 60, 20
    theirs[1]["weight"], theirs[2]["weight"] = 20, 30
    found = merge(base, yours, new, {WEIGHTS: "new"})
    assert found.document == new


def test_another_criterions_edges_take_the_new_default(base: Document) -> None:
    yours, new = copy.deepcopy(base), copy.deepcopy(base)
    yours["tiering"]["score"]["rule"]["criteria"][0]["edges"] = [1, 2, 3, 4]
    new["tiering"]["score"]["rule"]["criteria"][1]["edges"] = [5, 6, 7, 8]
    found = upgraded(base, yours, new)
    edges = [each["edges"] for each in found.document["tiering"]["score"]["rule"]["criteria"]]
    assert edges == [[1, 2, 3, 4], [5, 6, 7, 8], [10, 20, 30, 40]]
    assert sorted(rows_of(found).values()) == ["will_update", "yours_stay"]


def test_a_criterion_that_the_tenant_changed_is_not_dropped_by_a_release(base: Document) -> None:
    yours, new = copy.deepcopy(base), copy.deepcopy(base)
    yours["tiering"]["score"]["rule"]["criteria"][2]["edges"] = [1, 2, 3, 4]
    theirs = new["tiering"]["score"]["rule"]["criteria"]
    theirs.pop()
    theirs[0]["weight"] += 20
    found = upgraded(base, yours, new)
    assert criteria_of(found.document) == {"amount": 50, "loyalty": 30, "care": 20}
    assert rows_of(found)[WEIGHTS] == "needs_a_look"


def test_a_field_that_the_tenant_hid_stays_hidden(base: Document) -> None:
    yours, new = copy.deepcopy(base), copy.deepcopy(base)
    del yours["fields"]["size"]
    new["fields"]["size"]["weight"] = 5
    found = upgraded(base, yours, new)
    assert "size" not in found.document["fields"]
    assert rows_of(found) == {"fields/size": "needs_a_look"}


def test_an_edit_that_can_not_be_kept_is_said_to_be_lost(base: Document) -> None:
    yours, new = copy.deepcopy(base), copy.deepcopy(base)
    new["metrics"]["calls"] = new["metrics"].pop("visits")
    for scheme in new["tiering"].values():
        renamed = copy.deepcopy(scheme)
        scheme.clear()
        scheme.update(_with_metric(renamed, "shop:calls"))
    yours["tiering"]["score"]["rule"]["criteria"].append(criterion("extra", 10))
    yours["tiering"]["score"]["rule"]["criteria"][0]["weight"] = 40
    found = upgraded(base, yours, new)
    assert problems_of(found.document) == []
    assert rows_of(found)[WEIGHTS] == "lost"


def _with_metric(value: Any, metric: str) -> Any:
    if isinstance(value, dict):
        return {
            key: metric if key == "metric" else _with_metric(inner, metric)
            for key, inner in value.items()
        }
    return [_with_metric(inner, metric) for inner in value] if isinstance(value, list) else value


def test_units(base: Document) -> None:
    weight = ("rule", "criteria", "[amount]", "weight")
    assert unit_of(weight) == unit_of(("rule", "criteria", "[]")) == ("rule", "criteria")
    assert unit_of(("weight",)) == ("weight",)

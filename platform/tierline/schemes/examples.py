"""Examples of a company's own schemes: accounts as they might be, and the tiers they must get.

They stand in the company's own pack, are run wherever the scheme is changed, and turn red where
they come out otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from tierline.accounts.models import Account
from tierline.configuration import service
from tierline.configuration.changes import overriding
from tierline.configuration.editing import replacing
from tierline.configuration.models import Revision
from tierline.configuration.planning import draft_planned
from tierline.configuration.queries import document_in_force
from tierline.errors import Invalid, NotFound
from tierline.metrics.queries import account_values
from tierline.packs.contributions import Field, Metric, TieringScheme
from tierline.packs.differences import Operation, address_of
from tierline.packs.documents import NUMBER_TYPES
from tierline.packs.leaves import plain
from tierline.packs.names import OWN
from tierline.plugins.queries import enabled_plugins, fields, get_scheme, metrics
from tierline.rules.scheme import read_scheme
from tierline.schemes.history import parts_of
from tierline.tiering.examples import ExampleOutcome, run_examples
from tierline.tiering.explain import find_by_key

FOLDER = "tests"
MOST = 100


@dataclass(frozen=True)
class Examples:
    """A scheme with what became of its examples, and what a new one is asked for."""

    scheme: TieringScheme
    outcomes: list[ExampleOutcome]
    metrics: list[Metric]
    fields: list[Field]


def examples_of(scheme_id: str) -> Examples:
    """Return the examples of one of the company's own schemes; raises NotFound for any other."""
    scheme = _own(scheme_id)
    rules = read_scheme(scheme)
    by_id = {each.id: each for each in metrics()}
    known = {each.id: each for each in fields("account")}
    outcomes = [
        each for each in run_examples(document_in_force(OWN), _beside()) if each.scheme == scheme_id
    ]
    read = [by_id[id] for id in rules.metrics() if id in by_id]
    return Examples(scheme, outcomes, read, [known[id] for id in rules.fields() if id in known])


def _own(scheme_id: str) -> TieringScheme:
    if parts_of(scheme_id)[0] != OWN:
        raise NotFound(_("Only schemes that your company made have examples of their own."))
    return get_scheme(scheme_id)


def _beside() -> list[Mapping[str, Any]]:
    return [each.document for plugin, each in enabled_plugins().items() if plugin != OWN]


def taken_from(scheme_id: str, external_key: str) -> dict[str, str]:
    """Return the form of an example as one of the accounts is now; raises NotFound."""
    account: Account = find_by_key(external_key)
    asked = examples_of(scheme_id)
    values = {each.metric.id: each.value for each in account_values(account.id)}
    found = {"name": account.name}
    for metric in asked.metrics:
        value = values.get(metric.id)
        found[f"metric:{metric.id}"] = "" if value is None else f"{value.normalize():f}"
    for field in asked.fields:
        entered = account.fields.get(field.key)
        found[f"field:{field.id}"] = "" if entered is None else str(entered)
    return found


def add(scheme_id: str, given: Mapping[str, str], reason: str, source: str) -> Revision | None:
    """Draft that a scheme has one example more; what is left empty is unknown.

    Raises Invalid naming each field that is missing or wrong.
    """
    asked = examples_of(scheme_id)
    accounts, wrong = _accounts(scheme_id), dict[str, list[str]]()
    name = given.get("name", "").strip()
    if not name:
        wrong["name"] = [_("is missing")]
    elif name in [each["name"] for each in accounts]:
        wrong["name"] = [_("is there already")]
    tier = given.get("tier") or None
    if tier is not None and tier not in [each.id for each in asked.scheme.tiers]:
        wrong["tier"] = [_("is not known here")]
    known: dict[str, Any] = {}
    for metric in asked.metrics:
        _put(known, metric.id, given.get(f"metric:{metric.id}", ""), wrong, number=True)
    entered: dict[str, Any] = {}
    for field in asked.fields:
        is_number = field.type in NUMBER_TYPES
        _put(entered, field.id, given.get(f"field:{field.id}", ""), wrong, number=is_number)
        if field.type == "boolean" and field.id in entered:
            entered[field.id] = entered[field.id].lower() in ("true", "yes")
    if len(accounts) >= MOST:
        wrong["name"] = [_("A scheme has at most %(most)s examples.", most=MOST)]
    if wrong:
        raise Invalid(_("The example is not complete yet."), fields=wrong)
    account = {"name": name, "metrics": known, "fields": entered, "tier": tier}
    return _save(scheme_id, [*accounts, account], reason, source)


def _put(
    values: dict[str, Any], id: str, text: str, wrong: dict[str, list[str]], *, number: bool
) -> None:
    given = text.strip()
    if not given:
        return
    if number and not re.fullmatch(r"-?\d+(\.\d+)?", given):
        wrong[id] = [_("must be a number")]
    elif number:
        values[id] = float(given) if "." in given else int(given)
    else:
        values[id] = given


def remove(scheme_id: str, name: str, reason: str, source: str) -> Revision | None:
    """Draft that a scheme has an example no more; raises NotFound."""
    accounts = _accounts(scheme_id)
    kept = [each for each in accounts if each["name"] != name]
    if len(kept) == len(accounts):
        raise NotFound(_("There is no such example."))
    return _save(scheme_id, kept, reason, source)


def _accounts(scheme_id: str) -> list[dict[str, Any]]:
    _own(scheme_id)
    found = document_in_force(OWN)[FOLDER].get(parts_of(scheme_id)[1])
    return plain(found["accounts"]) if found else []


def _save(
    scheme_id: str, accounts: list[dict[str, Any]], reason: str, source: str
) -> Revision | None:
    service.check_reason(reason)
    name = parts_of(scheme_id)[1]
    if accounts:
        item = {"scheme": scheme_id, "accounts": accounts}
        change = replacing(OWN, FOLDER, name, item, reason)
    else:
        change = overriding(OWN, [Operation(address_of(FOLDER, name), "hide")], reason)
    return draft_planned(change, reason, source)

"""Accounts in words: kinds, stages, groups, and the names of their properties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from tierline.accounts.models import CUSTOMER, KINDS, STAGES
from tierline.accounts.plugin_fields import shown_value
from tierline.packs.contributions import StakeholderGroup
from tierline.plugins.queries import fields, stakeholder_groups
from tierline.web.language import localized

KIND_NAMES: Mapping[str, LazyString] = {
    "government": _l("Government"),
    "enterprise": _l("Enterprise"),
    "channel": _l("Channel"),
    "person": _l("Person"),
}
STAGE_NAMES: Mapping[str, LazyString] = {
    "prospect": _l("Prospect"),
    "active": _l("Active"),
    "inactive": _l("Inactive"),
    "lost": _l("Lost"),
}
FIELD_TITLES: Mapping[str, LazyString] = {
    "name": _l("Name"),
    "external_key": _l("Number"),
    "kind": _l("Kind"),
    "lifecycle_stage": _l("Stage"),
    "owner": _l("Owner"),
    "owner_id": _l("Owner"),
    "industry": _l("Industry"),
    "region": _l("Region"),
    "credit_code": _l("Credit code"),
    "groups": _l("Groups"),
    "title": _l("Position"),
    "email": _l("E-mail"),
    "phone": _l("Phone"),
    "note": _l("Note"),
    "text": _l("Note"),
}


def kind_choices() -> list[tuple[str, str]]:
    """Return the kinds of account with their names."""
    return [(kind, str(KIND_NAMES[kind])) for kind in KINDS]


def stage_choices() -> list[tuple[str, str]]:
    """Return the lifecycle stages with their names."""
    return [(stage, str(STAGE_NAMES[stage])) for stage in STAGES]


def known_groups() -> dict[str, StakeholderGroup | None]:
    """Return the stakeholder groups of the tenant by key; the built-in one has no record."""
    ordered = sorted(stakeholder_groups(), key=lambda group: (group.weight, group.id))
    return {CUSTOMER: None, **{group.key: group for group in ordered}}


def group_titles(*, plural: bool = False) -> dict[str, str]:
    """Return the title of each stakeholder group of the tenant."""
    built_in = str(_l("Customers") if plural else _l("Customer"))
    return {
        key: built_in if group is None else localized(group.plural if plural else group.title)
        for key, group in known_groups().items()
    }


class Vocabulary:
    """Names and values of properties in the reader's language; made once for a page."""

    def __init__(self) -> None:
        self._fields = {field.key: field for field in fields()}
        self._groups = group_titles()
        self._names = {key: str(name) for key, name in FIELD_TITLES.items()}
        self._names |= {key: localized(field.title) for key, field in self._fields.items()}

    def name(self, key: str) -> str:
        """Return what a property is called; its key where no plugin knows it any more."""
        return self._names.get(key, key)

    def in_order(self, keys: Iterable[str]) -> list[str]:
        """Return the properties in the order of an account's form; unknown ones last."""
        places = {key: place for place, key in enumerate(self._names)}
        return sorted(keys, key=lambda key: (places.get(key, len(places)), key))

    def value(self, key: str, value: Any) -> str:
        """Return a property's value as people read it."""
        if value in (None, "", []):
            return "–"
        if key in self._fields:
            return shown_value(self._fields[key], value)
        if key == "groups":
            return ", ".join(self._groups.get(group, group) for group in value)
        names = {"kind": KIND_NAMES, "lifecycle_stage": STAGE_NAMES}.get(key, {})
        return str(names.get(value, value))

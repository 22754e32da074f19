"""Forms of accounts: what stands in a request's address or form, as the services take it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from tierline.accounts import checking
from tierline.accounts.listing import AccountFilter
from tierline.accounts.models import CUSTOMER, Account
from tierline.accounts.panels import ListFilter
from tierline.accounts.plugin_fields import fields_for
from tierline.accounts.words import Vocabulary, group_titles, known_groups
from tierline.packs.contributions import Field
from tierline.packs.records import manifest
from tierline.plugins.queries import enabled_plugins, fields
from tierline.web.language import localized

PREFIX = "fields."
KIND_PREFIX = "party_kind."
PLAIN_FILTERS = ("q", "owner", "kind", "stage", "industry", "region", "group")

Form = MultiDict[str, str]


def read_filter(args: Form, filters: Iterable[ListFilter]) -> AccountFilter:
    """Return the filter that stands in a list's address."""
    plain = {name: args.get(name, "").strip()[:200] for name in PLAIN_FILTERS}
    added = {each.key: args[each.key] for each in filters if args.get(each.key)}
    return AccountFilter(**plain, archived=bool(args.get("archived")), added=added)


def read_account(form: Form) -> dict[str, Any]:
    """Return the properties that stand in the form, plugins' fields under `fields`."""
    values: dict[str, Any] = {name: form[name] for name in checking.ACCOUNT if name in form}
    given = {key.removeprefix(PREFIX): form[key] for key in form if key.startswith(PREFIX)}
    return values | {"fields": given}


def read_groups(form: Form) -> dict[str, str | None]:
    """Return the stakeholder groups that the form chooses, with the kind of party in each."""
    return {key: form.get(KIND_PREFIX + key) or None for key in form.getlist("groups")}


def read_contact(form: Form) -> dict[str, Any]:
    """Return a contact's properties that stand in the form."""
    return {name: form[name] for name in checking.CONTACT if name in form}


def read_version(form: Form) -> int | None:
    """Return the version that the form was filled in on; None where it names none."""
    return form.get("version", type=int)


def account_values(account: Account) -> dict[str, str]:
    """Return an account's properties as its form holds them."""
    values = {name: _input(getattr(account, name)) for name in checking.ACCOUNT}
    return values | {PREFIX + key: _input(value) for key, value in account.fields.items()}


def _input(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


@dataclass(frozen=True)
class FieldSet:
    """The fields of one plugin in a form, under its title."""

    title: str
    fields: list[Field]


def field_sets(groups: Iterable[str]) -> list[FieldSet]:
    """Return the plugins' fields that apply to an account of these groups, plugin by plugin."""
    found: dict[str, list[Field]] = {}
    for field in fields_for(fields("account"), groups):
        found.setdefault(field.id.partition(":")[0], []).append(field)
    releases = enabled_plugins() if found else {}
    return [FieldSet(_title(releases, plugin), each) for plugin, each in found.items()]


def _title(releases: Mapping[str, Any], plugin: str) -> str:
    release = releases.get(plugin)
    return plugin if release is None else localized(manifest(release.document).title)


@dataclass(frozen=True)
class GroupChoice:
    """A stakeholder group in a form."""

    key: str
    title: str
    kinds: list[tuple[str, str]]
    chosen: bool
    kind: str


def group_choices(held: Mapping[str, str | None]) -> list[GroupChoice]:
    """Return the groups to choose from; one of a disabled plugin only where the account has it."""
    titles, known = group_titles(), known_groups()
    choices = []
    for key in dict.fromkeys([*known, *held]):
        group = known.get(key)
        kinds = [(name, localized(title)) for name, title in group.kinds] if group else []
        title = titles.get(key, key)
        choices.append(GroupChoice(key, title, kinds, key in held, held.get(key) or ""))
    return choices


def first_groups(group: str | None) -> dict[str, str | None]:
    """Return the groups that a new account's form begins with."""
    return {group if group in known_groups() else CUSTOMER: None}


def error_labels(errors: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return what to call each wrong value above a form."""
    words, more = Vocabulary(), {"reason": _("Reason"), "form": _("Form")}
    return {path: more.get(path) or words.name(path.removeprefix(PREFIX)) for path in errors}


def theirs(account: Account, form: Form) -> list[tuple[str, str]]:
    """Return what stands in the account now where the form says something else: (name, value)."""
    words, now = Vocabulary(), account_values(account)
    differing = {
        key: key.removeprefix(PREFIX)
        for key in form
        if key in now and form[key].strip() != now[key]
    }
    return [
        (words.name(name), words.value(name, now[key]))
        for key, name in differing.items()
        if key != "owner_id"
    ]

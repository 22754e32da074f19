"""What the page of the list shows around its rows: tabs, choices of the filters, chips, heads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from tierline.accounts import listing
from tierline.accounts.listing import AccountFilter, ListedAccount
from tierline.accounts.panels import ListColumn, ListFilter, added_columns
from tierline.accounts.queries import owner_choices
from tierline.accounts.words import group_titles, kind_choices, stage_choices
from tierline.db.paging import COUNT_LIMIT, Page
from tierline.web.components import address_with
from tierline.web.language import date, number

Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Choice:
    """A filter that the form offers, with its options and what is chosen."""

    key: str
    title: str
    options: Choices
    value: str


class ShownRow(NamedTuple):
    """An account in the table; a tuple, which a template takes apart once a row."""

    id: str
    name: str
    number: str
    added: list[tuple[ListColumn, str | Markup]]
    kind: str
    stage: str
    owner: str
    region: str
    changed: str


@dataclass(frozen=True)
class ListView:
    """Everything that the page of the list shows."""

    wanted: AccountFilter
    sort: str
    page: Page[ListedAccount]
    columns: list[ListColumn]
    choices: list[Choice]
    groups: Mapping[str, str]  # titles in the plural

    @property
    def title(self) -> str:
        """Return what is listed."""
        return self.groups.get(self.wanted.group) or _("Accounts")

    @property
    def counted(self) -> str:
        """Return how many are found, in words."""
        count = self.page.count or 0
        if count >= COUNT_LIMIT:
            return str(_("More than %(number)s accounts", number=number(COUNT_LIMIT - 1)))
        return str(ngettext("%(num)s account", "%(num)s accounts", count))

    @property
    def rows(self) -> list[ShownRow]:
        """Return the rows of the table, as texts."""
        kinds, stages = dict(kind_choices()), dict(stage_choices())
        return [
            ShownRow(
                id=str(each.id),
                name=each.name,
                number=each.external_key or "–",
                added=[
                    (column, column.show(value))
                    for column, value in zip(self.columns, each.added, strict=True)
                ],
                kind=kinds[each.kind],
                stage=stages[each.lifecycle_stage],
                owner=each.owner or "–",
                region=each.region or "–",
                changed=date(each.updated_at),
            )
            for each in self.page.items
        ]

    @property
    def filtered(self) -> bool:
        """Return whether a filter narrows the list, apart from the search and the group."""
        return replace(self.wanted, q="", group="") != AccountFilter()

    def kept(self, *changing: str) -> dict[str, str]:
        """Return the values of the address that a form has to keep: all but those it sets."""
        dropped = ("cursor", *changing)
        return {name: value for name, value in request.args.items() if name not in dropped}

    @property
    def kept_by_filters(self) -> dict[str, str]:
        """Return what the form of the filters keeps: search, group and order."""
        return self.kept("industry", "region", "archived", *(each.key for each in self.choices))

    @property
    def tabs(self) -> list[dict[str, Any]]:
        """Return a tab for all and one for each stakeholder group; none where there is only one."""
        if len(self.groups) < 2:
            return []
        shown = {"": _("All"), **self.groups}
        return [
            {
                "label": title,
                "url": address_with(group=key or None, cursor=None),
                "active": key == self.wanted.group,
            }
            for key, title in shown.items()
        ]

    @property
    def chips(self) -> list[dict[str, Any]]:
        """Return what narrows the list, each with the address without it."""
        wanted = self.wanted
        chips = [("q", _("Search: %(text)s", text=wanted.q))] if wanted.q else []
        chips += [(each.key, _chip(each)) for each in self.choices if each.value]
        if wanted.industry:
            chips.append(("industry", _("Industry: %(name)s", name=wanted.industry)))
        if wanted.region:
            chips.append(("region", _("Region: %(name)s", name=wanted.region)))
        if wanted.archived:
            chips.append(("archived", _("Archived")))
        return [
            {"label": label, "url": address_with(**{key: None, "cursor": None})}
            for key, label in chips
        ]

    @property
    def heads(self) -> list[dict[str, Any]]:
        """Return the heads of the table; those that sort say how it is sorted."""
        return [
            self._head("name", _("Name")),
            self._head("number", _("Number")),
            *({"label": column.title, "number": column.number} for column in self.columns),
            {"label": _("Kind")},
            {"label": _("Stage")},
            {"label": _("Owner")},
            {"label": _("Region")},
            self._head("updated", _("Changed")),
        ]

    def _head(self, name: str, label: str) -> dict[str, Any]:
        sorted_ = {name: "ascending", f"-{name}": "descending"}.get(self.sort)
        other = f"-{name}" if sorted_ == "ascending" else name
        return {
            "label": label,
            "sorted": sorted_,
            "url": address_with(sort=None if other == "name" else other, cursor=None),
        }


def _chip(choice: Choice) -> str:
    title = dict(choice.options).get(choice.value, choice.value)
    return f"{choice.title}: {title}"


def view_list(
    wanted: AccountFilter, sort: str, cursor: str | None, filters: Sequence[ListFilter]
) -> ListView:
    """Return the page of the list; raises Invalid for a filter or an order that can't be."""
    columns = added_columns()
    return ListView(
        wanted=wanted,
        sort=sort,
        page=listing.list_for_screen(wanted, sort, cursor, columns=columns, filters=filters),
        columns=columns,
        choices=_choices(wanted, filters),
        groups=group_titles(plural=True),
    )


def _choices(wanted: AccountFilter, filters: Sequence[ListFilter]) -> list[Choice]:
    owners = [("mine", _("Me")), ("nobody", _("Nobody")), *owner_choices()]
    return [
        Choice("owner", _("Owner"), owners, wanted.owner),
        Choice("kind", _("Kind"), kind_choices(), wanted.kind),
        Choice("stage", _("Stage"), stage_choices(), wanted.stage),
        *(Choice(f.key, f.title, f.options, wanted.added.get(f.key, "")) for f in filters),
    ]

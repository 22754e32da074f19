"""The timeline in words: what each kind of entry says in the reader's language.

An entry keeps its kind and plain data, never a sentence. Higher layers register kinds of their own:

    timeline_kind("tiering.moved", "award", lambda data: _("Moved to %(tier)s", tier=data["tier"]))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from tierline.accounts.words import Vocabulary

Data = Mapping[str, Any]
Title = Callable[[Data], str]
Text = Callable[[Data, Vocabulary], str]


@dataclass(frozen=True)
class Kind:
    """A kind of entry: its icon, its title, and what it says below it."""

    icon: str
    title: Title
    text: Text


@dataclass(frozen=True)
class Story:
    """An entry in words."""

    icon: str
    title: str
    text: str


_kinds: dict[str, Kind] = {}


def _nothing(data: Data, words: Vocabulary) -> str:
    return ""


def timeline_kind(key: str, icon: str, title: Title, text: Text = _nothing) -> None:
    """Say what a kind of entry is in words; a key stands for one kind."""
    _kinds[key] = Kind(icon, title, text)


def told(kind: str, data: Data, text: str, words: Vocabulary) -> Story:
    """Return an entry in words, what a person wrote last; an unknown kind is told by its key."""
    known = _kinds.get(kind)
    if known is None:
        return Story("point", kind, text)
    lines = filter(None, (known.text(data, words), text))
    return Story(known.icon, known.title(data), "\n".join(lines))


def _changes(data: Data, words: Vocabulary) -> str:
    changes = data.get("changes", {})
    return "\n".join(
        _(
            "%(name)s: %(old)s → %(new)s",
            name=words.name(key),
            old=words.value(key, changes[key][0]),
            new=words.value(key, changes[key][1]),
        )
        for key in words.in_order(changes)
    )


def _created(data: Data) -> str:
    return str(_("Created by an import") if "import" in data else _("Created"))


def _contact(sentence: Callable[[str], str]) -> Title:
    return lambda data: sentence(str(data.get("name", "")))


timeline_kind("accounts.created", "building", _created)
timeline_kind("accounts.updated", "pencil", lambda data: _("Changed"), _changes)
timeline_kind("accounts.archived", "archive", lambda data: _("Archived"))
timeline_kind("accounts.restored", "arrow-back-up", lambda data: _("Restored"))
timeline_kind("accounts.note", "message", lambda data: _("Note"))
timeline_kind(
    "accounts.contact_added",
    "user-plus",
    _contact(lambda name: _("Contact %(name)s added", name=name)),
)
timeline_kind(
    "accounts.contact_updated",
    "user-check",
    _contact(lambda name: _("Contact %(name)s changed", name=name)),
    _changes,
)
timeline_kind(
    "accounts.contact_removed",
    "user-minus",
    _contact(lambda name: _("Contact %(name)s removed", name=name)),
)

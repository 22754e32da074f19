"""Conditions in a scheme's form: rows of what, operator and value, joined by all or any.

A condition that nests deeper than that stands in the form as text, and stays as it is.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tierline.packs.conditions import OPERATORS
from tierline.packs.contributions import Field
from tierline.packs.documents import NUMBER_TYPES
from tierline.schemes.choices import Choices
from tierline.schemes.parts import Action, FormField, Options, condition_field, find, put
from tierline.web.language import localized

Document = dict[str, Any]
SUBJECTS = ("metric", "field", "bin")
WITHOUT_VALUE = ("known", "unknown")
OF_LISTS = ("in", "between")
KINDS = ("subject", "operator", "operand", "joined")
"""Kinds of fields that speak of a part of a condition; they are entered by `enter`."""

WORDS: Mapping[str, LazyString | str] = {
    "eq": _l("is"),
    "ne": _l("is not"),
    "lt": "<",
    "le": "≤",
    "gt": ">",
    "ge": "≥",
    "in": _l("is one of"),
    "between": _l("lies between"),
    "known": _l("is known"),
    "unknown": _l("is unknown"),
}


def is_leaf(condition: Any) -> bool:
    """Return whether a condition speaks of one thing, and not of other conditions."""
    return isinstance(condition, dict) and any(key in condition for key in SUBJECTS)


def leaves_of(condition: Any, path: str) -> dict[str, Document] | None:
    """Return the leaves of a condition by path; None where it nests deeper than the form shows."""
    if is_leaf(condition):
        return {path: condition}
    if not isinstance(condition, dict) or len(condition) != 1:
        return None
    ((key, inner),) = condition.items()
    if key not in ("all", "any") or not isinstance(inner, list) or not all(map(is_leaf, inner)):
        return None
    return {f"{path}.{key}[{place}]": leaf for place, leaf in enumerate(inner)}


def condition_fields(
    document: Document, path: str, choices: Choices, bins: Iterable[str] = ()
) -> tuple[FormField, ...]:
    """Return the fields of the condition of what stands at a path (its `when`)."""
    when = f"{path}.when"
    leaves = leaves_of(find(document, when), when)
    if leaves is None:
        return (condition_field(path),)
    subjects = [(f"bin:{name}", name.upper()) for name in bins]
    subjects += [(f"metric:{id}", title) for id, title in choices.metrics]
    subjects += [(f"field:{each.id}", localized(each.title)) for each in choices.fields]
    found = [field for at, leaf in leaves.items() for field in _leaf(at, leaf, subjects, choices)]
    if len(leaves) > 1:
        joined = [("all", _("all of them hold")), ("any", _("one of them holds"))]
        found.append(FormField(f"{when}.join", _("It holds when"), "joined", joined))
    return tuple(found)


def condition_actions(document: Document, path: str) -> tuple[Action, ...]:
    """Return the buttons that add a part to a condition, or take one away."""
    when = f"{path}.when"
    leaves = leaves_of(find(document, when), when)
    if leaves is None:
        return ()
    more = Action(f"more:{when}", _("Add a condition"))
    if len(leaves) == 1:
        return (more,)
    gone = (
        Action(f"less:{at}", _("Remove condition %(number)s", number=place))
        for place, at in enumerate(leaves, start=1)
    )
    return (more, *gone)


def _leaf(at: str, leaf: Document, subjects: Options, choices: Choices) -> Iterable[FormField]:
    known = list(subjects)
    if subject_of(leaf) not in dict(known):
        known.append((subject_of(leaf), subject_of(leaf).partition(":")[2]))
    yield FormField(f"{at}.subject", _("What"), "subject", known)
    operators = [(each, str(WORDS[each])) for each in OPERATORS]
    yield FormField(f"{at}.op", _("Compared"), "operator", operators)
    if leaf.get("op") in WITHOUT_VALUE:
        return
    field = choices.field(leaf.get("field", ""))
    options: Options = ()
    if field is not None and leaf.get("op") not in OF_LISTS:
        options = _values(field, leaf.get("value"))
    hint = _("Several with ; between them") if leaf.get("op") in OF_LISTS else ""
    yield FormField(f"{at}.value", _("Value"), "operand", options, hint=hint)


def _values(field: Field, stored: Any) -> Options:
    """Return what may be chosen; a stored value that no longer fits stays, for the check to name.

    Else a browser would send the first choice in its place, and nobody would have chosen it.
    """
    if field.type == "boolean":
        known = [("true", _("yes")), ("false", _("no"))]
    else:
        known = [(choice.key, localized(choice.title)) for choice in field.choices]
    text = "" if stored is None or isinstance(stored, list) else _as_text(stored)
    return [(text, text), *known] if known and text not in dict(known) else known


def subject_of(leaf: Mapping[str, Any]) -> str:
    """Return what a leaf speaks of as the form names it: metric:…, field:… or bin:…."""
    return next((f"{key}:{leaf[key]}" for key in SUBJECTS if key in leaf), "")


def shown(document: Any, field: FormField) -> str:
    """Return a part of a condition as the form shows it."""
    at, _dot, part = field.path.rpartition(".")
    here = find(document, at)
    if field.kind == "joined":
        return next(iter(here)) if isinstance(here, dict) else ""
    if not isinstance(here, dict):
        return ""
    if field.kind == "subject":
        return subject_of(here)
    value = here.get(part)
    if isinstance(value, list):
        return "; ".join(map(_as_text, value))
    return "" if value is None else _as_text(value)


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def enter(
    document: Document, fields: Iterable[FormField], form: Mapping[str, str], choices: Choices
) -> None:
    """Put what was entered over the parts of the conditions of a document.

    How they are joined comes last: it changes the paths of the parts.
    """
    changed = [
        field
        for field in fields
        if field.kind in KINDS
        and field.path in form
        and form[field.path].strip() != shown(document, field)
    ]
    parts = [field for field in changed if field.kind != "joined"]
    for field in parts:
        _enter(document, field, form[field.path].strip())
    for at in {field.path.rpartition(".")[0] for field in parts}:
        _settle(find(document, at), choices)
    for field in changed:
        at, text = field.path.rpartition(".")[0], form[field.path]
        if field.kind == "joined" and text in ("all", "any"):
            put(document, at, {text: next(iter(find(document, at).values()))})


def _enter(document: Document, field: FormField, text: str) -> None:
    at = field.path.rpartition(".")[0]
    leaf = find(document, at)
    if field.kind == "operator" and text in OPERATORS:
        leaf["op"] = text
    elif field.kind == "operand":
        leaf["value"] = text
    elif field.kind == "subject" and text in dict(field.options):
        kind, _colon, id = text.partition(":")
        rest = {key: value for key, value in leaf.items() if key not in SUBJECTS}
        put(document, at, {kind: id, **rest})


def _settle(leaf: Document, choices: Choices) -> None:
    """Let the value of a leaf be of the form that its operator and its subject ask for."""
    if leaf.get("op") in WITHOUT_VALUE:
        leaf.pop("value", None)
        return
    value = leaf.get("value", "")
    if leaf.get("op") in OF_LISTS:
        parts = re.split(r"\s*[;；]\s*", value.strip()) if isinstance(value, str) else value
        parts = parts if isinstance(parts, list) else [parts]
        leaf["value"] = [_typed(each, leaf, choices) for each in parts]
    else:
        one = value[0] if isinstance(value, list) and value else value
        leaf["value"] = _typed(one, leaf, choices)


def _typed(value: Any, leaf: Mapping[str, Any], choices: Choices) -> Any:
    """Return a value as what the leaf speaks of has them; what can't be read stays as it is."""
    field = choices.field(leaf.get("field", ""))
    if field is not None and field.type == "text" and type(value) in (int, float):
        return str(value)
    if not isinstance(value, str):
        return value
    if field is not None and field.type == "boolean":
        return {"true": True, "false": False}.get(value, value)
    if field is not None and field.type not in NUMBER_TYPES:
        return value
    if re.fullmatch(r"-?\d+", value):
        return int(value)
    return float(value) if re.fullmatch(r"-?\d+\.\d+", value) else value


def change(document: Document, act: str, path: str) -> None:
    """Add a part to the condition at a path (`more`), or take the one at a path away (`less`)."""
    if act == "more":
        here = find(document, path)
        leaves = leaves_of(here, path)
        if leaves:
            key = "all" if is_leaf(here) else next(iter(here))
            parts = list(leaves.values())
            put(document, path, {key: [*parts, copy.deepcopy(parts[-1])]})
        return
    above, _bracket, place = path.rpartition("[")
    when = above.rpartition(".")[0]
    parts = find(document, above)
    if not isinstance(parts, list) or leaves_of(find(document, when), when) is None:
        return
    kept = [each for n, each in enumerate(parts) if f"{n}]" != place]
    if len(kept) == 1:
        put(document, when, kept[0])
    elif kept:
        put(document, above, kept)

"""Changing a scheme by a form: the document on its way, what is sent with it, what is wrong.

The form carries the whole document, signed, so that only what this form made comes back; what was
entered is put over it, and rows are added, moved and removed in it. Nothing is kept until it is
saved: then it becomes a draft.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer

from tierline.configuration import service
from tierline.configuration.changes import drafted_document
from tierline.configuration.editing import replacing
from tierline.configuration.models import Revision
from tierline.configuration.planning import draft_planned
from tierline.configuration.queries import document_in_force, get_item
from tierline.errors import Invalid
from tierline.packs.checking import check_documents
from tierline.packs.leaves import plain
from tierline.packs.names import OWN
from tierline.packs.problems import PluginInvalid, Problem
from tierline.plugins.effective import ChangesInvalid
from tierline.plugins.queries import enabled_plugins
from tierline.schemes import conditions, weighing
from tierline.schemes.adjustment_sections import new_block
from tierline.schemes.choices import Choices, choices_for
from tierline.schemes.history import FOLDER, parts_of
from tierline.schemes.parts import FormField, Section, find, put
from tierline.schemes.rows import fit, new_element
from tierline.schemes.sections import sections
from tierline.tiering.examples import ExampleOutcome, run_examples
from tierline.tiering.trying import Trial, try_out
from tierline.tiering.versions import read_version
from tierline.web.language import localized

Errors = dict[str, list[str]]


@dataclass(frozen=True)
class Counted:
    """How many accounts stand on each step of a part of the rule; for how many it is unknown."""

    title: str
    steps: tuple[int, ...]
    unknown: int


@dataclass(frozen=True)
class SchemeForm:
    """A scheme's form: the document on its way, its sections, and what is wrong with it."""

    document: dict[str, Any]
    sections: list[Section]
    errors: Errors  # by path
    signed: str
    counts: list[Counted]
    trial: Trial | None  # what it would do to the accounts of now, where that was asked for
    examples: list[ExampleOutcome]  # what becomes of its golden examples, where it can be tried

    def shown(self, field: FormField) -> str:
        """Return the document's value as the form shows it."""
        if field.kind in conditions.KINDS:
            return conditions.shown(self.document, field)
        return field.shown(self.document)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="scheme")


def signed(scheme_id: str, document: Mapping[str, Any]) -> str:
    """Return a document as the form carries it."""
    return str(_serializer().dumps([scheme_id, document]))


def opened(scheme_id: str, draft: int | None = None) -> dict[str, Any]:
    """Return the document of a scheme as it is now, or as a draft would have it.

    Raises NotFound for an unknown scheme or draft.
    """
    plugin, name = parts_of(scheme_id)
    drafted = drafted_document(draft, plugin)[FOLDER] if draft is not None else {}
    item = drafted[name] if name in drafted else get_item(plugin, FOLDER, name)
    document: dict[str, Any] = plain(item)
    return document


def entered(scheme_id: str, form: Mapping[str, str]) -> dict[str, Any]:
    """Return the document that the form carries, with what was entered and done in it.

    Raises NotFound, and Invalid where the form is not one that was made for this scheme.
    """
    plugin, name = parts_of(scheme_id)
    if plugin != OWN:  # a new scheme of the company is in the form only
        get_item(plugin, FOLDER, name)
    try:
        for_scheme, before = _serializer().loads(form.get("document", ""))
    except BadSignature as error:
        raise Invalid(_("Open the form anew: what it carried was not complete.")) from error
    if for_scheme != scheme_id:
        raise Invalid(_("Open the form anew: what it carried was not complete."))
    document: dict[str, Any] = copy.deepcopy(before)
    choices = choices_for(plugin, is_sound=False)
    fields = [field for section in sections(before, choices) for field in section.fields()]
    for field in fields:
        if field.path in form and field.kind not in conditions.KINDS:
            put(document, field.path, field.read(form[field.path]))
    conditions.enter(document, fields, form, choices)
    fit(document, before)
    act, _colon, path = form.get("act", "").partition(":")
    weighing.follow_judgements(document)
    parts = sections(document, choices)
    known = {section.path for section in parts if section.is_list}
    blocks = {section.path for section in parts if section.block}
    if path in blocks:
        put(document, path, new_block(path, choices) if act == "add" else None)
    elif act == "add" and path in known:
        find(document, path).append(new_element(document, path, choices))
    elif act in ("up", "down", "remove"):
        _rearrange(document, act, path, known)
    elif act in ("more", "less"):
        conditions.change(document, act, path)
    elif act in ("ahp", "direct") and path in dict(weighing.scorings(document)):
        weighing.use(act, document, path, scheme_id)
    weighing.follow_judgements(document)
    return document


def weighed_by_entropy(scheme_id: str, document: dict[str, Any], path: str) -> dict[str, Any]:
    """Return a document whose weights at a path come from the accounts of now, by entropy.

    Raises Invalid where their values do not allow it, or there are no criteria at the path.
    """
    if path not in dict(weighing.scorings(document)):
        raise Invalid(_("This scheme has no weighted criteria."))
    changed = copy.deepcopy(document)
    weighing.use("entropy", changed, path, scheme_id)
    return changed


def _rearrange(document: dict[str, Any], act: str, path: str, known: set[str]) -> None:
    parent, _bracket, rest = path.rpartition("[")
    place = rest.rstrip("]")
    rows = find(document, parent) if parent in known else []
    if not place.isdigit() or int(place) >= len(rows):
        return
    row = rows.pop(int(place))
    if act != "remove":
        rows.insert(max(0, int(place) + (1 if act == "down" else -1)), row)


def form_of(scheme_id: str, document: dict[str, Any], *, tried: bool = False) -> SchemeForm:
    """Return a document as a form, with what the checker of plugins says at each field.

    `tried`: it is tried out on the accounts as well, where nothing is wrong with it.
    """
    errors = problems_of(scheme_id, document)
    choices = choices_for(parts_of(scheme_id)[0], is_sound=not errors)
    trial = try_out(read_version(scheme_id, document), samples=0) if tried and not errors else None
    parts = sections(document, choices)
    counts = _counts(document, choices, trial) if trial else []
    examples = [] if errors else _examples(scheme_id, document)
    carried = signed(scheme_id, document)
    return SchemeForm(document, parts, errors, carried, counts, trial, examples)


def _examples(scheme_id: str, document: dict[str, Any]) -> list[ExampleOutcome]:
    """Return what becomes of the golden examples of a scheme by this document."""
    plugin, name = parts_of(scheme_id)
    whole = document_in_force(plugin)
    tests = {
        key: test for key, test in whole["tests"].items() if test and test["scheme"] == scheme_id
    }
    changed = {**whole, FOLDER: {**whole[FOLDER], name: document}, "tests": tests}
    others = [each.document for id, each in enabled_plugins().items() if id != plugin]
    return run_examples(changed, others)


def _counts(document: Mapping[str, Any], choices: Choices, trial: Trial) -> list[Counted]:
    return [
        Counted(_part(document["rule"], choices, path), count.steps, count.unknown)
        for path, count in trial.counts.items()
        if path != "cells"
    ]


def _part(rule: Mapping[str, Any], choices: Choices, path: str) -> str:
    """Return what a part of a rule is called, by its path as `rules.counting` writes it."""
    *above, last = path.split(".")
    if above[-1:] == ["criteria"]:
        scoring = rule[above[0]] if len(above) > 1 else rule
        criterion = next(each for each in scoring["criteria"] if each["id"] == last)
        return choices.title_of(criterion)
    if above == ["bins"]:
        return last.upper()
    return localized(rule[last]["title"]) if last in ("rows", "columns") else _("Rows of the table")


def problems_of(scheme_id: str, document: Mapping[str, Any]) -> Errors:
    """Return what is wrong with a scheme's document, by path."""
    plugin, name = parts_of(scheme_id)
    errors: Errors = {}
    try:
        replacing(plugin, FOLDER, name, document, _("being checked"))
    except PluginInvalid as invalid:
        for problem in invalid.problems:
            errors.setdefault(problem.path, []).append(problem.what)
    except ChangesInvalid as invalid:
        for address, whats in invalid.fields.items():
            errors.setdefault(address.partition(": ")[2], []).extend(whats)
    if not errors:
        for problem in _misfits(plugin, name, document):
            errors.setdefault(problem.path, []).append(problem.what)
    return errors


def _misfits(plugin: str, name: str, document: Mapping[str, Any]) -> list[Problem]:
    """Return where a scheme, sound in itself, does not fit the metrics and fields that it names."""
    whole = document_in_force(plugin)
    documents = {id: each.document for id, each in enabled_plugins().items()}
    documents[plugin] = {**whole, FOLDER: {**whole[FOLDER], name: document}}
    problems = check_documents(documents, [plugin])
    return [each for each in problems if each.file == f"{plugin}/{FOLDER}/{name}.yaml"]


def save(scheme_id: str, document: Mapping[str, Any], reason: str, source: str) -> Revision | None:
    """Draft that a scheme gets a document, with its plan; None where nothing would change.

    Raises Invalid without a reason, PluginInvalid and ChangesInvalid naming every problem.
    """
    service.check_reason(reason)
    plugin, name = parts_of(scheme_id)
    return draft_planned(replacing(plugin, FOLDER, name, document, reason), reason, source)

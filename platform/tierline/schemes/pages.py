"""Designing schemes on the screen: the form, history, restoring a version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tierline.configuration import words
from tierline.configuration.permissions import CHANGE, READ
from tierline.errors import Invalid
from tierline.plugins import words as plugin_words
from tierline.plugins.queries import get_scheme, tiering_schemes
from tierline.schemes import creating, editing, examples, history
from tierline.web import Pages, page, see

pages = Pages("schemes", __name__, within="tiering")


@pages.get("/tiering/<scheme_id>/history", permission=READ)
def show_history(scheme_id: str) -> Any:
    """Show the versions of a scheme's rule and the changes that touched it, in words."""
    return page(
        "schemes/history.html",
        scheme=get_scheme(scheme_id),
        versions=history.versions(scheme_id),
        changes=history.changes(scheme_id),
        words=words,
    )


@pages.post("/tiering/<scheme_id>/versions/<int:version>/restore", permission=CHANGE)
def restore_version(scheme_id: str, version: int) -> Response:
    """Draft that a version comes back, and show what that would do."""
    reason = request.form.get("reason", "") or _("Back to version %(number)s", number=version)
    revision = history.restore(scheme_id, version, reason=reason, source="screen")
    if revision is None:
        flash(_("There is nothing to change."), "info")
        return see("schemes.show_history", scheme_id=scheme_id)
    return see("configuration.show_revision", number=revision.number)


@pages.get("/tiering/new", permission=CHANGE)
def new_scheme() -> Any:
    """Ask how a scheme of the company's own begins: what it is called, by kind or as a copy."""
    return _beginning({"copy": request.args.get("copy", "")})


@pages.post("/tiering/new", permission=CHANGE)
def begin_scheme() -> Any:
    """Show the form of a new scheme; nothing is kept until it is saved as a draft."""
    try:
        scheme_id, document = creating.begin(request.form)
    except Invalid as invalid:
        return _beginning(request.form, invalid), 422
    return _form(scheme_id, document)


def _beginning(given: Mapping[str, str], invalid: Invalid | None = None) -> str:
    return page(
        "schemes/new.html",
        given=given,
        invalid=invalid,
        kinds=[(kind, plugin_words.KINDS[kind]) for kind in creating.KINDS],
        groups=creating.group_options(),
        schemes=creating.scheme_options(),
    )


@pages.get("/tiering/<scheme_id>/examples", permission=CHANGE)
def list_examples(scheme_id: str) -> Any:
    """Show the examples of an own scheme, and the form of one more, empty or as an account is."""
    key = request.args.get("account", "").strip()
    return _examples(scheme_id, examples.taken_from(scheme_id, key) if key else {})


@pages.post("/tiering/<scheme_id>/examples", permission=CHANGE)
def change_examples(scheme_id: str) -> Any:
    """Draft that an example is added, or the one named taken away."""
    reason, gone = request.form.get("reason", ""), request.form.get("remove")
    try:
        if gone is not None:
            revision = examples.remove(
                scheme_id, gone, reason or _("No example any more"), "screen"
            )
        else:
            revision = examples.add(scheme_id, request.form, reason, "screen")
    except Invalid as invalid:
        return _examples(scheme_id, request.form, invalid), 422
    if revision is None:
        flash(_("There is nothing to change."), "info")
        return see("schemes.list_examples", scheme_id=scheme_id)
    return see("configuration.show_revision", number=revision.number)


def _examples(scheme_id: str, given: Mapping[str, str], invalid: Invalid | None = None) -> str:
    return page(
        "schemes/examples.html",
        found=examples.examples_of(scheme_id),
        given=given,
        invalid=invalid,
        units=plugin_words.UNITS,
    )


@pages.get("/tiering/<scheme_id>/edit", permission=CHANGE)
def edit_scheme(scheme_id: str) -> Any:
    """Show a scheme as a form: as it is now, or as the draft that is asked for would have it."""
    draft = request.args.get("draft", type=int)
    return _form(scheme_id, editing.opened(scheme_id, draft), draft=draft)


@pages.post("/tiering/<scheme_id>/edit", permission=CHANGE)
def change_scheme(scheme_id: str) -> Any:
    """Draft what was entered, or do in the form what was asked: add, move, remove, check."""
    document, reason = editing.entered(scheme_id, request.form), request.form.get("reason", "")
    act, _colon, path = request.form.get("act", "").partition(":")
    if act == "entropy":
        try:
            document = editing.weighed_by_entropy(scheme_id, document, path)
        except Invalid as invalid:
            return _form(scheme_id, document, reason, {"": invalid.message}), 422
    if act != "save":
        return _form(scheme_id, document, reason, tried=act == "check")
    if editing.problems_of(scheme_id, document):
        return _form(scheme_id, document, reason), 422
    try:
        revision = editing.save(scheme_id, document, reason, "screen")
    except Invalid as invalid:
        return _form(scheme_id, document, reason, invalid.fields), 422
    if revision is None:
        flash(_("There is nothing to change."), "info")
        return see("schemes.edit_scheme", scheme_id=scheme_id)
    return see("configuration.show_revision", number=revision.number)


def _form(
    scheme_id: str,
    document: dict[str, Any],
    reason: str = "",
    errors: Mapping[str, Any] | None = None,
    *,
    tried: bool = False,
    draft: int | None = None,
) -> str:
    return page(
        "schemes/edit.html",
        fragment="schemes/_effect.html",
        scheme_id=scheme_id,
        is_new=not any(each.id == scheme_id for each in tiering_schemes()),
        form=editing.form_of(scheme_id, document, tried=tried),
        reason=reason,
        wrong=errors or {},
        draft=draft,
        drafts=history.drafts(scheme_id) if request.method == "GET" else [],
    )

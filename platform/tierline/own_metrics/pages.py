"""Making and changing a company's own metrics on the screen."""

from __future__ import annotations

from typing import Any

from flask import flash, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from tierline.configuration.permissions import CHANGE
from tierline.errors import Invalid, NotFound
from tierline.own_metrics import forms, service
from tierline.own_metrics.forms import Form
from tierline.web import Pages, page, see

pages = Pages("own_metrics", __name__, within="metrics")


@pages.get("/metrics/new", permission=CHANGE)
def choose_kind() -> Any:
    """Ask how a new metric is to be computed."""
    return page("own_metrics/kinds.html", kinds=forms.KINDS)


@pages.get("/metrics/new/<kind>", permission=CHANGE)
def new_metric(kind: str) -> Any:
    """Show the empty form of a way of computing."""
    _check(kind)
    return _form(kind, MultiDict({"kinds": "purchase", "period": "months", "length": "12"}))


@pages.post("/metrics/new/<kind>", permission=CHANGE)
def make_metric(kind: str) -> Any:
    """Draft the metric that was entered, or show how its values would lie."""
    _check(kind)
    return _taken(kind, request.form, None)


@pages.get("/metrics/<metric_id>/edit", permission=CHANGE)
def edit_metric(metric_id: str) -> Any:
    """Show the form of one of the company's own metrics."""
    kind, entered = service.opened(metric_id)
    return _form(kind, entered, metric_id)


@pages.post("/metrics/<metric_id>/edit", permission=CHANGE)
def change_metric(metric_id: str) -> Any:
    """Draft that one of the company's own metrics is as entered, or show how it would lie."""
    kind, _entered = service.opened(metric_id)
    return _taken(kind, request.form, metric_id)


def _check(kind: str) -> None:
    if kind not in forms.KINDS:
        raise NotFound(_("There is no such way to compute a metric."))


def _taken(kind: str, form: Form, metric_id: str | None) -> Any:
    name = metric_id.partition(":")[2] if metric_id else None
    try:
        proposal = service.propose(kind, form, name)
        if form.get("act") != "save":
            return _form(kind, form, metric_id, spread=service.tried(proposal), of=proposal)
        revision = service.save(proposal, form.get("reason", ""), "screen")
    except Invalid as invalid:
        return _form(kind, form, metric_id, invalid=invalid), 422
    if revision is None:
        flash(_("There is nothing to change."), "info")
        return see("metrics.list_metrics")
    return see("configuration.show_revision", number=revision.number)


def _form(kind: str, form: Form, metric_id: str | None = None, **shown: Any) -> str:
    return page(
        "own_metrics/edit.html",
        kind=kind,
        about=forms.KINDS[kind],
        entries=forms.entries_of(kind),
        given=form,
        metric_id=metric_id,
        **{"invalid": None, "spread": None, "of": None, **shown},
    )

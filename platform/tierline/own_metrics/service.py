"""A company's own metrics: proposed from a form, tried out on its accounts, saved as a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from tierline.configuration import service
from tierline.configuration.editing import replacing
from tierline.configuration.models import Revision
from tierline.configuration.naming import both_languages, free_name
from tierline.configuration.planning import draft_planned
from tierline.configuration.queries import get_item
from tierline.errors import Invalid
from tierline.metrics.definitions import (
    Aggregate,
    Code,
    DaysLate,
    Definition,
    FieldValue,
    OnTimePayment,
    Recency,
    Tenure,
    Until,
    define,
    read_compute,
)
from tierline.metrics.distribution import Distribution, try_out
from tierline.metrics.lineage import Told, told_window
from tierline.own_metrics.forms import Document, Form, form_of, read_form
from tierline.packs.contributions import LOCALES, Metric
from tierline.packs.frozen import freeze
from tierline.packs.leaves import plain
from tierline.packs.names import OWN
from tierline.packs.problems import PluginInvalid
from tierline.plugins.effective import ChangesInvalid
from tierline.plugins.queries import fields, metrics

FOLDER = "metrics"


@dataclass(frozen=True)
class Proposal:
    """A metric on its way: its name in the company's own pack, and its document."""

    name: str
    document: Document

    @property
    def id(self) -> str:
        """Return the metric's id."""
        return f"{OWN}:{self.name}"


def opened(metric_id: str) -> tuple[str, Form]:
    """Return how one of the company's own metrics is computed, and its form as it was entered.

    Raises NotFound for any other metric.
    """
    plugin, _colon, name = metric_id.partition(":")
    document: Document = plain(get_item(plugin if plugin == OWN else "", FOLDER, name))
    return next(iter(document["compute"])), form_of(document)


def propose(kind: str, form: Form, name: str | None = None) -> Proposal:
    """Return the metric that a form describes, under its name or a new one, checked.

    What is not entered is said for it: what it is, over which period, and when it is unknown.
    Raises Invalid naming each field that is missing or wrong, and what does not hold together.
    """
    shown, wrong = read_form(kind, form)
    title = both_languages({each: form.get(f"title_{each}", "") for each in LOCALES})
    if not title["en"]:
        wrong["title_en"] = [_("Give a title in one of the languages at least.")]
    if wrong:
        raise Invalid(_("The metric is not complete yet."), fields=wrong)
    summary = both_languages({each: form.get(f"summary_{each}", "") for each in LOCALES})
    document = {"title": title, "summary": summary, "period": {}, "null": {}, **shown}
    document |= _said(document)
    name = name or free_name(FOLDER, title)
    try:
        replacing(OWN, FOLDER, name, document, _("being checked"))
    except (PluginInvalid, ChangesInvalid) as invalid:
        whats = list(dict.fromkeys(what for all in invalid.fields.values() for what in all))
        raise Invalid(_("The metric does not hold together."), fields={"": whats}) from invalid
    return Proposal(name, document)


def _said(document: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return a metric's period and null rule in every language, and its summary where none is."""
    metric = Metric(id=f"{OWN}:new", weight=100, **freeze(document))
    compute = read_compute(metric, {field.id: field for field in fields("account")})
    by_id = {each.id: each for each in metrics()}
    found: dict[str, dict[str, str]] = {"period": {}, "null": {}}
    summary = dict(document["summary"])
    for locale in LOCALES:
        with force_locale(locale):
            found["period"][locale] = _period(compute)
            found["null"][locale] = _null(compute)
            summary[locale] = summary[locale] or Told(by_id).compute(compute)
    return {**found, "summary": summary}


def _period(compute: Any) -> str:
    match compute:
        case Aggregate(window=window) | OnTimePayment(window=window) | DaysLate(window=window):
            return told_window(window)
        case Recency() | Tenure():
            return str(_("in the whole history"))
        case FieldValue() | Until() | Code():
            return str(_("today"))
    return str(_("that of the metrics that it is computed from"))


def _null(compute: Any) -> str:
    match compute:
        case Aggregate():
            return str(_("before the first purchase, or where an amount needed is not known"))
        case Recency() | Tenure():
            return str(_("before the first such transaction"))
        case OnTimePayment() | DaysLate():
            return str(_("without an invoice due in the period"))
        case FieldValue() | Until() | Code():
            return str(_("where the field is empty"))
    return str(_("where a metric that it is computed from is unknown, or it would divide by 0"))


def definition_of(proposal: Proposal) -> Definition:
    """Return a proposed metric as it would be computed."""
    metric = Metric(id=proposal.id, weight=100, **freeze(proposal.document))
    others = [each for each in metrics() if each.id != proposal.id]
    return define([*others, metric], fields("account"))[proposal.id]


def tried(proposal: Proposal) -> Distribution:
    """Return how a proposed metric's values lie over the accounts as of today."""
    return try_out(definition_of(proposal))


def save(proposal: Proposal, reason: str, source: str) -> Revision | None:
    """Draft that the company gets the metric, with its plan; None where nothing would change.

    Raises Invalid without a reason.
    """
    service.check_reason(reason)
    change = replacing(OWN, FOLDER, proposal.name, proposal.document, reason)
    return draft_planned(change, reason, source)

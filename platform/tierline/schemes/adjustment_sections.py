"""The sections of a scheme's form that say how tiers follow the rule over time."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from tierline.configuration.words import PERIODS
from tierline.packs.adjustment_documents import PERIODS as KNOWN_PERIODS
from tierline.schemes.choices import Choices
from tierline.schemes.conditions import condition_actions, condition_fields
from tierline.schemes.parts import FormField, Row, Section, tier_options

Document = dict[str, Any]
PATH, GRACE, CAPS = "adjustment", "adjustment.grace", "adjustment.caps"

_BLOCKS: Mapping[str, dict[str, Any]] = {
    PATH: {
        "every": "quarter",
        "margin": 10,
        "reviews": 2,
        "minimum_stay": 90,
        "proposals": False,
        "caps": [],
    },
    GRACE: {"when": {"metric": "", "op": "le", "value": 90}},
}


def new_block(path: str, choices: Choices) -> dict[str, Any]:
    """Return what is added where a part of the form is added."""
    added = copy.deepcopy(_BLOCKS[path])
    if path == GRACE:
        added["when"]["metric"] = choices.metrics[0][0]
    return added


def adjustment_sections(document: Document, choices: Choices) -> list[Section]:
    """Return the sections; only the way to add them where there is no adjustment."""
    adjustment = document.get("adjustment")
    hint = _("Without it an account is in the tier that the rule gives on the day of a run.")
    if not isinstance(adjustment, dict):
        return [Section(PATH, _("Over time"), (), hint=hint, block="absent")]
    whole = Section(PATH, _("Over time"), (Row("", "", _head()),), hint=hint, block="present")
    return [whole, _grace(document, adjustment, choices), _caps(document, adjustment, choices)]


def _head() -> tuple[FormField, ...]:
    periods = [(key, str(PERIODS[key])) for key in KNOWN_PERIODS]
    return (
        FormField(f"{PATH}.every", _("Run by itself each"), "choice", periods),
        FormField(f"{PATH}.margin", _("Margin below an edge, in percent"), "number"),
        FormField(f"{PATH}.reviews", _("Reviews in a row until it falls"), "number"),
        FormField(f"{PATH}.minimum_stay", _("Least stay in a tier, in days"), "number"),
        FormField(f"{PATH}.proposals", _("People decide on each change"), "flag", _yes_or_no()),
    )


def _yes_or_no() -> list[tuple[str, str]]:
    return [("no", str(_("no"))), ("yes", str(_("yes")))]


def _grace(document: Document, adjustment: Document, choices: Choices) -> Section:
    title = _("Grace of new accounts")
    hint = _("While the condition holds nobody falls.")
    if not isinstance(adjustment.get("grace"), dict):
        return Section(GRACE, title, (), hint=hint, block="absent")
    options = [("", _("none")), *tier_options(document)]
    fields = (
        *condition_fields(document, GRACE, choices),
        FormField(f"{GRACE}.tier", _("At least in tier"), "choice", options, optional=True),
    )
    told = choices.sentence(adjustment["grace"].get("when"))
    row = Row("", "", fields, told, condition_actions(document, GRACE))
    return Section(GRACE, title, (row,), hint=hint, block="present")


def _caps(document: Document, adjustment: Document, choices: Choices) -> Section:
    better = [("higher", str(_("higher"))), ("lower", str(_("lower")))]
    rows = tuple(
        Row(
            path,
            _("Cap %(number)s", number=place + 1),
            (
                FormField(f"{path}.tier", _("Tier"), "choice", tier_options(document)),
                FormField(f"{path}.percent", _("At most percent"), "number", optional=True),
                FormField(f"{path}.accounts", _("or accounts"), "number", optional=True),
                FormField(f"{path}.by", _("The best by"), "choice", choices.metrics),
                FormField(f"{path}.better", _("Better"), "choice", better),
            ),
        )
        for place, _cap in enumerate(adjustment.get("caps", ()))
        for path in [f"{CAPS}[{place}]"]
    )
    hint = _("Percent of the accounts in a tier, or a number of them; the others go one tier down.")
    return Section(CAPS, _("Caps"), rows, is_list=True, hint=hint)

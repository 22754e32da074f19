"""The sections of a scheme's form, by kind of scheme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import pgettext

from tierline.packs.scheme_documents import COLORS
from tierline.schemes.adjustment_sections import adjustment_sections
from tierline.schemes.choices import Choices
from tierline.schemes.conditions import condition_actions, condition_fields
from tierline.schemes.parts import FormField, Row, Section, tier_options
from tierline.schemes.weighing import section_of
from tierline.web.language import localized

Document = dict[str, Any]


def sections(document: Document, choices: Choices) -> list[Section]:
    """Return the sections of a scheme's form."""
    rule = _RULES[document["kind"]](document, choices)
    return [_head(), _tiers(document), *rule, *adjustment_sections(document, choices)]


def _texts(path: str, label: str) -> tuple[FormField, ...]:
    return (
        FormField(f"{path}.en", _("%(what)s, English", what=label), "text"),
        FormField(f"{path}.zh_CN", _("%(what)s, Chinese", what=label), "text"),
    )


def _head() -> Section:
    fields = (*_texts("title", _("Title")), *_texts("summary", _("Summary")))
    return Section("title", _("Name"), (Row("", "", fields),))


def _tiers(document: Document) -> Section:
    colors = [(color, str(choice)) for color, choice in _colors().items()]
    rows = tuple(
        Row(
            f"tiers[{place}]",
            localized(tier["title"]) or tier["id"],
            (
                *_texts(f"tiers[{place}].title", _("Title")),
                FormField(f"tiers[{place}].color", _("Colour"), "choice", colors),
            ),
        )
        for place, tier in enumerate(document["tiers"])
    )
    return Section("tiers", _("Tiers, the best first"), rows, is_list=True)


def _colors() -> dict[str, str]:
    names = (_("violet"), _("blue"), _("green"), _("yellow"), _("orange"), _("red"), _("gray"))
    return dict(zip(COLORS, names, strict=True))


def _better(path: str) -> FormField:
    options = (("higher", _("higher")), ("lower", _("lower")))
    return FormField(f"{path}.better", _("Better"), "choice", options)


def _cuts(document: Document, key: str, label: str, hint: str) -> Section:
    rows = tuple(
        Row(
            f"rule.cuts[{place}]",
            _("Cut %(number)s", number=place + 1),
            (
                FormField(f"rule.cuts[{place}].tier", _("Tier"), "choice", tier_options(document)),
                FormField(f"rule.cuts[{place}].{key}", label, "number", optional=key != "until"),
            ),
        )
        for place, _cut in enumerate(document["rule"]["cuts"])
    )
    return Section("rule.cuts", _("Cuts"), rows, is_list=True, hint=hint)


def _metric(choices: Choices, *, better: bool) -> Section:
    field = FormField("rule.metric", _("Metric"), "choice", choices.metrics)
    fields = (field, _better("rule")) if better else (field,)
    return Section("rule.metric", _("What is measured"), (Row("", "", fields),))


def _abc(document: Document, choices: Choices) -> list[Section]:
    cuts = _cuts(document, "until", _("Share up to, in percent"), _("The last cut is 100."))
    return [_metric(choices, better=False), cuts]


def _value(document: Document, choices: Choices) -> list[Section]:
    hint = _("In the metric’s unit. The last cut takes the rest: leave it empty.")
    return [_metric(choices, better=True), _cuts(document, "from", _("From"), hint)]


def _rank(document: Document, choices: Choices) -> list[Section]:
    hint = _("The last cut takes the rest: leave it empty.")
    cuts = _cuts(document, "top", _("Best accounts up to, in percent"), hint)
    return [_metric(choices, better=True), cuts]


def _criteria(scoring: Document, path: str, title: str, choices: Choices) -> Section:
    rows = tuple(
        Row(f"{path}.criteria[{place}]", choices.title_of(each), fields)
        for place, each in enumerate(scoring["criteria"])
        for fields in [_criterion(each, f"{path}.criteria[{place}]", choices)]
    )
    total = sum(
        each["weight"]
        for each in scoring["criteria"]
        if isinstance(each.get("weight"), int | float)
    )
    hint = _("The weights sum to %(total)s; they must sum to 100.", total=f"{total:g}")
    return Section(f"{path}.criteria", title, rows, is_list=True, hint=hint)


def _criterion(criterion: Document, path: str, choices: Choices) -> tuple[FormField, ...]:
    metric = FormField(f"{path}.metric", _("Metric"), "choice", choices.metrics)
    weight = FormField(f"{path}.weight", _("Weight, in percent"), "number")
    if "edges" not in criterion and "better" not in criterion:
        return (metric, weight)
    label, hint = _("Edges between 1 and 5 points"), _("Four numbers with spaces between them")
    edges = FormField(f"{path}.edges", label, "numbers", hint=hint)
    return (metric, weight, edges, _better(path))


def _score(document: Document, choices: Choices) -> list[Section]:
    hint = _("In points from 1 to 5. The last cut takes the rest: leave it empty.")
    present = FormField("rule.minimum_present", _("Least weight known, in percent"), "number")
    return [
        _criteria(document["rule"], "rule", _("Criteria and weights"), choices),
        section_of(document["rule"], "rule", choices),
        Section("rule.minimum_present", _("What is unknown"), (Row("", "", (present,)),)),
        _cuts(document, "from", _("From"), hint),
        _gates(document, choices),
    ]


def _gates(document: Document, choices: Choices) -> Section:
    rows = []
    for place, gate in enumerate(document["rule"]["gates"]):
        path = f"rule.gates[{place}]"
        key = "at_least" if "at_least" in gate else "at_most"
        label = _("At least") if key == "at_least" else _("At most")
        fields = (
            *_texts(f"{path}.title", _("Title")),
            FormField(f"{path}.{key}", label, "choice", tier_options(document)),
            *condition_fields(document, path, choices),
        )
        title, told = localized(gate["title"]) or gate["id"], choices.sentence(gate["when"])
        rows.append(Row(path, title, fields, told, condition_actions(document, path)))
    return Section("rule.gates", _("Gates"), tuple(rows), is_list=True)


def _grid(document: Document, choices: Choices) -> list[Section]:
    rule, found = document["rule"], []
    for side, title in (
        ("rows", pgettext("grid", "Rows")),
        ("columns", pgettext("grid", "Columns")),
    ):
        axis, path = rule[side], f"rule.{side}"
        fields = [*_texts(f"{path}.title", _("Title"))]
        if "criteria" not in axis:
            fields += [
                FormField(f"{path}.metric", _("Metric"), "choice", choices.metrics),
                _better(path),
            ]
        hint = _("Numbers with spaces between them; the steps lie between them, from low to high")
        fields.append(FormField(f"{path}.edges", _("Edges"), "numbers", hint=hint))
        for place, _label in enumerate(axis["labels"]):
            step = _("Step %(number)s", number=place + 1)
            fields += _texts(f"{path}.labels[{place}]", step)
        found.append(Section(path, title, (Row("", "", tuple(fields)),)))
        if "criteria" in axis:
            name = _("Criteria of the %(side)s", side=title)
            found += [_criteria(axis, path, name, choices), section_of(axis, path, choices)]
    return [*found, _cells(document)]


def _cells(document: Document) -> Section:
    rule, options = document["rule"], tier_options(document)
    down, across = (_labels(rule[side]) for side in ("rows", "columns"))
    lines = [
        tuple(
            FormField(f"rule.cells[{y}][{x}]", f"{down[y]}, {across[x]}", "choice", options)
            for x, _cell in enumerate(line)
        )
        for y, line in enumerate(rule["cells"])
    ]
    return Section(
        "rule.cells",
        _("Cells"),
        (),
        cells=tuple(lines[::-1]),
        heads=tuple(across),
        sides=tuple(down[::-1]),
    )


def _labels(axis: Document) -> list[str]:
    return [localized(label) or str(place) for place, label in enumerate(axis["labels"], start=1)]


def _table(document: Document, choices: Choices) -> list[Section]:
    rule, options = document["rule"], tier_options(document)
    bins = tuple(
        Row(
            path,
            row["id"].upper(),
            (
                FormField(f"{path}.metric", _("Metric"), "choice", choices.metrics),
                FormField(f"{path}.quantiles", _("Parts of equal size"), "number"),
                _better(path),
                FormField(f"{path}.offset", _("Offset"), "number"),
            ),
        )
        for place, row in enumerate(rule["bins"])
        for path in [f"rule.bins[{place}]"]
    )
    rows = tuple(
        Row(
            path,
            _("Row %(number)s", number=place + 1),
            (
                FormField(f"{path}.tier", _("Tier"), "choice", options),
                *condition_fields(document, path, choices, [each["id"] for each in rule["bins"]]),
            ),
            choices.sentence(row["when"]),
            condition_actions(document, path),
        )
        for place, row in enumerate(rule["rules"])
        for path in [f"rule.rules[{place}]"]
    )
    otherwise = FormField("rule.otherwise", _("Tier"), "choice", [("", _("no tier")), *options])
    return [
        Section("rule.bins", _("Bins"), bins, is_list=True),
        Section("rule.rules", _("Rows, the first that holds wins"), rows, is_list=True),
        Section("rule.otherwise", _("Otherwise"), (Row("", "", (otherwise,)),)),
    ]


_RULES: dict[str, Callable[[Document, Choices], list[Section]]] = {
    "abc": _abc,
    "value": _value,
    "rank": _rank,
    "score": _score,
    "grid": _grid,
    "table": _table,
}

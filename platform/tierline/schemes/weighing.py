"""Weights by a method in a scheme's form: judgements in pairs (AHP), or by entropy over accounts.

Weights that come from judgements follow them; weights that are changed by hand come from no method
any more.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from tierline.errors import Invalid
from tierline.packs.weighting import (
    MOST_CRITERIA,
    Weighting,
    ahp,
    greatest_ratio,
    in_percent,
    pairs_of,
    worst,
)
from tierline.schemes.choices import Choices
from tierline.schemes.parts import Action, FormField, Row, Section, find
from tierline.tiering.versions import read_version
from tierline.tiering.weighting import entropy_weights
from tierline.web.language import number

Document = dict[str, Any]
SCALE = range(9, 1, -1)
"""How many times as important one criterion can be as another (Saaty), equal left out."""


def scorings(document: Mapping[str, Any]) -> Iterator[tuple[str, Document]]:
    """Yield the path and the scoring of each part of a scheme that has weighted criteria."""
    rule = document["rule"]
    for path, part in (("rule", rule), *((f"rule.{s}", rule.get(s)) for s in ("rows", "columns"))):
        if isinstance(part, dict) and "criteria" in part:
            yield path, part


def section_of(scoring: Mapping[str, Any], path: str, choices: Choices) -> Section:
    """Return the section that says where the weights come from, with the other ways to get them."""
    title, place = _("Where the weights come from"), f"{path}.weighting"
    weighting: Mapping[str, Any] = scoring.get("weighting") or {}
    method = weighting.get("method")
    actions = []
    if method != "ahp" and 2 <= len(scoring["criteria"]) <= MOST_CRITERIA:
        actions.append(Action(f"ahp:{path}", _("Judge the criteria in pairs (AHP)")))
    actions.append(Action(f"entropy:{path}", _("Take them from my accounts (entropy)")))
    if method is not None:
        actions.append(Action(f"direct:{path}", _("Enter them by hand")))
    if method == "ahp":
        names = {each["id"]: choices.title_of(each) for each in scoring["criteria"]}
        rows = tuple(
            Row(at, "", (_judgement(judged, at, names),))
            for n, judged in enumerate(weighting["judgements"])
            for at in [f"{place}.judgements[{n}]"]
        )
        return Section(place, title, rows, hint=_agreement(scoring, names), actions=tuple(actions))
    if method == "entropy":
        told = {"accounts": number(weighting["accounts"]), "day": weighting["as_of"]}
        hint = _("From how the values of %(accounts)s accounts spread, as of %(day)s.", **told)
    else:
        hint = _("They are entered by hand.")
    return Section(place, title, (), hint=hint, actions=tuple(actions))


def _judgement(judged: Mapping[str, Any], path: str, names: Mapping[str, str]) -> FormField:
    first, second = judged["of"], judged["over"]
    options = [(f"{first}|{second}|{n}", _told(names, first, n, second)) for n in SCALE]
    equal = _("%(one)s and %(other)s: equally important", one=names[first], other=names[second])
    options.append((f"{first}|{second}|1", equal))
    options += [(f"{second}|{first}|{n}", _told(names, second, n, first)) for n in reversed(SCALE)]
    given = f"{first}|{second}|{judged['value']}"
    if given not in dict(options):
        options.append((given, _told(names, first, judged["value"], second)))
    label = _("%(one)s or %(other)s", one=names[first], other=names[second])
    return FormField(path, label, "judgement", options)


def _told(names: Mapping[str, str], of: str, times: float, over: str) -> str:
    said = {"one": names[of], "other": names[over], "times": f"{times:g}"}
    return str(_("%(one)s %(times)s times as important as %(other)s", **said))


def _agreement(scoring: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return how well the judgements agree, and which is furthest off where they do not."""
    found, given = _weighed(scoring)
    most = greatest_ratio(len(names))
    ratio = {"ratio": number(found.consistency_ratio, 2), "most": number(most, 2)}
    if found.consistency_ratio <= most:
        return str(
            _("The judgements agree: consistency ratio %(ratio)s, at most %(most)s.", **ratio)
        )
    misfit = worst(given, found)
    said = {"of": names[misfit.of], "over": names[misfit.over]}
    said |= {"given": f"{misfit.given:g}", "implied": f"{misfit.implied:.2g}"}
    told: str = _(
        "The judgements contradict each other: consistency ratio %(ratio)s, at most %(most)s. "
        "Furthest off is %(of)s over %(over)s: %(given)s times, while the others say %(implied)s.",
        **ratio,
        **said,
    )
    return told


def _weighed(scoring: Mapping[str, Any]) -> tuple[Weighting, dict[tuple[str, str], float]]:
    judgements = scoring["weighting"]["judgements"]
    given = {(each["of"], each["over"]): float(each["value"]) for each in judgements}
    return ahp([each["id"] for each in scoring["criteria"]], given), given


def use(method: str, document: Document, path: str, scheme_id: str) -> None:
    """Let the weights of the scoring at a path come from a method, or from hand (`direct`).

    Raises Invalid where the accounts' values do not allow weights by entropy.
    """
    scoring = find(document, path)
    if method == "ahp":
        scoring["weighting"] = {"method": "ahp", "judgements": []}
    elif method == "direct":
        scoring.pop("weighting", None)
    elif method == "entropy":
        _take_entropy(document, path, scheme_id)


def _take_entropy(document: Document, path: str, scheme_id: str) -> None:
    tried = copy.deepcopy(document)
    for _path, scoring in scorings(tried):
        scoring.pop("weighting", None)
        ids = [each["id"] for each in scoring["criteria"]]
        _set_weights(scoring, dict.fromkeys(ids, 1 / len(ids)))
    try:
        scheme = read_version(scheme_id, tried)
        found = {each.path: each for each in entropy_weights(scheme)}[path].to_document()
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(_("Mend what is wrong in the criteria first.")) from error
    scoring = find(document, path)
    for criterion in scoring["criteria"]:
        criterion["weight"] = found["weights"][criterion["id"]]
    scoring["weighting"] = found["weighting"]


def follow_judgements(document: Document) -> None:
    """Let each scoring that is judged in pairs have every pair judged, and its weights follow.

    A pair that is new is judged equal; with more criteria than can be judged they stay as they are.
    """
    for _path, scoring in scorings(document):
        weighting = scoring.get("weighting")
        if not isinstance(weighting, dict) or weighting.get("method") != "ahp":
            continue
        ids = [each["id"] for each in scoring["criteria"]]
        if not 2 <= len(ids) <= MOST_CRITERIA:
            del scoring["weighting"]
            continue
        judged = {frozenset((each["of"], each["over"])): each for each in weighting["judgements"]}
        before = weighting["judgements"]
        weighting["judgements"] = [
            judged.get(frozenset(pair), {"of": pair[0], "over": pair[1], "value": 1})
            for pair in pairs_of(ids)
        ]
        found, _given = _weighed(scoring)
        if weighting["judgements"] != before or not _is_near(scoring, found.weights):
            _set_weights(scoring, found.weights)


def _is_near(scoring: Mapping[str, Any], weights: Mapping[str, float]) -> bool:
    """Return whether the weights are those of the judgements, to a percent."""
    return all(
        isinstance(each["weight"], int | float)
        and abs(each["weight"] - weights[each["id"]] * 100) <= 1
        for each in scoring["criteria"]
    )


def _set_weights(scoring: Document, weights: Mapping[str, float]) -> None:
    for name, weight in in_percent(weights).items():
        next(each for each in scoring["criteria"] if each["id"] == name)["weight"] = int(weight)

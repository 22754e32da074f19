"""The weights that a scheme's criteria would have by entropy over a company's own accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Float, case, cast, func, select

from tierline.db import db
from tierline.errors import Invalid
from tierline.metrics.service import bring_up_to_date, today
from tierline.metrics.source import Source
from tierline.packs.contributions import TieringScheme
from tierline.packs.weighting import Spread, entropy, in_percent
from tierline.rules.scheme import GridRule, Scheme, ScoreRule, Scoring, read_scheme
from tierline.tiering.evaluation import confined, source_of


@dataclass(frozen=True)
class EntropyWeights:
    """Weights in whole percent of one scoring's criteria, and what they were taken from."""

    path: str  # where the scoring stands in the document: "rule", "rule.rows"
    weights: dict[str, Decimal]  # by criterion
    accounts: int  # those whose values are all known

    def to_document(self) -> dict[str, Any]:
        """Return the weights, and the `weighting` that the scheme's document says them with."""
        return {
            "path": self.path,
            "weights": {name: int(weight) for name, weight in self.weights.items()},
            "weighting": {"method": "entropy", "accounts": self.accounts, "as_of": str(today())},
        }


def entropy_weights(scheme: TieringScheme) -> list[EntropyWeights]:
    """Return the weights by entropy of each scoring of a scheme, over the accounts of its group.

    The scheme need not be in force. Raises Invalid where it has no criteria, or its accounts'
    values do not allow it: one is negative, or fewer than two accounts have them all.
    """
    rules = read_scheme(scheme)
    scorings = list(_scorings(rules))
    if not scorings:
        raise Invalid(_("This scheme has no weighted criteria."))
    bring_up_to_date()
    source = source_of(today(), rules)
    return [_weights(path, scoring, rules, source) for path, scoring in scorings]


def _scorings(rules: Scheme) -> Iterator[tuple[str, Scoring]]:
    match rules.rule:
        case ScoreRule(scoring=scoring):
            yield "rule", scoring
        case GridRule(rows=rows, columns=columns):
            for path, axis in (("rule.rows", rows), ("rule.columns", columns)):
                if axis.scoring is not None:
                    yield path, axis.scoring


def _weights(path: str, scoring: Scoring, rules: Scheme, source: Source) -> EntropyWeights:
    values = {
        criterion.id: cast(source.value(criterion.metric), Float) for criterion in scoring.criteria
    }
    known = [source.value(criterion.metric).is_not(None) for criterion in scoring.criteria]
    columns = [
        column
        for x in values.values()
        for column in (func.min(x), func.sum(x), func.sum(case((x > 0, x * func.ln(x)), else_=0.0)))
    ]
    statement = select(func.count(), *columns).select_from(source.rows)
    inside = (source.in_group(rules.group), *confined(source), *known)
    accounts, *found = db.session.execute(statement.where(*inside)).one()
    spreads = {
        name: Spread(accounts, *(float(each or 0) for each in found[3 * place : 3 * place + 3]))
        for place, name in enumerate(values)
    }
    try:
        return EntropyWeights(path, in_percent(entropy(spreads)), accounts)
    except ValueError as error:
        why = str(error)
        message = _("No weights by entropy: %(why)s.", why=why)
        raise Invalid(message, fields={f"{path}.criteria": [why]}) from error

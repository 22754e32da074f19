"""Measuring what a scheme takes from all accounts: in SQL over a source, or from values at hand."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement

from tierline.metrics.source import Source
from tierline.rules.population import AccountValues, Population
from tierline.rules.quantiles import bins_of, measure_bins
from tierline.rules.ranks import measure_ranks, ranks_of
from tierline.rules.scheme import AbcRule, RankRule, Scheme, TableRule
from tierline.rules.shares import measure_shares, shares_of


def measure(scheme: Scheme, source: Source, *where: ColumnElement[bool]) -> Population:
    """Return what the scheme takes from the accounts of its group in the source."""
    conditions = (source.in_group(scheme.group), *where)
    match scheme.rule:
        case AbcRule() as rule:
            return measure_shares(rule, source, conditions)
        case RankRule() as rule:
            return measure_ranks(rule, source, conditions)
        case TableRule(bins=bins) if bins:
            return measure_bins(bins, source, conditions)
        case _:
            return Population()


def population_of(scheme: Scheme, source: Source, accounts: Sequence[AccountValues]) -> Population:
    """Return what `measure` would, from accounts of the group at hand (golden examples)."""
    match scheme.rule:
        case AbcRule() as rule:
            return shares_of(rule, accounts)
        case RankRule() as rule:
            return ranks_of(rule, accounts)
        case TableRule(bins=bins):
            return bins_of(bins, source, accounts)
        case _:
            return Population()

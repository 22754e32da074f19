"""A scheme's version compiled over the values that it looks at."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, select

from tierline.accounts.models import Account
from tierline.db import db
from tierline.db.scope import current_tenant_id
from tierline.metrics import queries as metrics
from tierline.metrics.calculation import materialise
from tierline.metrics.definitions import Definitions, resting_under
from tierline.metrics.models import STATE
from tierline.metrics.source import Source
from tierline.plugins.queries import fields
from tierline.rules.population import AccountValues, Population, read_population
from tierline.rules.scheme import Scheme as Rules
from tierline.rules.scheme import read_scheme
from tierline.rules.sql import Compiled, compile_scheme
from tierline.tiering.models import Run, Scheme
from tierline.tiering.money import money_metrics
from tierline.tiering.versions import codes_of, get_version


@dataclass(frozen=True)
class Evaluation:
    """A run's rule, compiled over the values that it looks at."""

    scheme: Scheme
    rules: Rules
    source: Source
    compiled: Compiled
    codes: dict[str, int]
    definitions: Definitions

    def with_tier(self, column: ColumnElement[int]) -> Evaluation:
        """Return the evaluation with the tier read from a column, in place of the rule."""
        return replace(self, compiled=replace(self.compiled, tier=column))

    @property
    def where(self) -> list[ColumnElement[bool]]:
        """Return what confines the source's rows to the tenant, with the account where needed."""
        return [*confined(self.source), *self.joined]

    @property
    def joined(self) -> list[ColumnElement[bool]]:
        """Return the join with the account where the rule reads its fields."""
        if not self.rules.fields():
            return []
        return [Account.tenant_id == current_tenant_id(), Account.id == self.source.account_id]


def evaluation_of(run: Run, source: Source | None = None) -> Evaluation:
    """Return a run's rule, compiled over the values as of its date (`source`, where at hand)."""
    scheme = db.session.get_one(Scheme, (run.tenant_id, run.scheme_number))
    rules = read_scheme(get_version(scheme, run.version))
    source = source or source_of(run.as_of, rules)
    return evaluation(scheme, rules, read_population(run.population), source)


def evaluation(scheme: Scheme, rules: Rules, population: Population, source: Source) -> Evaluation:
    """Return a scheme's rules, compiled over a source."""
    codes = codes_of(scheme)
    known_fields = {field.id: field for field in fields("account")}
    compiled = compile_scheme(rules, population, source, codes, known_fields)
    return Evaluation(scheme, rules, source, compiled, codes, metrics.definitions())


def source_of(as_of: datetime.date, rules: Rules) -> Source:
    """Return the store when it is true for this date, else the values as of it.

    Those are computed once into a temporary table, which stands until the transaction ends.
    """
    defined = metrics.definitions()
    if metrics.is_current(as_of):
        return metrics.store_source(defined)
    wanted = [*rules.metrics(), *filter(None, money_metrics(rules, defined))]
    return materialise(metrics.source_as_of(as_of, resting_under(defined, wanted)))


def read_values(source: Source, names: Sequence[str], account: Account) -> AccountValues:
    """Return what a source and its fields know of an account; of none of its rows: nothing."""
    columns = [source.value(name) for name in names]
    row = db.session.execute(
        select(source.account_id, *columns).where(
            source.account_id == account.id, *confined(source)
        )
    ).one_or_none()
    found = dict(zip(names, row[1:], strict=True)) if row is not None else {}
    return AccountValues(found, account.fields, account.external_key or str(account.id))


def confined(source: Source) -> list[ColumnElement[bool]]:
    """Return what confines a source's rows to the tenant in scope."""
    return [STATE.c.tenant_id == current_tenant_id()] if source.rows is STATE else []

"""Why an account is in its tier: criterion, value, points, total, tier, and the rows behind."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from tierline.accounts.models import Account
from tierline.db import db
from tierline.errors import NotFound
from tierline.metrics import queries as metrics
from tierline.metrics.definitions import Definitions, resting_on_all
from tierline.metrics.rows import count_rows
from tierline.metrics.source import Source
from tierline.metrics.units import from_stored
from tierline.packs.contributions import Field, TieringScheme
from tierline.plugins.queries import fields, get_scheme
from tierline.rules.adjusting import decide
from tierline.rules.counterfactual import Counterfactual, counterfactual
from tierline.rules.evaluate import Outcome, evaluate
from tierline.rules.measuring import measure
from tierline.rules.population import AccountValues, Population, read_population
from tierline.rules.scheme import Scheme as Rules
from tierline.rules.scheme import read_scheme
from tierline.rules.sql import compile_scheme
from tierline.tiering import queries
from tierline.tiering.assigning import latest_day
from tierline.tiering.deciding import Deciding, needs_decisions, stand_of
from tierline.tiering.decisions import Decided, describe_decision, describe_hands
from tierline.tiering.evaluation import confined, read_values
from tierline.tiering.models import Run, Scheme
from tierline.tiering.moves import describe_moves
from tierline.tiering.service import checked_date
from tierline.tiering.standing import read_standing
from tierline.tiering.steps import describe
from tierline.tiering.versions import digest_of, get_version
from tierline.web.language import localized

LookedAt = tuple[Rules, Population, Source, AccountValues, dict[str, Field]]
"""What a rule looks at: itself, what it takes from all, the values' source, one account, fields."""


@dataclass(frozen=True)
class Ground:
    """What an explanation stands on: the rule, its version, the date, the run if there was one."""

    contributed: TieringScheme
    rules: Rules
    version: int
    as_of: datetime.date
    run: Run | None
    scheme: Scheme | None


def explain(
    scheme_id: str, external_key: str, as_of: datetime.date | None = None
) -> dict[str, Any]:
    """Return why the account with this external key is in its tier; see `explain_account`."""
    return explain_account(scheme_id, find_by_key(external_key), as_of)


def find_by_key(external_key: str) -> Account:
    """Return the account with this external key; raises NotFound."""
    account = db.session.scalars(
        select(Account).where(Account.external_key == external_key)
    ).one_or_none()
    if account is None:
        message = _('There is no account with the number "%(key)s".', key=external_key)
        raise NotFound(message)
    return account


def explain_account(
    scheme_id: str, account: Account, as_of: datetime.date | None = None
) -> dict[str, Any]:
    """Return why an account is in its tier as of a date, and what would move it.

    Without a date: as of the scheme's last recorded run, or today. Where a run of that date is on
    record, its rule and its population are taken, else the rule in force and the accounts of now.
    """
    ground = _ground(scheme_id, as_of)
    defined = metrics.definitions()
    source = _source(ground, defined, account.id)
    population = _population(ground, defined)
    values = read_values(source, ground.rules.metrics(), account)
    known_fields = {field.id: field for field in fields("account")}
    looked_at = (ground.rules, population, source, values, known_fields)
    outcome = evaluate(*looked_at)
    inside = queries.is_in_group(account, ground.rules.group)
    moves = counterfactual(*looked_at) if inside else Counterfactual((), ())
    decision = _decision(ground, account, looked_at) if inside else None
    return {
        **_head(ground, account, outcome, decision, inside),
        **describe(outcome, ground.contributed, defined),
        "adjustment": decision and describe_decision(decision, ground.contributed, ground.scheme),
        **describe_hands(ground.scheme, account.id),
        "moves": describe_moves(moves, ground.contributed, defined),
        "metrics": _metrics(ground, account.id, values, defined),
    }


def _ground(scheme_id: str, as_of: datetime.date | None) -> Ground:
    contributed = get_scheme(scheme_id)
    scheme = queries.find_scheme(scheme_id)
    date = checked_date(as_of or (scheme.last_as_of if scheme else None))
    run = queries.find_run_as_of(scheme, date) if scheme else None
    if scheme is not None and run is not None:
        contributed, version = get_version(scheme, run.version), run.version
    else:
        version = _version_in_force(scheme, contributed)
    return Ground(contributed, read_scheme(contributed), version, date, run, scheme)


def _version_in_force(scheme: Scheme | None, contributed: TieringScheme) -> int:
    """Return the number of the rule's version, or the one that its first run will give it."""
    if scheme is None:
        return 1
    same = digest_of(get_version(scheme, scheme.version)) == digest_of(contributed)
    return scheme.version if same else scheme.version + 1


def _source(ground: Ground, defined: Definitions, account_id: uuid.UUID) -> Source:
    if metrics.is_current(ground.as_of):
        return metrics.store_source(defined)
    over_all = set(resting_on_all(defined)).intersection(ground.rules.metrics())
    return metrics.source_as_of(ground.as_of, defined, None if over_all else [account_id])


def _population(ground: Ground, defined: Definitions) -> Population:
    if ground.run is not None:
        return read_population(ground.run.population)
    if metrics.is_current(ground.as_of):
        source = metrics.store_source(defined)
    else:
        source = metrics.source_as_of(ground.as_of, defined)
    population = measure(ground.rules, source, *confined(source))
    if ground.rules.adjustment is None or not ground.rules.adjustment.caps:
        return population
    return _with_caps(ground, source, population)


def _with_caps(ground: Ground, source: Source, population: Population) -> Population:
    """Return the population with where caps would end if the scheme were run now."""
    names = [tier.id for tier in ground.contributed.tiers]
    kept = list(ground.scheme.tier_ids) if ground.scheme else []
    codes = {tier: n for n, tier in enumerate(dict.fromkeys([*kept, *names]), start=1)}
    known_fields = {field.id: field for field in fields("account")}
    compiled = compile_scheme(ground.rules, population, source, codes, known_fields)
    number = ground.scheme.number if ground.scheme else None
    stand = stand_of(number, ground.as_of)
    deciding = Deciding(ground.rules, source, compiled, codes, population, ground.as_of, stand)
    return deciding.with_caps().population


def _decision(ground: Ground, account: Account, looked_at: LookedAt) -> Decided | None:
    """Return what is decided in place of the rule; None where the rule alone is heeded.

    None, too, for a day before the last on record: what was known of the account's standing then
    is not kept but for its tier.
    """
    latest = latest_day(ground.scheme) if ground.scheme is not None else None
    if latest is not None and ground.as_of < latest:
        return None
    number = ground.scheme.number if ground.scheme else None
    if not needs_decisions(ground.rules, number):
        return None
    standing = read_standing(ground.scheme, ground.rules, account.id, ground.as_of)
    return Decided(standing, decide(*looked_at, standing, ground.as_of))


def _head(
    ground: Ground, account: Account, outcome: Outcome, decided: Decided | None, inside: bool
) -> dict[str, Any]:
    recorded = queries.find_assignment(ground.scheme, account.id, ground.as_of)
    titles = {tier.id: localized(tier.title) for tier in ground.contributed.tiers}
    tier = decided.decision.tier if decided else outcome.tier if inside else None
    return {
        "account": account.external_key or str(account.id),
        "name": account.name,
        "scheme": ground.contributed.id,
        "title": localized(ground.contributed.title),
        "kind": ground.contributed.kind,
        "group": ground.rules.group,
        "in_group": inside,
        "version": ground.version,
        "as_of": ground.as_of,
        "tier": tier,
        "tier_title": titles.get(tier or ""),
        "recorded_tier": recorded.tier_id if recorded else None,
        "since": recorded.begins_on if recorded else None,
        "incomplete": outcome.incomplete,
    }


def _metrics(
    ground: Ground, account_id: uuid.UUID, values: AccountValues, defined: Definitions
) -> list[dict[str, Any]]:
    names = ground.rules.metrics()
    rows = count_rows(account_id, metrics.trade(ground.as_of), defined, names)
    return [
        {
            "id": name,
            "title": localized(defined[name].metric.title),
            "unit": defined[name].metric.unit,
            "digits": defined[name].metric.digits,
            "period": localized(defined[name].metric.period),
            "unknown_when": localized(defined[name].metric.null),
            "value": from_stored(values.metrics.get(name), defined[name].metric.unit),
            "rows": rows[name],
            "definition": defined[name].metric.compute,
        }
        for name in names
    ]

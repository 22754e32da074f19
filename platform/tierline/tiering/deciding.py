"""Who changes tier where tiers follow the rule over time, or where people set some by hand.

The decisions (`rules.adjusting`) about a range of accounts go into a temporary table, those that
say something new; `assigning.py` and `standing.py` write what they mean.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    FromClause,
    MetaData,
    Select,
    SmallInteger,
    Table,
    Text,
    Uuid,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    not_,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from tierline.accounts.models import Account
from tierline.db import db
from tierline.db.planning import whole_sets
from tierline.db.scope import current_tenant_id
from tierline.metrics.models import STATE
from tierline.metrics.source import Source
from tierline.plugins.queries import fields
from tierline.rules.adjuster import Adjuster, StandingColumns
from tierline.rules.adjusting import REASONS
from tierline.rules.expressions import Whole, constant
from tierline.rules.population import NOBODY, Border, Population
from tierline.rules.scheme import Cap
from tierline.rules.scheme import Scheme as Rules
from tierline.rules.shares import key_of
from tierline.rules.sql import Compiled
from tierline.tiering.evaluation import Evaluation
from tierline.tiering.stands import Nowhere, OnRecord, Stand, is_set_by_hand

BY_HAND = "override"
RELEASED = "released"
"""Why an account changes tier when the time of one that was set by hand is over."""


def needs_decisions(rules: Rules, number: int | None) -> bool:
    """Return whether the rule alone does not say in which tier an account is.

    `number`: the scheme's, None before it is used.
    """
    return rules.adjustment is not None or (number is not None and is_set_by_hand(number))


def stand_of(number: int | None, as_of: datetime.date) -> Stand:
    """Return where accounts stand in a scheme, which may not be used yet."""
    return Nowhere() if number is None else OnRecord(number, as_of)


@dataclass(frozen=True)
class Deciding:
    """The decisions about a scheme's accounts as of a day.

    `carried`: metrics that the result carries beside those that the scheme reads. `kept`: what is
    decided before caps, where that was computed.
    """

    rules: Rules
    source: Source
    compiled: Compiled
    codes: Mapping[str, int]
    population: Population
    as_of: datetime.date
    stand: Stand
    carried: tuple[str, ...] = ()
    kept: FromClause | None = None

    @classmethod
    def of(cls, found: Evaluation, population: Population, as_of: datetime.date) -> Deciding:
        """Return the decisions of a scheme that is used."""
        stand = OnRecord(found.scheme.number, as_of)
        return cls(found.rules, found.source, found.compiled, found.codes, population, as_of, stand)

    def with_caps(self) -> Deciding:
        """Return the decisions with where the caps end, each measured after those before it."""
        adjustment = self.rules.adjustment
        if adjustment is None or not adjustment.caps:
            return self
        computed, borders = replace(self, kept=self._computed()), list[Border | None]()
        for cap in adjustment.caps:
            borders.append(computed._border(cap, borders))
        return replace(computed, population=replace(self.population, caps=tuple(borders)))

    def _computed(self) -> Table:
        """Compute what is decided before caps into a temporary table."""
        adjusted = self._adjusted()
        table = Table(
            f"adjusted_{uuid.uuid4().hex}",
            MetaData(),
            *(Column(column.name, column.type) for column in adjusted.c),
            prefixes=["TEMPORARY"],
            postgresql_on_commit="DROP",
        )
        table.create(db.session.connection())
        names = [column.name for column in table.c]
        db.session.execute(insert(table).from_select(names, select(adjusted)))
        return table

    def _border(self, cap: Cap, before: Sequence[Border | None]) -> Border | None:
        decided, source = self._decided(before)
        c, code = decided.c, constant(self.codes[cap.tier])
        by_hand = c.override.is_not(None)
        asking = and_(c.inside, c.tier == code, not_(by_hand))
        counts = select(
            func.count().filter(c.inside, c.tier.is_not(None)),
            func.count().filter(c.inside, by_hand, c.override == code),
            func.count().filter(asking),
        )
        in_tiers, taken, many = db.session.execute(counts).one()
        places = self._places(cap, in_tiers) - taken
        if many <= places:
            return None
        if places <= 0:
            return NOBODY
        number, key = self._adjuster(source).cap_number(cap, c.held), key_of(source)
        ordered = select(number, key).where(asking).order_by(number.desc().nulls_last(), key)
        last = db.session.execute(ordered.offset(places - 1).limit(1)).one()
        return Border(None if last[0] is None else int(last[0]), last[1])

    def _places(self, cap: Cap, in_tiers: int) -> int:
        return int(cap.percent * in_tiers / 100) if cap.percent is not None else cap.accounts or 0

    def statement(self, *where: ColumnElement[bool]) -> Select[Any]:
        """Return the decisions about the accounts of the store that meet the conditions.

        Columns as `_TABLE` has them; only rows that say something new.
        """
        decided, _source = self._decided(self.population.caps, *where)
        c, tier = decided.c, _final_tier(decided)
        by_hand = c.inside & c.override.is_not(None)
        reason = case(
            (not_(c.inside), constant(REASONS.index("rule"))),
            (by_hand, constant(REASONS.index(BY_HAND))),
            else_=c.reason,
        )
        asks = self._asks(c, tier)
        below = case((c.inside & c.override.is_(None), c.below), else_=constant(0))
        counted_on = case((below == c.counted_before, c.counted_on), else_=literal(self.as_of))
        news = or_(tier.is_distinct_from(c.now), below > constant(0), c.watched, c.over, c.proposed)
        return select(
            c.account_id,
            c.now,
            c.held,
            tier.label("tier"),
            case((c.over, literal(RELEASED)), else_=_text_of(reason)).label("reason"),
            below.label("below"),
            counted_on.label("counted_on"),
            c.score,
            c.incomplete,
            c.override_id.label("override_id"),
            c.over,
            asks.label("asks"),
        ).where(news)

    def outcome(self) -> tuple[FromClause, Source, Whole]:
        """Return a row an account with what is decided, its values as a source, and its tier.

        Among the columns: `now`, the tier on record, and `incomplete`.
        """
        decided, source = self._decided(self.population.caps)
        return decided, source, _final_tier(decided)

    def _asks(self, c: Any, tier: Whole) -> ColumnElement[bool]:
        """Return whether people decide on a change: of an account that goes from tier to tier."""
        adjustment = self.rules.adjustment
        if adjustment is None or not adjustment.proposals:
            return false()
        changes = and_(c.inside, c.held.is_not(None), tier.is_not(None), tier != c.held)
        return and_(changes, c.override.is_(None), not_(c.over))

    def _decided(
        self, borders: Sequence[Border | None], *where: ColumnElement[bool]
    ) -> tuple[FromClause, Source]:
        """Return each account with its tier and the reason, overrides aside, and its values."""
        adjusted = self._adjusted(*where) if self.kept is None else self.kept
        tier: Whole = adjusted.c.kept
        reason: Whole = adjusted.c.kept_for
        if borders:
            adjuster = self._adjuster(self._source(adjusted))
            tier, reason = adjuster.capped(tier, reason, adjusted.c.held, borders)
        whole = select(adjusted, tier.label("tier"), reason.label("reason"))
        named = whole.subquery("decided")
        return named, self._source(named)

    def _adjusted(self, *where: ColumnElement[bool]) -> FromClause:
        """Return each account with its tier before caps, the reason, and the reviews below it."""
        ruled = self._ruled(*where).cte("ruled").prefix_with("MATERIALIZED")
        if self.rules.adjustment is None:
            by_rule = (
                ruled.c.rule.label("kept"),
                constant(REASONS.index("rule")).label("kept_for"),
            )
            return select(ruled, *by_rule, ruled.c.counted_before.label("below")).subquery()
        stepped = self._stepped(ruled).cte("stepped").prefix_with("MATERIALIZED")
        standing, adjuster = self._standing(stepped), self._adjuster(self._source(stepped))
        c = stepped.c
        why = adjuster.reason(c.rule, standing, c.is_new, c.keeps, c.counted)
        reasoned = select(stepped, why.label("why")).subquery("reasoned")
        r, standing = reasoned.c, self._standing(reasoned)
        tier, reason = adjuster.adjusted(r.rule, standing, r.is_new, r.why)
        below = adjuster.below(r.rule, standing, r.why, r.counted)
        return select(
            reasoned, tier.label("kept"), reason.label("kept_for"), below.label("below")
        ).subquery("adjusted")

    def _ruled(self, *where: ColumnElement[bool]) -> Select[Any]:
        """Return each account's values, its tier by the rule, and where it stands."""
        source = self.source
        known = [constant(self.codes[tier]) for tier in self.rules.tiers]
        own = [] if source.rows is not STATE else [STATE.c.tenant_id == current_tenant_id()]
        if self.rules.fields():
            own += [Account.tenant_id == current_tenant_id(), Account.id == source.account_id]
        return (
            select(
                source.account_id.label("account_id"),
                source.groups.label("groups"),
                source.in_group(self.rules.group).label("inside"),
                self.compiled.tier.label("rule"),
                self.compiled.score.label("score"),
                func.coalesce(self.compiled.incomplete, false()).label("incomplete"),
                *(source.value(name).label(_label(n)) for n, name in self._metrics),
                *self.stand.columns(known),
            )
            .select_from(self.stand.joined(source))
            .where(*own, *where)
        )

    def _stepped(self, ruled: FromClause) -> Select[Any]:
        adjuster, standing = self._adjuster(self._source(ruled)), self._standing(ruled)
        stepped = select(
            ruled,
            adjuster.is_new().label("is_new"),
            adjuster.counted(standing).label("counted"),
            adjuster.keeps(ruled.c.rule, standing).label("keeps"),
        )
        if not self.rules.fields():
            return stepped
        own = [Account.tenant_id == current_tenant_id(), Account.id == ruled.c.account_id]
        return stepped.where(*own)

    def _standing(self, rows: FromClause) -> StandingColumns:
        c = rows.c
        since = self.stand.since(c.account_id)
        return StandingColumns(c.held, since, c.counted_before, c.counted_on)

    def _adjuster(self, source: Source) -> Adjuster:
        known = {field.id: field for field in fields("account")}
        return Adjuster(self.rules, self.population, source, self.codes, known, self.as_of)

    def _source(self, rows: FromClause) -> Source:
        """Return the values that a layer carries, as a source."""
        columns = {name: rows.c[_label(place)] for place, name in self._metrics}
        source = self.source
        return replace(
            source, rows=rows, account_id=rows.c.account_id, groups=rows.c.groups, columns=columns
        )

    @property
    def _metrics(self) -> list[tuple[int, str]]:
        return list(enumerate(dict.fromkeys([*self.rules.metrics(), *self.carried])))


def _final_tier(decided: FromClause) -> Whole:
    c = decided.c
    by_hand = c.override.is_not(None)
    tier = case((not_(c.inside), null()), (by_hand, c.override), else_=c.tier)
    return cast(tier, SmallInteger)


def _label(place: int) -> str:
    return f"v{place}"


def _text_of(reason: Whole) -> ColumnElement[str | None]:
    """Return a reason in words; NULL where the tier is the rule's."""
    named = {constant(n): literal(name) for n, name in enumerate(REASONS) if n}
    return case(named, value=reason)


def decide(deciding: Deciding, *where: ColumnElement[bool]) -> Table:
    """Write the decisions about the accounts that meet the conditions into a temporary table."""
    table = Table(
        f"decided_{uuid.uuid4().hex}",
        MetaData(),
        Column("account_id", Uuid, primary_key=True),
        Column("now", SmallInteger),
        Column("held", SmallInteger),
        Column("tier", SmallInteger),
        Column("reason", Text),
        Column("below", SmallInteger),
        Column("counted_on", Date),
        Column("score", BigInteger),
        Column("incomplete", Boolean),
        Column("override_id", Uuid),
        Column("over", Boolean),
        Column("asks", Boolean),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )
    table.create(db.session.connection())
    with whole_sets():
        names = [column.name for column in table.columns]
        db.session.execute(insert(table).from_select(names, deciding.statement(*where)))
    return table

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
    exists,
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
from tierline.tiering.models import Assignment, Override, Proposal, Watch

# As tables: of a model the session confines the rows after the join, and an outer join is none.
_TABLES: list[Any] = [each.__table__ for each in (Watch, Override, Assignment, Proposal)]
_WATCH, _OVERRIDE, _ASSIGNMENT, _PROPOSAL = _TABLES

BY_HAND = "override"
RELEASED = "released"
"""Why an account changes tier when the time of one that was set by hand is over."""


def needs_decisions(rules: Rules, number: int | None) -> bool:
    """Return whether the rule alone does not say in which tier an account is.

    `number`: the scheme's, None before it is used.
    """
    if rules.adjustment is not None:
        return True
    if number is None:
        return False
    return bool(db.session.scalar(select(exists().where(*_approved(number)))))


def _approved(number: int) -> list[ColumnElement[bool]]:
    """Return the conditions of overrides that no run has let go of."""
    return [
        _OVERRIDE.c.tenant_id == current_tenant_id(),
        _OVERRIDE.c.scheme_number == number,
        _OVERRIDE.c.state == "approved",
        _OVERRIDE.c.released_on.is_(None),
    ]


@dataclass(frozen=True)
class Deciding:
    """The decisions about a scheme's accounts as of a day.

    `number` is the scheme's, None before it is used. `carried`: metrics that the result carries
    beside those that the scheme reads.
    """

    number: int | None
    rules: Rules
    source: Source
    compiled: Compiled
    codes: Mapping[str, int]
    population: Population
    as_of: datetime.date
    carried: tuple[str, ...] = ()

    @classmethod
    def of(cls, found: Evaluation, population: Population, as_of: datetime.date) -> Deciding:
        """Return the decisions of a scheme that is used."""
        number, rules, source = found.scheme.number, found.rules, found.source
        return cls(number, rules, source, found.compiled, found.codes, population, as_of)

    def with_caps(self) -> Population:
        """Return the population with where the caps end, each measured after those before it."""
        adjustment, borders = self.rules.adjustment, list[Border | None]()
        for cap in adjustment.caps if adjustment else ():
            borders.append(self._border(cap, borders))
        return replace(self.population, caps=tuple(borders))

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
        ruled = self._ruled(*where).cte("ruled").prefix_with("MATERIALIZED")
        if self.rules.adjustment is None:
            plain = select(
                ruled, ruled.c.rule.label("tier"), constant(REASONS.index("rule")).label("reason")
            )
            named = plain.add_columns(ruled.c.counted_before.label("below")).subquery("decided")
            return named, self._source(named)
        stepped = self._stepped(ruled).cte("stepped").prefix_with("MATERIALIZED")
        standing, adjuster = self._standing(stepped), self._adjuster(self._source(stepped))
        c = stepped.c
        why = adjuster.reason(c.rule, standing, c.is_new, c.keeps, c.counted)
        reasoned = select(stepped, why.label("why")).subquery("reasoned")
        r, standing = reasoned.c, self._standing(reasoned)
        tier, reason = adjuster.adjusted(r.rule, standing, r.is_new, r.why)
        below = adjuster.below(r.rule, standing, r.why, r.counted)
        adjusted = select(
            reasoned, tier.label("kept"), reason.label("kept_for"), below.label("below")
        ).subquery("adjusted")
        source = self._source(adjusted)
        capped, capped_for = self._adjuster(source).capped(
            adjusted.c.kept, adjusted.c.kept_for, adjusted.c.held, borders
        )
        whole = select(adjusted, capped.label("tier"), capped_for.label("reason"))
        named = whole.subquery("decided")
        return named, self._source(named)

    def _ruled(self, *where: ColumnElement[bool]) -> Select[Any]:
        """Return each account's values, its tier by the rule, and where it stands."""
        source = self.source
        values = [source.value(name).label(_label(n)) for n, name in self._metrics]
        ruled: list[ColumnElement[Any]] = [
            source.account_id.label("account_id"),
            source.groups.label("groups"),
            source.in_group(self.rules.group).label("inside"),
            self.compiled.tier.label("rule"),
            self.compiled.score.label("score"),
            func.coalesce(self.compiled.incomplete, false()).label("incomplete"),
            *values,
        ]
        own = [] if source.rows is not STATE else [STATE.c.tenant_id == current_tenant_id()]
        if self.rules.fields():
            own += [Account.tenant_id == current_tenant_id(), Account.id == source.account_id]
        if self.number is None:
            return select(*ruled, *_nowhere()).where(*own, *where)
        standing = self._stands(self.number)
        return select(*ruled, *standing).select_from(self._joined(self.number)).where(*own, *where)

    def _stands(self, number: int) -> list[ColumnElement[Any]]:
        """Return where each account stands, as columns."""
        today, watch, override = _ASSIGNMENT.c, _WATCH.c, _OVERRIDE.c
        now = STATE.c[f"t{number}"]
        corrected = today.account_id.is_not(None) & today.decision_id.is_(None)
        before = case((corrected, today.previous), else_=now)
        over = func.coalesce(override.ends_on <= literal(self.as_of), false())
        known = [constant(self.codes[tier]) for tier in self.rules.tiers]
        held = case((over, null()), (before.in_(known), before))
        counted = func.coalesce(watch.tier == held, false())
        proposed = exists().where(
            _PROPOSAL.c.tenant_id == current_tenant_id(),
            _PROPOSAL.c.scheme_number == number,
            _PROPOSAL.c.account_id == STATE.c.account_id,
            _PROPOSAL.c.state == "open",
        )
        return [
            now.label("now"),
            held.label("held"),
            case((counted, watch.below), else_=constant(0)).label("counted_before"),
            case((counted, watch.counted_on)).label("counted_on"),
            watch.account_id.is_not(None).label("watched"),
            proposed.label("proposed"),
            override.id.label("override_id"),
            over.label("over"),
            case((not_(over), override.tier)).label("override"),
        ]

    def _joined(self, number: int) -> FromClause:
        """Return the store with what is known of an account's standing."""
        rows, source = STATE, self.source
        if source.rows is not STATE:
            own = STATE.c.tenant_id == current_tenant_id()
            rows = rows.join(source.rows, own & (STATE.c.account_id == source.account_id))

        def of(table: Any) -> ColumnElement[bool]:
            return and_(
                table.c.tenant_id == STATE.c.tenant_id,
                table.c.account_id == STATE.c.account_id,
                table.c.scheme_number == number,
            )

        begun = _OVERRIDE.c.begins_on <= self.as_of
        joined: FromClause = (
            rows.outerjoin(_WATCH, of(_WATCH))
            .outerjoin(_OVERRIDE, and_(of(_OVERRIDE), *_approved(number), begun))
            .outerjoin(_ASSIGNMENT, of(_ASSIGNMENT) & (_ASSIGNMENT.c.begins_on == self.as_of))
        )
        return joined

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
        return StandingColumns(c.held, self._since(c.account_id), c.counted_before, c.counted_on)

    def _since(self, account_id: ColumnElement[Any]) -> ColumnElement[datetime.date]:
        """Return since when an account is in its tier: before today, or as people decided."""
        if self.number is None:
            return cast(null(), Date)
        each = _ASSIGNMENT.alias("each")
        earlier = or_(each.c.begins_on < self.as_of, each.c.decision_id.is_not(None))
        return (
            select(each.c.begins_on)
            .where(
                each.c.tenant_id == current_tenant_id(),
                each.c.scheme_number == self.number,
                each.c.account_id == account_id,
                each.c.begins_on <= self.as_of,
                each.c.tier.is_distinct_from(each.c.previous),
                earlier,
            )
            .order_by(each.c.begins_on.desc())
            .limit(1)
            .scalar_subquery()
        )

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


def _nowhere() -> list[ColumnElement[Any]]:
    """Return the standing of accounts in a scheme that was never run."""
    kinds: Mapping[str, Any] = {
        "now": SmallInteger,
        "held": SmallInteger,
        "counted_on": Date,
        "override_id": Uuid,
        "override": SmallInteger,
    }
    return [
        *(cast(null(), kind).label(name) for name, kind in kinds.items()),
        constant(0).label("counted_before"),
        *(false().label(name) for name in ("watched", "proposed", "over")),
    ]


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

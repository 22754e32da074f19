"""Decisions in words and as documents: why an account is not where the rule alone would have it."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from tierline.accounts.models import Account
from tierline.db import db
from tierline.packs.contributions import TieringScheme
from tierline.rules.adjusting import Decision, Standing
from tierline.tiering.models import Override, Proposal, Scheme
from tierline.tiering.queries import get_entry, tier_name
from tierline.web.language import date, localized, number, percent


@dataclass(frozen=True)
class Decided:
    """Where an account stood, and what was decided."""

    standing: Standing
    decision: Decision


def describe_decision(
    decided: Decided, scheme: TieringScheme, record: Scheme | None
) -> dict[str, Any]:
    """Return a decision as a document, and as a sentence under `told`."""
    standing, decision, adjustment = decided.standing, decided.decision, scheme.adjustment
    stay = adjustment["minimum_stay"] if adjustment else 0
    until = standing.since + datetime.timedelta(days=stay) if standing.since else None
    found = {
        "reason": decision.reason,
        "rule_tier": decision.rule,
        "tier": decision.tier,
        "held": standing.tier,
        "since": standing.since,
        "below": decision.below,
        "stays_until": until if decision.reason == "stay" else None,
    }
    return {**found, "told": _told(found, scheme)}


_SENTENCES: Mapping[str, LazyString] = {
    "margin": _l(
        "By the rule alone it would be in %(rule)s. It keeps %(held)s: it is below the edge by no "
        "more than the margin of %(margin)s."
    ),
    "reviews": _l(
        "By the rule alone it would be in %(rule)s. It keeps %(held)s until %(reviews)s reviews in "
        "a row find it below; so far it is %(below)s."
    ),
    "stay": _l(
        "By the rule alone it would be in %(rule)s. It keeps %(held)s until %(until)s: a tier is "
        "kept for %(days)s days at least."
    ),
    "grace": _l("By the rule alone it would be in %(rule)s. In its grace it stands in %(tier)s."),
    "cap": _l(
        "By the rule alone it would be in %(rule)s. That tier is full: a cap takes the best only, "
        "so it is in %(tier)s."
    ),
    "override": _l("It is in %(tier)s by hand. By the rule alone it would be in %(rule)s."),
}


def _told(found: Mapping[str, Any], scheme: TieringScheme) -> str:
    if found["reason"] not in _SENTENCES:
        return ""
    titles = {tier.id: localized(tier.title) for tier in scheme.tiers}
    adjustment: Mapping[str, Any] = scheme.adjustment or {}
    return str(_SENTENCES[found["reason"]]) % {
        "rule": titles.get(found["rule_tier"], _("no tier")),
        "held": titles.get(found["held"], _("no tier")),
        "tier": titles.get(found["tier"], _("no tier")),
        "margin": percent(adjustment.get("margin"), 0),
        "reviews": number(adjustment.get("reviews")),
        "below": number(found["below"]),
        "until": date(found["stays_until"]),
        "days": number(adjustment.get("minimum_stay")),
    }


def describe_hands(record: Scheme | None, account_id: uuid.UUID) -> dict[str, Any]:
    """Return what is asked, holds by hand and is proposed for an account, as documents."""
    if record is None:
        return {"override": None, "asked": None, "proposal": None}
    rows = db.session.scalars(
        select(Override).where(
            Override.scheme_number == record.number,
            Override.account_id == account_id,
            Override.state.in_(("open", "approved")),
            Override.released_on.is_(None),
        )
    )
    found = {row.state: describe_override(row, record) for row in rows}
    proposed = db.session.scalars(
        select(Proposal).where(
            Proposal.scheme_number == record.number,
            Proposal.account_id == account_id,
            Proposal.state == "open",
        )
    ).one_or_none()
    return {
        "override": found.get("approved"),
        "asked": found.get("open"),
        "proposal": proposed and describe_proposal(proposed, record),
    }


def describe_override(row: Override, record: Scheme) -> dict[str, Any]:
    """Return a tier set by hand as a document."""
    names = ("id", "reason", "state", "asked_by", "decided_by", "note", "begins_on", "ends_on")
    return {"tier": tier_name(record, row.tier), **{name: getattr(row, name) for name in names}}


def describe_proposal(row: Proposal, record: Scheme) -> dict[str, Any]:
    """Return a proposal as a document."""
    return {
        "id": row.id,
        "previous": tier_name(record, row.previous),
        "tier": tier_name(record, row.tier),
        "created_at": row.created_at,
    }


def scheme_of(row: Override) -> Scheme:
    """Return the scheme of a tier set by hand."""
    found: Scheme = db.session.get_one(Scheme, (row.tenant_id, row.scheme_number))
    return found


def list_of_hands(scheme_id: str) -> list[dict[str, Any]]:
    """Return what is asked and what holds by hand in a scheme, what is asked first.

    Raises NotFound.
    """
    record = get_entry(scheme_id).scheme
    if record is None:
        return []
    rows = db.session.execute(
        select(Override, Account.external_key, Account.name)
        .join(
            Account,
            (Account.tenant_id == Override.tenant_id) & (Account.id == Override.account_id),
        )
        .where(
            Override.scheme_number == record.number,
            Override.state.in_(("open", "approved")),
            Override.released_on.is_(None),
        )
        .order_by(Override.state.desc(), Override.ends_on, Account.name_key, Override.id)
    )
    return [
        {
            **describe_override(row, record),
            "account_id": row.account_id,
            "account": key,
            "name": name,
        }
        for row, key, name in rows
    ]

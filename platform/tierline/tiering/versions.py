"""Schemes as plugins contribute them, and the numbered versions that a tenant has used.

A version is written when a scheme is run and its rule is not the one of the version before.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from tierline.db import db
from tierline.errors import Conflict, NotFound
from tierline.marking import N_
from tierline.metrics.models import TIER_SLOTS
from tierline.packs.contributions import Tier, TieringScheme
from tierline.packs.frozen import freeze
from tierline.plugins.queries import get_scheme
from tierline.tiering.models import Scheme, SchemeVersion


class TooManySchemes(Conflict):
    """A tenant may use as many tiering schemes as the store has slots for their tiers."""

    code = "too_many_schemes"
    title = N_("There are more schemes than can be kept")


def use_scheme(scheme_id: str) -> Scheme:
    """Return the tenant's scheme, locked, at the version that its plugin contributes now.

    Raises NotFound where no enabled plugin contributes it.
    """
    contributed = get_scheme(scheme_id)
    scheme = db.session.scalars(
        select(Scheme).where(Scheme.scheme_id == scheme_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if scheme is None:
        scheme = _add_scheme(contributed)
    latest = db.session.get(SchemeVersion, _key(scheme, scheme.version))
    digest = digest_of(contributed)
    if latest is None or latest.digest != digest:
        _add_version(scheme, contributed, digest)
    return scheme


def _key(scheme: Scheme, version: int) -> tuple[int, int, int]:
    return scheme.tenant_id, scheme.number, version


def _add_scheme(contributed: TieringScheme) -> Scheme:
    taken = set(db.session.scalars(select(Scheme.number)))
    number = next((each for each in range(1, TIER_SLOTS + 1) if each not in taken), None)
    if number is None:
        raise TooManySchemes(
            _(
                "A company can use %(most)s tiering schemes, and has used as many already.",
                most=TIER_SLOTS,
            ),
            limit=TIER_SLOTS,
        )
    scheme = Scheme(number=number, scheme_id=contributed.id, version=0, tier_ids=[])
    db.session.add(scheme)
    db.session.flush()
    return scheme


def _add_version(scheme: Scheme, contributed: TieringScheme, digest: str) -> None:
    scheme.version += 1
    new = [tier.id for tier in contributed.tiers if tier.id not in scheme.tier_ids]
    scheme.tier_ids = [*scheme.tier_ids, *new]
    db.session.add(
        SchemeVersion(
            scheme_number=scheme.number,
            version=scheme.version,
            document=document_of(contributed),
            digest=digest,
        )
    )
    db.session.flush()


def document_of(scheme: TieringScheme) -> dict[str, Any]:
    """Return a scheme as a plain document, without its id."""
    document: dict[str, Any] = json.loads(
        json.dumps(
            {
                "title": scheme.title,
                "summary": scheme.summary,
                "group": scheme.group,
                "kind": scheme.kind,
                "tiers": [vars(tier) for tier in scheme.tiers],
                "rule": scheme.rule,
                "weight": scheme.weight,
                **({"adjustment": scheme.adjustment} if scheme.adjustment else {}),
            }
        )
    )
    return document


def digest_of(scheme: TieringScheme) -> str:
    """Return the digest of what a result rests on: group, kind, tiers, rule and adjustment."""
    document = document_of(scheme)
    meaning = [document["group"], document["kind"], scheme_tiers(scheme), document["rule"]]
    meaning += [document["adjustment"]] if scheme.adjustment else []
    return hashlib.sha256(json.dumps(meaning, sort_keys=True).encode()).hexdigest()


def scheme_tiers(scheme: TieringScheme) -> list[str]:
    """Return the ids of a scheme's tiers, from best to least."""
    return [tier.id for tier in scheme.tiers]


def read_version(scheme_id: str, document: dict[str, Any]) -> TieringScheme:
    """Return the scheme that a version's document holds."""
    frozen = freeze(document)
    tiers = tuple(Tier(**tier) for tier in frozen["tiers"])
    return TieringScheme(id=scheme_id, **{**frozen, "tiers": tiers})


def get_version(scheme: Scheme, version: int) -> TieringScheme:
    """Return a version of the tenant's scheme; raises NotFound."""
    row = db.session.get(SchemeVersion, _key(scheme, version))
    if row is None:
        message = _(
            "The scheme %(scheme)s has no version %(version)s.",
            scheme=scheme.scheme_id,
            version=version,
        )
        raise NotFound(message)
    return read_version(scheme.scheme_id, row.document)


def codes_of(scheme: Scheme) -> dict[str, int]:
    """Return the code of each tier that the scheme ever had; it never stands for another."""
    return {tier: place for place, tier in enumerate(scheme.tier_ids, start=1)}

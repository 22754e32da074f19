"""Which tiering schemes a change of the configuration affects: by their rules and their metrics."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from tierline.db import db
from tierline.metrics.definitions import resting_under
from tierline.metrics.queries import definitions
from tierline.packs.contributions import Text
from tierline.plugins.queries import tiering_schemes
from tierline.rules.scheme import read_scheme
from tierline.tiering.models import Scheme
from tierline.tiering.versions import digest_of


@dataclass(frozen=True)
class Standing:
    """A scheme as it stands: what its result rests on, as a digest, and its title."""

    digest: str
    title: Text


def standing() -> dict[str, Standing]:
    """Return every scheme that the tenant has now, by id."""
    defined = definitions()
    found = {}
    for scheme in tiering_schemes():
        names = [name for name in read_scheme(scheme).metrics() if name in defined]
        used = resting_under(defined, names)
        parts = [digest_of(scheme), *(f"{name}={used[name].digest}" for name in sorted(used))]
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        found[scheme.id] = Standing(digest, scheme.title)
    return found


def affected(
    before: Mapping[str, Standing], after: Mapping[str, Standing], *, in_use: bool = False
) -> list[str]:
    """Return the ids of the schemes that are new or rest on something else than before.

    Those that were run before only, where `in_use` is asked for.
    """
    changed = sorted(
        id for id, each in after.items() if id not in before or before[id].digest != each.digest
    )
    return [id for id in changed if id in schemes_in_use()] if in_use else changed


def schemes_in_use() -> dict[str, Scheme]:
    """Return the schemes that have been run and recorded, by id."""
    rows = db.session.scalars(select(Scheme).where(Scheme.last_as_of.is_not(None)))
    return {row.scheme_id: row for row in rows}

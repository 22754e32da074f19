"""Effective releases: a pinned release with the tenant's changes carried out.

Known by the digest of the changed document, so that everything that asks a release works with one
that a tenant has changed as well. The latest are kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable

from tierline.errors import Invalid
from tierline.marking import N_
from tierline.packs.checking import normalise
from tierline.packs.differences import Operation, apply
from tierline.packs.problems import Problem
from tierline.packs.releases import Release, release_of

KEPT = 512

_kept: OrderedDict[str, Release] = OrderedDict()
_lock = threading.Lock()


class ChangesInvalid(Invalid):
    """A plugin's document must stay valid with the tenant's changes; every problem is named."""

    code = "changes_invalid"
    title = N_("The changes do not fit together")

    def __init__(self, problems: Iterable[Problem]) -> None:
        fields: dict[str, list[str]] = {}
        for problem in problems:
            address = problem.file.removesuffix(".yaml") + (
                f": {problem.path}" * bool(problem.path)
            )
            fields.setdefault(address, []).append(problem.what)
        first = "; ".join(f"{address}: {whats[0]}" for address, whats in list(fields.items())[:3])
        super().__init__(first, fields=fields)


def effective_release(release: Release, operations: Iterable[Operation]) -> Release:
    """Return the release with the operations carried out; itself where there are none.

    Raises AddressInvalid and ChangesInvalid.
    """
    operations = list(operations)
    if not operations:
        return release
    document, problems = normalise(apply(release.document, operations))
    if problems:
        raise ChangesInvalid(problems)
    return keep(release_of(document))


def keep(release: Release) -> Release:
    """Keep an effective release for the next who asks; return it."""
    with _lock:
        _kept[release.digest] = release
        _kept.move_to_end(release.digest)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return release


def find_kept(digest: str) -> Release | None:
    """Return an effective release that is kept, or None."""
    return _kept.get(digest)

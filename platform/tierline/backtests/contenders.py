"""The schemes of a backtest: in force, an older version, or as a draft would have it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from tierline.configuration.changes import drafted_document
from tierline.errors import Invalid, NotFound
from tierline.packs.contributions import TieringScheme
from tierline.packs.records import schemes
from tierline.plugins.queries import get_scheme
from tierline.tiering.queries import find_scheme
from tierline.tiering.versions import document_of, get_version, read_version

DRAFT = "draft"


@dataclass(frozen=True)
class Contender:
    """A scheme as it takes part: its id, which of its rules, and the whole document.

    `which` is "" for the rule in force, a version's number, or "draft" with a revision's.
    """

    scheme_id: str
    which: str
    scheme: TieringScheme

    def to_document(self) -> dict[str, Any]:
        """Return the contender as it is kept."""
        document = document_of(self.scheme)
        return {"scheme": self.scheme_id, "which": self.which, "document": document}


def read_contender(kept: Mapping[str, Any]) -> Contender:
    """Return the contender that `to_document` wrote."""
    scheme = read_version(kept["scheme"], kept["document"])
    return Contender(kept["scheme"], kept["which"], scheme)


def find_contender(named: str) -> Contender:
    """Return the contender of a name: `ID`, `ID@VERSION` or `ID@draftNUMBER`.

    Raises NotFound, and Invalid for what is no such name.
    """
    scheme_id, _at, which = named.partition("@")
    if which.startswith(DRAFT):
        return Contender(scheme_id, which, _drafted(scheme_id, _number(which.removeprefix(DRAFT))))
    if which:
        record = find_scheme(scheme_id)
        if record is None:
            raise NotFound(_("The scheme %(scheme)s was not run yet.", scheme=scheme_id))
        return Contender(scheme_id, which, get_version(record, _number(which)))
    return Contender(scheme_id, "", get_scheme(scheme_id))


def _number(given: str) -> int:
    if not given.isdigit():
        what = _("is not a number of a version or a draft")
        raise Invalid(
            _("“%(given)s” %(problem)s.", given=given, problem=what), fields={"version": [what]}
        )
    return int(given)


def _drafted(scheme_id: str, number: int) -> TieringScheme:
    """Return a scheme as a draft would have it; nothing is written."""
    plugin, _colon, name = scheme_id.partition(":")
    get_scheme(scheme_id)
    document = drafted_document(number, plugin)
    found = (scheme for scheme in schemes(document) if scheme.id == scheme_id)
    scheme = next(found, None)
    if scheme is None:
        message = _(
            "Draft %(number)s leaves out the scheme %(scheme)s.", number=number, scheme=name
        )
        raise NotFound(message)
    return scheme


def check_fit(contenders: Iterable[Contender]) -> None:
    """Raise Invalid where contenders sort different stakeholder groups."""
    groups = {contender.scheme.group for contender in contenders}
    if len(groups) > 1:
        what = _("sorts another stakeholder group")
        raise Invalid(_("Both schemes must sort the same accounts."), fields={"against": [what]})

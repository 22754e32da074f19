"""Kinds, channels and reasons in words."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString, lazy_pgettext
from flask_babel import lazy_gettext as _l

KINDS: Mapping[str, LazyString] = {
    "relationship": _l("Survey of the relationship"),
    "transactional": _l("Survey of a transaction"),
    "marketing": _l("Marketing"),
    "visit": _l("Visit"),
    "service": _l("Notice of service"),
}
CHANNELS: Mapping[str, LazyString] = {
    "mail": _l("E-mail"),
    "telephone": _l("Telephone"),
    "message": _l("Message"),
    "on_site": _l("On site"),
}
STATES: Mapping[str, LazyString] = {
    "reserved": lazy_pgettext("contact", "reserved"),
    "made": lazy_pgettext("contact", "made"),
    "released": lazy_pgettext("contact", "released"),
}
REASONS: Mapping[str, LazyString] = {
    "stopped": _l("Is on the do-not-contact list"),
    "quarantine": _l("Was contacted, or will be, too near in time"),
    "account_limit": _l("The account has had its contacts of this quarter"),
    "closed": _l("Quiet hours, or no working day"),
}

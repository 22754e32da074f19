"""Audit entries in words: what was done, to what kind of record, by whom.

The chain keeps keys, which never change; here is what they are called on the screen. An action
that is not named here is shown by its key.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

ACTIONS: Mapping[str, LazyString] = {
    "accounts.add_contact": _l("Contact added"),
    "accounts.archive": _l("Account archived"),
    "accounts.create": _l("Account added"),
    "accounts.note": _l("Note written"),
    "accounts.remove_contact": _l("Contact removed"),
    "accounts.restore": _l("Account restored"),
    "accounts.update": _l("Account changed"),
    "accounts.update_contact": _l("Contact changed"),
    "contacting.end_stop": _l("Contact taken off the do-not-contact list"),
    "contacting.grant": _l("Exception from contact limits granted"),
    "contacting.note": _l("Contact recorded"),
    "contacting.release": _l("Reserved contacts released"),
    "contacting.reserve": _l("Contacts reserved"),
    "contacting.rules": _l("Contact limits set"),
    "contacting.stop": _l("Contact put on the do-not-contact list"),
    "identity.create_user": _l("User created"),
    "identity.end_sessions": _l("Other sessions ended"),
    "identity.password_change": _l("Password changed"),
    "identity.password_reset": _l("Password set anew"),
    "identity.password_reset_requested": _l("Link for a new password asked for"),
    "identity.set_active": _l("User switched on or off"),
    "identity.sign_in": _l("Signed in"),
    "identity.sign_in_failed": _l("Sign-in failed"),
    "identity.sign_out": _l("Signed out"),
    "identity.update_me": _l("Own settings changed"),
    "imports.create": _l("File uploaded"),
    "imports.delete_mapping": _l("Mapping deleted"),
    "imports.format": _l("File's format changed"),
    "imports.map": _l("Columns mapped"),
    "imports.run": _l("Import started"),
    "imports.save_mapping": _l("Mapping saved"),
    "jobs.cancel": _l("Job cancelled"),
    "jobs.finish": _l("Job done"),
    "jobs.retry": _l("Job run again"),
    "jobs.start": _l("Job started"),
    "people.change_role": _l("Role changed"),
    "people.deactivate": _l("Membership ended"),
    "people.invite": _l("Member invited"),
    "backtests.run": _l("Backtest started"),
    "configuration.approve": _l("Change approved"),
    "configuration.discard": _l("Draft discarded"),
    "configuration.draft": _l("Change drafted"),
    "configuration.reject": _l("Change rejected"),
    "configuration.return": _l("Change not carried out on its day"),
    "configuration.schedule": _l("Change scheduled"),
    "configuration.settle": _l("Second person for changes switched on or off"),
    "configuration.submit": _l("Change submitted"),
    "plugins.change": _l("Plugin changed for the company"),
    "plugins.disable": _l("Plugin disabled"),
    "plugins.distrust": _l("Publisher trusted no longer"),
    "plugins.enable": _l("Plugin enabled"),
    "plugins.export": _l("Data of a plugin exported"),
    "plugins.install": _l("Plugin installed"),
    "plugins.purge": _l("Plugin purged"),
    "plugins.restore": _l("Plugin offered again"),
    "plugins.retire": _l("Plugin retired"),
    "plugins.trust": _l("Publisher trusted"),
    "plugins.resume": _l("Plugin resumed"),
    "plugins.suspend": _l("Plugin suspended"),
    "plugins.upgrade": _l("Plugin upgraded"),
    "tenants.create": _l("Company created"),
    "tenants.update": _l("Company changed"),
    "tiering.override_approve": _l("Tier by hand approved"),
    "tiering.override_ask": _l("Tier by hand asked for"),
    "tiering.override_reject": _l("Tier by hand rejected"),
    "tiering.override_withdraw": _l("Tier by hand withdrawn"),
    "tiering.proposals_accept": _l("Proposed tiers accepted"),
    "tiering.proposals_reject": _l("Proposed tiers rejected"),
    "tiering.run": _l("Tiering run"),
    "tokens.create": _l("Token made"),
    "tokens.revoke": _l("Token revoked"),
}
RECORDS: Mapping[str, LazyString] = {
    "account": _l("Account"),
    "api_token": _l("Token"),
    "app_user": _l("User"),
    "configuration_revision": _l("Revision"),
    "contact": _l("Contact"),
    "contact_exception": _l("Exception from contact limits"),
    "contact_made": _l("Contact made"),
    "contact_rules": _l("Contact limits"),
    "contact_stop": _l("Do-not-contact entry"),
    "import_mapping": _l("Mapping"),
    "import_run": _l("Import"),
    "job": _l("Job"),
    "membership": _l("Membership"),
    "plugin_enablement": _l("Plugin"),
    "plugin_installation": _l("Plugin"),
    "publisher_key": _l("Publisher's key"),
    "tenant": _l("Company"),
    "tier_override": _l("Tier by hand"),
    "tiering_backtest": _l("Backtest"),
    "tiering_run": _l("Tiering run"),
}
ACTORS: Mapping[str, LazyString] = {
    "anonymous": _l("Not signed in"),
    "failure guard": _l("Failure guard"),
    "command line": _l("command line"),
    "platform": _l("Platform"),
}


_added: dict[str, LazyString] = {}


def name_actions(actions: Mapping[str, LazyString]) -> None:
    """Say what an extension's actions and kinds of record are called, by key."""
    _added.update(actions)


def action_name(key: str) -> str:
    """Return what an action is called, in the reader's language; its key where it has no name."""
    return str(ACTIONS.get(key) or _added.get(key, key))


def record_name(key: str | None) -> str:
    """Return what a kind of record is called; "–" for none, its key where it has no name."""
    return str(RECORDS.get(key) or _added.get(key, key)) if key else "–"


def actor_name(name: str) -> str:
    """Return who acted: a person's name as it is, the platform's own subjects by their names."""
    return str(ACTORS.get(name, name))

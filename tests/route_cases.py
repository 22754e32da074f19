"""One case for every route: how a caller who may use it does so, and what comes back.

A route without a case fails the build (test_isolation.py names it). The key is the method and the
endpoint. Values of path arguments are made by `route_world.MAKERS`, under the argument's name
unless `arguments` names another maker; a value in `fixed` is used as it stands.
"""

from __future__ import annotations

import datetime
import io
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from conftest import working_in
from people import soon
from route_world import ORDERS, World, mapping_of
from tierline.access.permissions import Role
from tierline.schemes import editing

Body = Mapping[str, Any] | Callable[[World], Mapping[str, Any]]


@dataclass(frozen=True)
class Case:
    """How a route is used by who may, and the statuses that are right then."""

    arguments: Mapping[str, str] = field(default_factory=dict)  # path argument → maker
    fixed: Mapping[str, str] = field(default_factory=dict)  # path argument → value
    form: Body | None = None
    json: Body | None = None
    headers: Callable[[World], Mapping[str, str]] | None = None
    role: Role | None = None  # who may, where the least role with the permission may not
    expects: tuple[int, ...] = (200, 201, 202, 204, 302, 303)
    audited: bool = True  # an unsafe route leaves an entry in the audit chain


def new_email(world: World) -> str:
    """Return an e-mail that nobody has yet."""
    return f"{uuid.uuid4().hex}@example.com"


def on_the_first(world: World) -> Mapping[str, str]:
    """Return the header that bases a change on a record's first version."""
    return {"If-Match": '"1"'}


def orders() -> tuple[io.BytesIO, str]:
    """Return a small file to import."""
    return io.BytesIO(ORDERS), "orders.csv"


def two_groups(world: World) -> Mapping[str, Any]:
    """Return groups for an account: one more than it is in, of a plugin enabled for it."""
    world.make("enabled_plugin")
    return {"items": [{"key": "customer"}, {"key": "supplier"}]}


def another_text(world: World) -> Mapping[str, Any]:
    """Return a field's text with another title, and a reason."""
    text = (
        "record: account\ntype: money\ntitle: {en: Spend, zh_CN: 支出}\n"
        "groups: [supplier]\nsummary: {en: In a year, zh_CN: 一年内}\n"
    )
    return {"text": text, "reason": "We call it so"}


def steeper(world: World) -> Mapping[str, Any]:
    """Return the document of a scheme with other cuts, and a reason."""
    with working_in(world.app, world.company):
        document = editing.opened("essentials:abc_sales")
    document["rule"]["cuts"][0]["until"] = 60
    return {"document": document, "reason": "Steeper"}


def steeper_form(world: World) -> Mapping[str, Any]:
    """Return the form of a scheme with other cuts entered."""
    document = steeper(world)["document"]
    with world.app.app_context():
        signed = editing.signed("essentials:abc_sales", document)
    return {"document": signed, "rule.cuts[0].until": "60", "act": "save", "reason": "Steeper"}


def a_share(world: World) -> Mapping[str, Any]:
    """Return the form of a metric of the company's own, and a reason."""
    title = f"Share {uuid.uuid4().hex[:6]}"
    shown = {"of": "essentials:sales_12m", "better": "neutral"}
    return {"title_en": title, **shown, "act": "save", "reason": "a test"}


def an_example(world: World) -> Mapping[str, Any]:
    """Return the form of an example of a scheme, and a reason."""
    return {"name": f"Example {uuid.uuid4().hex[:6]}", "tier": "", "reason": "a test"}


def a_commitment(world: World) -> Mapping[str, Any]:
    """Return a commitment to a regulator of the company."""
    return {
        "account_id": world.make("regulator"),
        "title": "A report",
        "due_on": soon().date().isoformat(),
    }


LIMITS = {
    "relationship_days": "180",
    "transactional_days": "90",
    "any_days": "20",
    "account_least": "3",
    "account_percent": "20",
    "country": "CN",
    "quiet_from": "21:00",
    "quiet_to": "09:00",
    "working_days": "1",
}


def contacted(**more: str) -> Callable[[World], Mapping[str, Any]]:
    """Return what is sent of a contact that happened, or is never to happen again."""
    if "kind" in more:
        more["purpose"] = "Annual visit"
    return lambda world: {"contact_id": world.make("contact_id"), **more}


def asked_for(**more: str) -> Callable[[World], Mapping[str, Any]]:
    """Return a question of the contact governor, on a Tuesday noon."""
    question = {"kind": "marketing", "at": "2026-11-24T12:00:00+08:00", **more}
    return lambda world: {"contact_ids": [world.make("contact_id")], **question}


def released(world: World) -> Mapping[str, Any]:
    """Return what gives back what was reserved for a contact."""
    contact = world.make("contact_id")
    return {"contact_ids": [contact], "kind": "marketing", "purpose": "Spring"}


def excepted(world: World) -> Mapping[str, Any]:
    """Return an exception for a contact, for a week."""
    ends_on = datetime.date.today() + datetime.timedelta(days=7)
    given = {"kind": "marketing", "reason": "Recall", "ends_on": ends_on.isoformat()}
    return {"contact_id": world.make("contact_id"), **given}


READ = Case()
HAND = {"tier": "a", "reason": "A test", "ends_on": str(soon().date())}
HAND_ID = {"override_id": "open_override_id"}
ONCE_RUN = {"scheme_id": "run_scheme_id"}
DISABLED = Case(arguments={"plugin": "disabled_plugin"})
CLOSED = Case(
    arguments={"commitment_id": "closed_commitment_id"},
    form={"reason": "The letter was the wrong one"},
)
MANAGED = Case(role=Role.MANAGER)  # of transactions; a member imports accounts only
ARCHIVED = Case(arguments={"account_id": "archived_account_id"})
FAILED_ROWS = Case(arguments={"import_id": "failed_import_id"})
AS_OWNER = Case(role=Role.OWNER)
RETRY = Case(arguments={"job_id": "failed_job_id"}, role=Role.OWNER)


ENABLED = Case(arguments={"plugin": "enabled_plugin"})
OLDER = Case(arguments={"plugin": "older_plugin"})
CHANGED = Case(arguments={"plugin": "changed_plugin"})
DRAFT = Case(arguments={"number": "draft"})
SUBMITTED = Case(arguments={"number": "submitted"})
PUBLISHED = Case(arguments={"number": "published"})
ITEM = Case(
    arguments={"plugin": "enabled_plugin"}, fixed={"folder": "fields", "name": "annual_spend"}
)
ANOTHER_TITLE = {
    "operations": [
        {"address": "fields/annual_spend#/title", "value": {"en": "Spend", "zh_CN": "支出"}}
    ],
    "reason": "We call it so",
}

FORMAT = {"encoding": "utf-8", "delimiter": "comma", "header": "1"}

MAPPED = {
    "field_number": "column:Number",
    "field_account": "column:Customer",
    "field_date": "column:Date",
    "field_amount": "column:Amount",
    "decimal": "point",
}

CASES: dict[str, Case] = {
    # The frame
    "GET static": Case(fixed={"filename": "dist/manifest.json"}, expects=(200, 404)),
    "GET health.healthz": READ,
    "GET health.readyz": READ,
    "GET preferences.start": READ,
    "GET preferences.choose_language": Case(fixed={"code": "en"}),
    "GET preferences.choose_theme": Case(fixed={"code": "dark"}),
    "GET reference.show_reference": READ,
    "GET api-docs.openapi_json": READ,
    # Signing in
    "GET security.login": READ,
    "POST security.login": Case(form={"email": "nobody@example.com", "password": "x"}),
    "POST security.logout": AS_OWNER,
    "GET security.forgot_password": READ,
    "POST security.forgot_password": Case(form={"email": "nobody@example.com"}, audited=False),
    "GET security.reset_password": Case(arguments={"token": "reset_token"}),
    "POST security.reset_password": Case(
        arguments={"token": "reset_token"},
        form={"password": "seven quiet hills", "password_confirm": "seven quiet hills"},
    ),
    "GET security.change_password": READ,
    "POST security.change_password": Case(form={"password": "wrong"}, audited=False),
    "GET identity.switch": READ,
    "GET identity.me": READ,
    "POST identity.save_me": Case(form={"name": "Li", "locale": "en"}),
    "POST identity.end_sessions": READ,
    # People and tokens
    "GET people.list_people": READ,
    "POST people.invite": Case(form=lambda world: {"email": new_email(world), "role": "viewer"}),
    "GET people.show_member": READ,
    "POST people.change": Case(form={"role": "member"}),
    "POST people.deactivate": READ,
    "GET tokens.list_tokens": READ,
    "POST tokens.create": Case(
        form={"name": "Shop", "scopes": "*.read", "expires_on": soon().date().isoformat()}
    ),
    "POST tokens.revoke": READ,
    "GET api_people.me": READ,
    "GET api_people.list_members": READ,
    "POST api_people.invite_member": Case(
        json=lambda world: {"email": new_email(world), "role": "viewer"}
    ),
    "GET api_people.show_member": READ,
    "PATCH api_people.change_member": Case(json={"role": "member"}),
    "DELETE api_people.deactivate_member": READ,
    "GET api_people.list_tokens": READ,
    "POST api_people.create_token": Case(
        json={"name": "Shop", "scopes": ["*.read"], "expires_at": soon().isoformat()}
    ),
    "GET api_people.show_token": READ,
    "DELETE api_people.revoke_token": READ,
    # Accounts and contacts
    "GET accounts.list_accounts": READ,
    "GET accounts.new_account": READ,
    "POST accounts.create_account": Case(form={"name": "Lakeview", "groups": "customer"}),
    "GET accounts.show_account": READ,
    "GET accounts.edit_account": READ,
    "POST accounts.update_account": Case(form={"name": "Lakeside", "groups": "customer"}),
    "POST accounts.archive_account": READ,
    "POST accounts.restore_account": ARCHIVED,
    "POST accounts.add_note": Case(form={"text": "Called them."}),
    "GET accounts.new_contact": READ,
    "POST accounts.add_contact": Case(form={"name": "Chen Jie"}),
    "GET accounts.edit_contact": READ,
    "POST accounts.update_contact": Case(form={"name": "Chen Jing"}),
    "POST accounts.remove_contact": READ,
    "GET api_accounts.list_accounts": READ,
    "POST api_accounts.create_account": Case(json={"name": "Lakeview"}),
    "GET api_accounts.show_account": READ,
    "PATCH api_accounts.change_account": Case(json={"name": "Lakeside"}, headers=on_the_first),
    "DELETE api_accounts.archive_account": Case(headers=on_the_first),
    "POST api_accounts.restore_account": ARCHIVED,
    "GET api_accounts.show_groups": READ,
    "PUT api_accounts.set_groups": Case(json=two_groups, headers=on_the_first),
    "GET api_accounts.list_contacts": READ,
    "POST api_accounts.add_contact": Case(json={"name": "Chen Jie"}),
    "GET api_accounts.show_contact": READ,
    "PATCH api_accounts.change_contact": Case(json={"name": "Chen Jing"}, headers=on_the_first),
    "DELETE api_accounts.remove_contact": Case(headers=on_the_first),
    "GET api_accounts.list_timeline": READ,
    "POST api_accounts.add_note": Case(json={"text": "Called them."}),
    # Imports
    "GET imports.list_imports": READ,
    "GET imports.new_import": READ,
    "POST imports.create_import": Case(
        form=lambda world: {"record_type": "transactions", "file": orders()},
        role=Role.MANAGER,
    ),
    "GET imports.show_import": READ,
    "GET imports.show_progress": READ,
    "POST imports.read_anew": Case(
        form={"encoding": "utf-8", "delimiter": "comma", "header": "1"}, role=Role.MANAGER
    ),
    "POST imports.map_columns": Case(form=MAPPED, role=Role.MANAGER),
    "POST imports.use_mapping": Case(
        form=lambda world: {"mapping": world.make("name")}, role=Role.MANAGER
    ),
    "POST imports.treat_findings": MANAGED,
    "POST imports.run_import": MANAGED,
    "GET imports.download_failed_rows": FAILED_ROWS,
    "POST imports.delete_mapping": READ,
    "GET api_imports.list_imports": READ,
    "POST api_imports.create_import": Case(
        form=lambda world: {"record_type": "transactions", "file": orders()},
        role=Role.MANAGER,
    ),
    "GET api_imports.show_import": READ,
    "PUT api_imports.map_import": Case(
        json=lambda world: {"name": world.make("name")}, role=Role.MANAGER
    ),
    "POST api_imports.check_import": MANAGED,
    "POST api_imports.run_import": MANAGED,
    "GET api_imports.download_failed_rows": FAILED_ROWS,
    "GET api_imports.list_mappings": READ,
    "PUT api_imports.save_mapping": Case(
        fixed={"name": "mine"},
        json=lambda world: {"record_type": "transactions", "document": mapping_of(world)},
    ),
    "DELETE api_imports.delete_mapping": READ,
    # Metrics and tiers
    "GET metrics.list_metrics": READ,
    "GET api_metrics.list_metrics": READ,
    "GET api_metrics.list_account_metrics": READ,
    "GET tiering.list_schemes": READ,
    "GET tiering.show_scheme": READ,
    "POST tiering.run_scheme": READ,
    "GET tiering.explain_tier": READ,
    "POST tiering.ask_override": Case(form=HAND | {"scheme": "essentials:abc_sales"}),
    "GET tiering.show_decisions": READ,
    "POST tiering.approve_override": Case(HAND_ID),
    "POST tiering.reject_override": Case(HAND_ID, form={"note": "No"}),
    "POST tiering.withdraw_override": Case(HAND_ID, role=Role.MANAGER),
    "POST tiering.decide_proposals": Case(ONCE_RUN, form={"act": "accept", "which": "all"}),
    "GET api_tiering.list_overrides": READ,
    "POST api_tiering.ask_override": Case(json=HAND),
    "POST api_tiering.approve_override": Case(HAND_ID),
    "POST api_tiering.reject_override": Case(HAND_ID, json={"note": "No"}),
    "POST api_tiering.withdraw_override": Case(HAND_ID, json={}, role=Role.MANAGER),
    "GET api_tiering.list_proposals": READ,
    "POST api_tiering.accept_proposals": Case(ONCE_RUN, json={}),
    "POST api_tiering.reject_proposals": Case(ONCE_RUN, json={"note": "No"}),
    "GET tiering.show_structure": Case(ONCE_RUN),
    "GET tiering.compare_accounts": READ,
    "GET tiering.cross_schemes": Case(ONCE_RUN | {"other_id": "run_scheme_id"}),
    "GET tiering.export_tiers": Case(ONCE_RUN),
    "GET api_tiering.show_structure": Case(ONCE_RUN),
    "GET api_tiering.cross_schemes": Case(ONCE_RUN | {"other_id": "run_scheme_id"}),
    "GET api_tiering.export_tiers": Case(ONCE_RUN),
    "GET metrics.show_metric": Case(fixed={"metric_id": "essentials:growth_12m"}),
    "GET api_metrics.show_metric": Case(fixed={"metric_id": "essentials:growth_12m"}),
    "GET contacting.show_limits": READ,
    "POST contacting.set_limits": Case(form=LIMITS),
    "POST contacting.end_stop": Case(),
    "GET contacting.show_account": READ,
    "POST contacting.note_contact": Case(form=contacted(kind="visit", channel="on_site")),
    "POST contacting.stop": Case(form=contacted(reason="Asked us")),
    "POST contacting.grant": Case(form=excepted),
    "GET api_contacting.show_rules": READ,
    "PATCH api_contacting.set_rules": Case(json={"any_days": 20, "quiet_from": "20:00"}),
    "POST api_contacting.decide": Case(json=asked_for(), audited=False),
    "POST api_contacting.reserve": Case(json=asked_for(channel="mail", purpose="Spring")),
    "POST api_contacting.release": Case(json=released, audited=False),
    "GET api_contacting.list_contacts": READ,
    "POST api_contacting.note_contact": Case(json=contacted(kind="visit", channel="on_site")),
    "GET api_contacting.list_stops": READ,
    "POST api_contacting.add_stop": Case(json=contacted(reason="Asked us")),
    "POST api_contacting.end_stop": Case(),
    "GET api_contacting.list_exceptions": READ,
    "POST api_contacting.grant": Case(json=excepted),
    "GET risk.show_overview": READ,
    "GET risk.show_model": Case(fixed={"model_id": "essentials:churn"}),
    "GET risk.explain_risk": READ,
    "GET api_risk.list_models": READ,
    "GET api_risk.list_accounts": Case(fixed={"model_id": "essentials:churn"}),
    "GET api_risk.explain_risk": READ,
    "GET backtests.list_backtests": READ,
    "POST backtests.start_backtest": Case(form={"scheme": "essentials:abc_sales", "months": "3"}),
    "GET backtests.show_backtest": READ,
    "GET backtests.export_backtest": READ,
    "GET api_backtests.list_backtests": READ,
    "POST api_backtests.start_backtest": Case(json={"scheme": "essentials:abc_sales"}),
    "GET api_backtests.show_backtest": READ,
    "GET api_tiering.list_schemes": READ,
    "GET api_tiering.show_scheme": READ,
    "GET api_tiering.list_runs": READ,
    "POST api_tiering.run_scheme": Case(json={}),
    "GET api_tiering.show_run": READ,
    "GET api_tiering.list_account_tiers": READ,
    "GET api_tiering.explain_tier": READ,
    # Home, audit, jobs
    "GET home.show_home": READ,
    "GET audit.list_entries": READ,
    "GET audit.verify": READ,
    "GET api_audit.list_entries": READ,
    "GET api_audit.verify": READ,
    "GET jobs.list_jobs": READ,
    "GET jobs.show_job": READ,
    "POST jobs.cancel_job": AS_OWNER,
    "POST jobs.retry_job": RETRY,
    "GET api_jobs.list_jobs": READ,
    "GET api_jobs.show_job": READ,
    "POST api_jobs.cancel_job": AS_OWNER,
    "POST api_jobs.retry_job": RETRY,
    # Plugins
    "GET admin_plugins.list_installed": READ,
    "POST admin_plugins.install": Case(form=lambda world: {"file": world.pack_file()}),
    "POST admin_plugins.retire": Case(arguments={"plugin": "installed_plugin"}),
    "POST admin_plugins.restore": Case(arguments={"plugin": "retired_plugin"}),
    "GET api_platform_plugins.list_plugins": READ,
    "GET api_platform_plugins.list_processes": READ,
    "POST api_platform_plugins.install_plugin": Case(
        form=lambda world: {"file": world.pack_file()}
    ),
    "POST api_platform_plugins.retire_plugin": Case(arguments={"plugin": "installed_plugin"}),
    "POST api_platform_plugins.restore_plugin": Case(arguments={"plugin": "retired_plugin"}),
    "GET plugins.list_plugins": READ,
    "GET plugins.new_installation": READ,
    "POST plugins.install_plugin": Case(form=lambda world: {"file": world.pack_file()}),
    "POST api_plugins.install_plugin": Case(form=lambda world: {"file": world.pack_file()}),
    "GET plugins.show_plugin": READ,
    "POST plugins.resume_plugin": Case(arguments={"plugin": "suspended_plugin"}),
    "GET api_plugins.list_plugins": READ,
    "GET api_plugins.show_plugin": READ,
    "POST api_plugins.resume_plugin": Case(arguments={"plugin": "suspended_plugin"}),
    # The configuration
    "GET own_metrics.choose_kind": READ,
    "GET own_metrics.new_metric": Case(fixed={"kind": "aggregate"}),
    "POST own_metrics.make_metric": Case(fixed={"kind": "share"}, form=a_share),
    "GET own_metrics.edit_metric": Case(arguments={"metric_id": "own_metric"}),
    "POST own_metrics.change_metric": Case(arguments={"metric_id": "own_metric"}, form=a_share),
    "GET schemes.new_scheme": READ,
    "POST schemes.begin_scheme": Case(form={"title_en": "Ours", "kind": "abc"}, audited=False),
    "GET schemes.list_examples": Case(arguments={"scheme_id": "own_scheme"}),
    "POST schemes.change_examples": Case(arguments={"scheme_id": "own_scheme"}, form=an_example),
    "GET schemes.show_history": READ,
    "GET schemes.edit_scheme": READ,
    "POST schemes.change_scheme": Case(form=steeper_form),
    "POST api_schemes.change_scheme": Case(json=steeper),
    "POST schemes.restore_version": Case(arguments={"version": "older_version"}),
    "GET api_schemes.list_versions": READ,
    "POST api_schemes.restore_version": Case(
        arguments={"version": "older_version"}, json={"reason": "a test"}
    ),
    "GET configuration.list_revisions": READ,
    "GET configuration.show_revision": DRAFT,
    "POST configuration.plan_revision": Case(arguments={"number": "draft"}, audited=False),
    "POST configuration.settle_approval": Case(form={"second_person": "1"}),
    "POST configuration.submit_revision": DRAFT,
    "POST configuration.approve_revision": SUBMITTED,
    "POST configuration.reject_revision": replace(SUBMITTED, form={"reason": "a test"}),
    "POST configuration.schedule_revision": replace(DRAFT, form={"on": soon().date().isoformat()}),
    "POST configuration.publish_revision": DRAFT,
    "POST configuration.discard_revision": DRAFT,
    "POST configuration.undo_revision": PUBLISHED,
    "POST configuration.enable_plugin": READ,
    "POST configuration.disable_plugin": ENABLED,
    "GET configuration.show_upgrade": OLDER,
    "POST configuration.upgrade_plugin": OLDER,
    "GET configuration.list_changes": CHANGED,
    "POST configuration.reset_plugin": CHANGED,
    "GET configuration.edit_item": ITEM,
    "GET api_configuration.list_uses": ITEM,
    "POST configuration.change_item": replace(ITEM, form=another_text),
    "POST configuration.hide_item": replace(
        ITEM, fixed={"folder": "tiering", "name": "kraljic"}, form={"reason": "We do not use it"}
    ),
    "GET api_configuration.list_revisions": READ,
    "GET api_configuration.show_revision": DRAFT,
    "POST api_configuration.plan_revision": replace(DRAFT, audited=False),
    "POST api_configuration.submit_revision": DRAFT,
    "POST api_configuration.approve_revision": SUBMITTED,
    "POST api_configuration.reject_revision": replace(SUBMITTED, json={"reason": "a test"}),
    "PUT api_configuration.settle_approval": Case(json={"second_person": True}),
    "POST api_configuration.publish_revision": replace(DRAFT, json={}),
    "POST api_configuration.discard_revision": DRAFT,
    "POST api_configuration.undo_revision": replace(PUBLISHED, json={"reason": "a test"}),
    "POST api_configuration.enable_plugin": READ,
    "POST api_configuration.disable_plugin": ENABLED,
    "GET api_configuration.show_upgrade": OLDER,
    "POST api_configuration.upgrade_plugin": replace(OLDER, json={}),
    "GET api_configuration.list_changes": CHANGED,
    "POST api_configuration.change_plugin": replace(ENABLED, json=ANOTHER_TITLE),
    "POST api_configuration.reset_plugin": replace(CHANGED, json={}),
    # Transactions
    "GET ledger.list_transactions": READ,
    "GET ledger.show_transaction": READ,
    "GET api_ledger.list_transactions": READ,
    "GET api_ledger.show_transaction": READ,
    # Purging a disabled plugin
    "GET plugins.show_purge": DISABLED,
    "POST plugins.export_plugin": DISABLED,
    "POST plugins.purge_plugin": Case(
        arguments={"plugin": "disabled_plugin"}, form={"confirm": "saas"}
    ),
    "GET api_plugins.show_held": DISABLED,
    "POST api_plugins.export_plugin": DISABLED,
    "POST api_plugins.purge_plugin": Case(
        arguments={"plugin": "disabled_plugin"}, json={"confirm": "saas"}
    ),
    # The register of commitments, of the extension `regulators`
    "GET x_regulators.list_commitments": READ,
    "GET x_regulators.new_commitment": READ,
    "POST x_regulators.add_commitment": Case(form=a_commitment),
    "GET x_regulators.show_commitment": READ,
    "GET x_regulators.edit_commitment": READ,
    "POST x_regulators.update_commitment": Case(form={"title": "A longer report"}),
    "POST x_regulators.close_commitment": Case(form={"outcome": "kept", "evidence": "A letter"}),
    "POST x_regulators.reopen_commitment": CLOSED,
    "GET api_x_regulators.list_commitments": READ,
    "POST api_x_regulators.add_commitment": Case(json=a_commitment),
    "GET api_x_regulators.show_commitment": READ,
    "PATCH api_x_regulators.change_commitment": Case(
        json={"title": "A longer report"}, headers=on_the_first
    ),
    "POST api_x_regulators.close_commitment": Case(
        json={"outcome": "waived", "reason": "They no longer ask for it"}, headers=on_the_first
    ),
    "POST api_x_regulators.reopen_commitment": Case(
        arguments={"commitment_id": "closed_commitment_id"},
        json={"reason": "The letter was the wrong one"},
        headers=lambda world: {"If-Match": '"2"'},
    ),
}

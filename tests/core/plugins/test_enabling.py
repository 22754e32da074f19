"""Enabling plugins per tenant: releases, requirements, refusals, suspension, isolation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from conftest import Company, working_in
from tierline.access.decision import Subject, acting_as
from tierline.access.permissions import Role
from tierline.audit.models import AuditEntry
from tierline.configuration import service
from tierline.db import db
from tierline.errors import Conflict, NotFound
from tierline.packs.risks import Threshold
from tierline.plugins import service as plugins
from tierline.plugins.models import PluginRelease
from tierline.plugins.queries import (
    catalogue,
    enabled_plugins,
    fields,
    get_entry,
    get_metric,
    get_playbook,
    get_risk_model,
    get_scheme,
    get_survey_template,
    metrics,
    playbooks,
    risk_models,
    stakeholder_groups,
    survey_templates,
    tiering_schemes,
)

pytestmark = pytest.mark.usefixtures("in_tenant")


def states() -> dict[str, str]:
    return {entry.id: entry.state for entry in catalogue()}


def test_a_new_tenant_has_the_default_plugins_and_no_others() -> None:
    assert set(enabled_plugins()) == {"essentials"}
    assert states()["manufacturing"] == "available"
    assert {metric.id.partition(":")[0] for metric in metrics()} == {"essentials"}


def test_enabling_brings_what_the_plugin_adds_and_disabling_hides_it() -> None:
    service.enable("manufacturing")
    assert get_scheme("manufacturing:weighted_score").kind == "score"
    assert "manufacturing__share_of_wallet" in {field.key for field in fields("account")}
    service.disable("manufacturing")
    assert states()["manufacturing"] == "disabled"
    with pytest.raises(NotFound, match='There is no tiering scheme "manufacturing:weighted_score"'):
        get_scheme("manufacturing:weighted_score")


def test_a_new_tenant_has_a_survey_a_risk_model_and_a_playbook() -> None:
    assert [each.id for each in survey_templates()] == ["essentials:customer"]
    assert [each.id for each in risk_models()] == ["essentials:churn"]
    assert [each.id for each in playbooks()] == ["essentials:follow_up"]
    assert get_survey_template("essentials:customer").items[3].scale == "n11"
    silence = get_risk_model("essentials:churn").indicators[0]
    assert silence.thresholds["mature"] == Threshold(yellow=2.5, red=4)
    days = [(each.id, each.every_days) for each in get_playbook("essentials:follow_up").cadences]
    assert days == [("key", 7), ("intending", 14), ("ordinary", 30)]
    for get in (get_survey_template, get_risk_model, get_playbook):
        with pytest.raises(NotFound, match='"essentials:nothing"'):
            get("essentials:nothing")


def test_what_supplements_another_plugin_shows_where_that_is_enabled() -> None:
    service.enable("manufacturing")
    assert set(enabled_plugins()) == {"essentials", "manufacturing"}
    assert "manufacturing:customer" in {each.id for each in survey_templates()}
    with pytest.raises(NotFound):
        get_survey_template("manufacturing:supplier")
    service.enable("suppliers")
    whole = get_survey_template("manufacturing:supplier")
    assert whole.group == "supplier"
    assert [item.id for item in whole.items][6:9] == ["su7", "su_man1", "su_man2"]
    service.disable("suppliers")
    assert "manufacturing:supplier" not in {each.id for each in survey_templates()}


def test_contributions_stand_in_order_of_weight_then_id() -> None:
    service.enable("saas")
    order = [(scheme.weight, scheme.id) for scheme in tiering_schemes()]
    assert order == sorted(order)
    assert len(order) == 7


def test_two_tenants_have_different_plugins(
    app: Flask, make_tenant: Callable[..., Company]
) -> None:
    here, there = make_tenant(), make_tenant()
    with working_in(app, here):
        service.enable("suppliers")
        db.session.commit()
    with working_in(app, there):
        service.enable("regulators")
        db.session.commit()
    with working_in(app, here):
        assert [group.key for group in stakeholder_groups()] == ["supplier"]
    with working_in(app, there):
        assert [group.key for group in stakeholder_groups()] == ["regulator"]


def test_enabling_twice_changes_nothing() -> None:
    assert service.enable("saas") is not None
    first = get_entry("saas").since
    assert service.enable("saas") is None
    assert get_entry("saas").since == first


def test_enabling_enables_what_is_required() -> None:
    service.disable("essentials")
    assert metrics() == ()
    service.enable("fmcg_channel")
    assert set(enabled_plugins()) == {"essentials", "fmcg_channel"}


def test_a_plugin_that_another_needs_is_not_disabled() -> None:
    service.enable("saas")
    assert get_entry("essentials").needed_by == ("saas",)
    with pytest.raises(Conflict, match='"essentials" can\'t be disabled: saas needs it'):
        service.disable("essentials")


def test_a_suspended_plugin_still_needs_what_it_requires() -> None:
    service.enable("saas")
    plugins.suspend("saas", "metrics: ValueError: no")
    with pytest.raises(Conflict):
        service.disable("essentials")


def test_an_unknown_plugin_gets_a_suggestion() -> None:
    with pytest.raises(NotFound, match='no plugin "manufacturng"; did you mean "manufacturing"'):
        service.enable("manufacturng")


def test_what_was_never_enabled_is_not_disabled() -> None:
    with pytest.raises(NotFound, match='"saas" was never enabled here'):
        service.disable("saas")


def test_suspending_hides_and_resuming_shows_again() -> None:
    service.enable("saas")
    plugins.suspend("saas", "metrics: ValueError: no")
    entry = get_entry("saas")
    assert (entry.state, entry.reason) == ("suspended", "metrics: ValueError: no")
    assert all(not metric.id.startswith("saas:") for metric in metrics())
    with pytest.raises(Conflict, match="resume it"):
        service.enable("saas")
    plugins.resume("saas")
    assert get_metric("saas:arr").unit == "money"
    with pytest.raises(Conflict, match="is not suspended"):
        plugins.resume("saas")


def test_every_act_is_in_the_audit_log() -> None:
    service.enable("saas")
    plugins.suspend("saas", "because")
    plugins.resume("saas")
    service.disable("saas")
    db.session.commit()
    acts = AuditEntry.action.startswith("plugins.")
    newest_first = select(AuditEntry).where(acts).order_by(AuditEntry.position.desc()).limit(4)
    entries = list(db.session.scalars(newest_first))
    actions = ["plugins.disable", "plugins.resume", "plugins.suspend", "plugins.enable"]
    assert [entry.action for entry in entries] == actions
    assert {entry.changes["plugin"] for entry in entries} == {"saas"}


def test_a_release_is_stored_once_and_read_back_whole(app: Flask) -> None:
    service.enable("saas")
    release = enabled_plugins()["saas"]
    stored = db.session.get(PluginRelease, release.digest)
    assert stored is not None
    assert stored.document["manifest"]["id"] == "saas"
    plugins.sync_releases(app)
    assert plugins.sync_releases(app) == 0


def test_an_unchanged_release_document_is_frozen() -> None:
    rule: Any = get_scheme("essentials:abc_sales").rule
    with pytest.raises(TypeError, match="can't be changed"):
        rule["cuts"] = []


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.VIEWER, False),
        (Role.MEMBER, False),
        (Role.MANAGER, False),
        (Role.CONSULTANT, True),
        (Role.ADMINISTRATOR, True),
        (Role.OWNER, True),
    ],
)
def test_who_may_enable_plugins(in_tenant: Company, role: Role, allowed: bool) -> None:
    subject = Subject("somebody", in_tenant.id, role)
    with acting_as(subject):
        assert subject.can("plugins.manage") is allowed

"""Changing a company's configuration: each change is one revision, and can be taken back."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text

from conftest import Company, working_in
from releases import pin_older
from tierline.configuration import changes, planning, service
from tierline.configuration.models import Revision
from tierline.configuration.queries import get_revision, revisions
from tierline.db import db
from tierline.errors import Conflict, Invalid, NotFound
from tierline.jobs.models import Schedule
from tierline.jobs.running import run_job
from tierline.jobs.service import enqueue
from tierline.packs.differences import AddressInvalid, Operation
from tierline.plugins.effective import ChangesInvalid
from tierline.plugins.queries import enabled_plugins, get_field, get_scheme, overrides, state_of

pytestmark = pytest.mark.usefixtures("in_tenant")

SCORE = "tiering/weighted_score"
CRITERIA = f"{SCORE}#/rule/criteria"
TITLE = {"en": "Our score", "zh_CN": "本公司评分"}


def weights(scheme: str = "manufacturing:weighted_score") -> dict[str, int]:
    return {each["id"]: each["weight"] for each in get_scheme(scheme).rule["criteria"]}


def other_weights(first: int = 30, second: int = 10) -> list[Operation]:
    """Return the change that gives the first two criteria these weights (25 and 15 by default)."""
    return [
        Operation(f"{CRITERIA}/[shipments]/weight", "set", first),
        Operation(f"{CRITERIA}/[gross_margin]/weight", "set", second),
    ]


def change(operations: list[Operation], reason: str = "Sales count more with us") -> Revision:
    revision = service.override("manufacturing", operations, reason=reason)
    assert revision is not None
    return revision


@pytest.fixture(autouse=True)
def _manufacturing(in_tenant: Company) -> None:
    service.enable("manufacturing")


def test_a_change_holds_for_this_company_only(
    app: Flask, make_tenant: Callable[..., Company]
) -> None:
    change(other_weights())
    assert weights()["shipments"] == 30
    other = make_tenant()
    with working_in(app, other):
        service.enable("manufacturing")
        assert weights()["shipments"] == 25


def test_a_change_keeps_who_made_it_and_why() -> None:
    change(other_weights())
    found = {each.address: each for each in overrides("manufacturing")}
    mine = found[f"{CRITERIA}/[shipments]/weight"]
    assert (mine.operation.kind, mine.operation.value) == ("set", 30)
    assert mine.reason == "Sales count more with us"
    assert mine.author


def test_weights_that_do_not_sum_to_a_hundred_are_refused_whole() -> None:
    with pytest.raises(ChangesInvalid, match="the weights sum to 105, not to 100"):
        change(other_weights(30, 15))
    assert weights()["shipments"] == 25
    assert overrides("manufacturing") == ()


def test_a_change_needs_a_reason() -> None:
    with pytest.raises(Invalid, match="Say why"):
        change(other_weights(), reason=" ")


def test_a_wrong_address_says_what_was_meant() -> None:
    wrong = Operation("tiering/weighted_scor#/title", "set", TITLE)
    with pytest.raises(AddressInvalid, match='did you mean "weighted_score"'):
        change([wrong])


def test_a_field_that_a_metric_reads_can_not_be_left_out() -> None:
    with pytest.raises(ChangesInvalid, match='there is no field "manufacturing:share_of_wallet"'):
        change([Operation("fields/share_of_wallet", "hide")])


def test_the_same_change_again_is_no_revision() -> None:
    change(other_weights())
    assert service.override("manufacturing", other_weights(), reason="again") is None


def test_undoing_brings_back_what_was_there() -> None:
    revision = change(other_weights())
    inverse = service.undo(revision.number)
    assert weights()["shipments"] == 25
    assert overrides("manufacturing") == ()
    assert (inverse.undoes, get_revision(revision.number).undone_by) == (
        revision.number,
        inverse.number,
    )
    with pytest.raises(Conflict, match="is not published"):
        service.undo(revision.number)


def test_undoing_keeps_what_was_changed_since() -> None:
    first = change(other_weights())
    change([Operation(f"{SCORE}#/title", "set", TITLE)], reason="Our word for it")
    service.undo(first.number)
    assert weights()["shipments"] == 25
    assert get_scheme("manufacturing:weighted_score").title == TITLE
    assert [each.reason for each in overrides("manufacturing")] == ["Our word for it"]


def test_an_undo_can_be_undone() -> None:
    revision = change(other_weights())
    inverse = service.undo(revision.number)
    service.undo(inverse.number)
    assert weights()["shipments"] == 30


def test_undoing_the_enabling_takes_the_plugin_away() -> None:
    enabled = service.enable("saas")
    assert enabled is not None
    service.undo(enabled.number)
    assert state_of("saas").state == "absent"
    assert "saas" not in enabled_plugins()


def test_a_revision_is_undone_within_thirty_days() -> None:
    revision = change(other_weights())
    db.session.execute(
        text("UPDATE configuration_revision SET published_at = now() - interval '31 days'")
    )
    db.session.expire_all()
    with pytest.raises(Conflict, match="can be undone for 30 days"):
        service.undo(revision.number)


def test_resetting_one_change_of_a_pair_that_belongs_together_is_refused() -> None:
    change(other_weights())
    with pytest.raises(ChangesInvalid, match="not to 100"):
        service.reset("manufacturing", [f"{CRITERIA}/[shipments]/weight"])


def test_resetting_everything_follows_the_default_again() -> None:
    change([*other_weights(), Operation(f"{SCORE}#/title", "set", TITLE)])
    service.reset("manufacturing")
    assert overrides("manufacturing") == ()
    assert weights()["shipments"] == 25
    with pytest.raises(NotFound, match="was not changed here"):
        service.reset("manufacturing", [f"{SCORE}#/title"])


def test_disabling_and_enabling_again_keeps_the_changes() -> None:
    change(other_weights())
    service.disable("manufacturing")
    service.enable("manufacturing")
    assert weights()["shipments"] == 30


def test_a_draft_changes_nothing_until_it_is_published() -> None:
    draft = service.draft(
        changes.overriding("manufacturing", other_weights(), "later"), "later", "screen"
    )
    assert draft is not None
    assert weights()["shipments"] == 25
    service.publish(draft.number)
    assert weights()["shipments"] == 30
    with pytest.raises(Conflict, match="is no draft"):
        service.publish(draft.number)


def test_a_draft_is_stale_once_its_plugin_was_changed() -> None:
    wanted = changes.overriding("manufacturing", other_weights(), "later")
    draft = service.draft(wanted, "later", "screen")
    assert draft is not None
    change([Operation(f"{SCORE}#/title", "set", TITLE)])
    with pytest.raises(service.RevisionStale, match="was changed after this draft was made"):
        service.publish(draft.number)


def test_a_discarded_draft_is_not_published() -> None:
    draft = service.draft(changes.disabling("manufacturing"), "", "screen")
    assert draft is not None
    service.discard(draft.number)
    with pytest.raises(Conflict, match="is no draft"):
        service.publish(draft.number)


def test_revisions_are_numbered_per_company(
    app: Flask, make_tenant: Callable[..., Company]
) -> None:
    change(other_weights())
    numbers = [each.number for each in revisions()]
    assert numbers == sorted(numbers, reverse=True)
    with working_in(app, make_tenant()):
        assert [each.number for each in revisions()] == [1]


def test_a_change_for_a_time_is_taken_back_when_it_is_over(app: Flask, in_tenant: Company) -> None:
    tomorrow = datetime.date.today() + datetime.timedelta(days=1)
    mine = Operation(f"{SCORE}#/title", "set", TITLE)
    service.override("manufacturing", [mine], reason="For the fair", expires_on=tomorrow)
    change(other_weights())
    planned = db.session.scalars(select(Schedule).where(Schedule.kind == service.EXPIRE)).one()
    assert planned.next_at is not None
    in_three_days = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=3)
    with time_machine.travel(in_three_days, tick=True):
        job = enqueue(service.EXPIRE, {})
        db.session.commit()
        assert run_job(app, in_tenant.id, job.id) == "done"
    db.session.expire_all()
    assert get_scheme("manufacturing:weighted_score").title != TITLE
    assert weights()["shipments"] == 30
    assert revisions()[0].source == "platform"


def retitle(document: dict[str, Any]) -> None:
    document["tiering"]["kraljic"]["title"] = {"en": "Old matrix", "zh_CN": "旧矩阵"}
    document["fields"]["annual_spend"]["weight"] = 7


def test_an_upgrade_takes_new_defaults_and_keeps_what_was_changed() -> None:
    pin_older("suppliers", retitle)
    mine = Operation("fields/annual_spend#/title", "set", TITLE)
    service.override("suppliers", [mine], reason="Our word")
    service.upgrade("suppliers")
    assert get_field("suppliers:annual_spend").title == TITLE
    assert get_field("suppliers:annual_spend").weight != 7
    assert get_scheme("suppliers:kraljic").title != {"en": "Old matrix", "zh_CN": "旧矩阵"}
    assert [each.reason for each in overrides("suppliers")] == ["Our word"]


def test_an_upgrade_of_what_both_changed_keeps_yours_and_says_so() -> None:
    pin_older("suppliers", retitle)
    mine = Operation("tiering/kraljic#/title", "set", TITLE)
    service.override("suppliers", [mine], reason="Our word")
    revision = service.upgrade("suppliers")
    assert get_scheme("suppliers:kraljic").title == TITLE
    assert revision is not None
    assert revision.merges is not None
    states = {row["address"]: row["state"] for row in revision.merges["suppliers"]}
    assert states["tiering/kraljic#/title"] == "needs_a_look"


def test_an_upgrade_takes_the_side_that_was_chosen() -> None:
    pin_older("suppliers", retitle)
    address = "tiering/kraljic#/title"
    service.override("suppliers", [Operation(address, "set", TITLE)], reason="Our word")
    service.upgrade("suppliers", {address: "new"})
    assert get_scheme("suppliers:kraljic").title["en"] != "Our score"
    assert overrides("suppliers") == ()


def test_an_upgrade_is_undone_with_all_that_was_changed_before_it() -> None:
    older = pin_older("suppliers", retitle)
    mine = Operation("tiering/kraljic#/title", "set", TITLE)
    service.override("suppliers", [mine], reason="Our word")
    revision = service.upgrade("suppliers")
    assert revision is not None
    service.undo(revision.number)
    assert state_of("suppliers").digest == older.digest
    assert get_scheme("suppliers:kraljic").title == TITLE
    assert get_field("suppliers:annual_spend").weight == 7


def test_two_companies_run_two_releases_of_one_plugin(
    app: Flask, make_tenant: Callable[..., Company]
) -> None:
    pin_older("suppliers", retitle)
    db.session.commit()
    assert get_field("suppliers:annual_spend").weight == 7
    with working_in(app, make_tenant()):
        service.enable("suppliers")
        assert get_field("suppliers:annual_spend").weight != 7


def test_a_second_upgrade_finds_nothing_to_do() -> None:
    pin_older("suppliers", retitle)
    service.upgrade("suppliers")
    with pytest.raises(Conflict, match="at its newest version already"):
        service.upgrade("suppliers")


def test_every_act_is_in_the_audit_log() -> None:
    from tierline.audit.models import AuditEntry

    revision = change(other_weights())
    service.undo(revision.number)
    db.session.commit()
    newest = select(AuditEntry).order_by(AuditEntry.position.desc()).limit(4)
    actions = [entry.action for entry in db.session.scalars(newest)]
    assert actions == ["plugins.change", "configuration.draft"] * 2


def planned(operations: list[Operation]) -> Mapping[str, Any]:
    wanted = changes.overriding("manufacturing", operations, "because")
    draft = service.draft(wanted, "because", "screen")
    assert draft is not None
    planning.make_plan(draft)
    assert draft.plan is not None
    return draft.plan


def test_a_plan_names_the_examples_that_come_out_otherwise() -> None:
    strict = Operation(f"{SCORE}#/rule/cuts", "set", [
        {"tier": "strategic", "from": 4.9}, {"tier": "key", "from": 3.0}, {"tier": "ordinary"},
    ])  # fmt: skip
    plan = planned([strict])
    assert plan["examples"] > 5
    changed = {each["account"]: each["found"][0] for each in plan["examples_changed"]}
    assert changed["A leader that buys much"] == "key"


def test_a_plan_that_can_not_be_carried_out_says_why() -> None:
    service.enable("saas")
    draft = service.draft(changes.disabling("essentials"), "", "screen")
    assert draft is not None
    planning.make_plan(draft)
    assert draft.plan is not None
    assert "needs it" in draft.plan["problem"]
    assert "essentials" in enabled_plugins()

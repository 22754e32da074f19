"""A second person approves changes where the company asks for it; a change may wait for its day."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from conftest import Company, working_in
from people import Person, make_member
from tierline.access.decision import acting_as
from tierline.access.permissions import Role
from tierline.configuration import approving, changes, planning, service
from tierline.configuration.models import Revision
from tierline.configuration.queries import get_revision
from tierline.db import db
from tierline.errors import Conflict, Forbidden, Invalid
from tierline.identity import queries
from tierline.jobs.models import Job, Schedule
from tierline.jobs.running import run_job
from tierline.packs.differences import Operation
from tierline.plugins.queries import get_scheme, state_of
from tierline.tenancy.queries import current_tenant

NOW = "2026-03-01 12:00Z"
TITLE = "tiering/kraljic#/title"
As = Callable[[Role], "contextmanager[None]"]


def title(english: str) -> Operation:
    return Operation(TITLE, "set", {"en": english, "zh_CN": "矩阵"})


def shown_title() -> str:
    return get_scheme("suppliers:kraljic").title["en"]


def draft(english: str = "Ours") -> int:
    """Draft another title of a scheme, and work out what that would do."""
    change = changes.overriding("suppliers", [title(english)], reason="our word")
    revision = service.draft(change, "our word", "screen")
    assert revision is not None
    planning.make_plan(revision)
    return revision.number


@pytest.fixture
def people(app: Flask, tenant: Company) -> dict[Role, Person]:
    return {role: make_member(app, tenant, role) for role in (Role.OWNER, Role.ADMINISTRATOR)}


@pytest.fixture
def author(app: Flask, tenant: Company, people: dict[Role, Person]) -> Iterator[None]:
    """Work as an administrator of a company whose changes need a second person."""
    with working_in(app, tenant):
        service.enable("suppliers")
        approving.require_second_person(needed=True)
        db.session.commit()
        with as_one(people[Role.ADMINISTRATOR]):
            yield


@contextmanager
def as_one(person: Person) -> Iterator[None]:
    with acting_as(queries.subject_of(queries.get_membership(person.membership_id))):
        yield


@pytest.mark.usefixtures("author")
def test_a_change_is_published_once_somebody_else_approved_it(people: dict[Role, Person]) -> None:
    number = draft()
    with pytest.raises(service.ApprovalNeeded, match="waits for a second person"):
        planning.publish_planned(number)
    service.submit(number)
    with pytest.raises(Forbidden, match="a change of their own"):
        approving.approve(number)
    with as_one(people[Role.OWNER]):
        approving.approve(number)
    assert shown_title() != "Ours"
    revision = planning.publish_planned(number)
    assert (revision.state, shown_title()) == ("published", "Ours")
    assert revision.decided_by not in (None, revision.author)


@pytest.mark.usefixtures("author")
def test_a_rejected_change_says_why_and_is_closed(people: dict[Role, Person]) -> None:
    number = draft()
    service.submit(number)
    with as_one(people[Role.OWNER]):
        with pytest.raises(Invalid, match="Say why"):
            approving.reject(number, " ")
        approving.reject(number, "Not our word")
    assert (get_revision(number).state, get_revision(number).note) == ("rejected", "Not our word")
    for act in (service.submit, planning.publish_planned, service.discard):
        with pytest.raises(Conflict):
            act(number)


@pytest.mark.usefixtures("author")
def test_what_was_approved_is_what_is_published(people: dict[Role, Person]) -> None:
    """Where a change would do something else by now, the approval of before does not count."""
    first, second = draft("First"), draft("Second")
    for number in (first, second):
        service.submit(number)
        with as_one(people[Role.OWNER]):
            approving.approve(number)
    planning.publish_planned(first)
    with pytest.raises(service.RevisionStale):
        planning.publish_planned(second)
    assert approving.refresh(second).state == "submitted"
    assert shown_title() == "First"


@pytest.mark.usefixtures("author")
def test_a_change_at_once_and_an_undoing_wait_too(people: dict[Role, Person]) -> None:
    at_once = service.override("suppliers", [title("Ours")], reason="our word")
    assert at_once is not None
    assert (at_once.state, shown_title() == "Ours") == ("submitted", False)
    planning.make_plan(at_once)
    with as_one(people[Role.OWNER]):
        approving.approve(at_once.number)
    planning.publish_planned(at_once.number)
    inverse = service.undo(at_once.number)
    assert (inverse.state, get_revision(at_once.number).state) == ("submitted", "published")
    planning.make_plan(inverse)
    with as_one(people[Role.OWNER]):
        approving.approve(inverse.number)
    planning.publish_planned(inverse.number)
    assert get_revision(at_once.number).state == "undone"
    assert shown_title() != "Ours"


def wait_for_its_day(number: int) -> dict[str, list[int]]:
    """Let the night pass as the scheduler does: the schedule is there, and its job is run."""
    kinds = db.session.scalars(select(Schedule.kind)).all()
    assert approving.PUBLISH_DUE in kinds
    return approving.publish_due()


def test_a_change_is_published_on_its_day(in_tenant: Company) -> None:
    service.enable("suppliers")
    with time_machine.travel(NOW) as clock:
        number = draft()
        with pytest.raises(Invalid, match="no later day"):
            approving.publish_on(number, datetime.date(2026, 3, 1))
        approving.publish_on(number, datetime.date(2026, 3, 3))
        assert wait_for_its_day(number) == {"published": [], "returned": []}
        clock.move_to("2026-03-03 00:05Z")
        assert wait_for_its_day(number) == {"published": [number], "returned": []}
        assert shown_title() == "Ours"


def test_a_change_that_can_not_be_carried_out_on_its_day_goes_back_and_its_author_is_told(
    app: Flask, tenant: Company, people: dict[Role, Person], capsys: pytest.CaptureFixture[str]
) -> None:
    with time_machine.travel(NOW) as clock:
        with working_in(app, tenant):
            service.enable("suppliers")
            with as_one(people[Role.ADMINISTRATOR]):
                number = draft("Later")
                approving.publish_on(number, datetime.date(2026, 3, 2))
                planning.publish_planned(draft("Now"))
            clock.move_to("2026-03-02 00:05Z")
            assert approving.publish_due() == {"published": [], "returned": [number]}
            revision = get_revision(number)
            assert (revision.state, shown_title()) == ("draft", "Now")
            assert "changed after this draft was made" in str(revision.note)
            job = db.session.scalars(select(Job.id).where(Job.kind == approving.TELL_AUTHOR)).one()
            db.session.commit()
        run_job(app, tenant.id, job)
    mail = capsys.readouterr().out
    assert f"Mail to {people[Role.ADMINISTRATOR].email}" in mail
    assert f"/t/{tenant.slug}/revisions/{number}" in mail


def test_two_people_do_it_on_the_screen(
    app: Flask, tenant: Company, login: Callable[..., FlaskClient]
) -> None:
    base = f"/t/{tenant.slug}"
    owner, administrator = login("owner"), login("administrator")
    with working_in(app, tenant):
        service.enable("suppliers")
        db.session.commit()
    owner.post(f"{base}/revisions/approval", data={"second_person": "1"})
    with working_in(app, tenant):
        assert current_tenant().second_person
    disabled = administrator.post(f"{base}/plugins/suppliers/disable")
    address = disabled.location
    assert f'action="{address}/publish"' not in administrator.get(address).text
    assert administrator.post(f"{address}/submit").status_code == 303
    page = administrator.get(address).text
    assert "Nobody approves or rejects a change of their own." in page
    assert f'action="{address}/approve"' not in page
    assert f'action="{address}/approve"' in owner.get(address).text
    assert owner.post(f"{address}/approve").status_code == 303
    assert administrator.post(f"{address}/publish").status_code == 303
    with working_in(app, tenant):
        assert state_of("suppliers").state == "disabled"
        assert db.session.scalars(select(Revision.decided_by)).all()[-1]

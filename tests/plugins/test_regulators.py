"""The register of commitments of the extension `regulators`, as people and programs use it."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from conftest import Company, working_in
from people import make_member, sign_in
from tierline.access.permissions import Role
from tierline.accounts import service as accounts
from tierline.audit.models import AuditEntry
from tierline.configuration import service as plugins
from tierline.db import db
from tierline_regulators import panels
from tierline_regulators.models import Commitment

Login = Callable[..., FlaskClient]
DAY = datetime.timedelta(days=1)
TODAY = datetime.datetime.now(ZoneInfo("Asia/Shanghai")).date()  # where the tenants are
TOMORROW, YESTERDAY, LONG_AGO = TODAY + DAY, TODAY - DAY, TODAY - 100 * DAY


@pytest.fixture
def bureau(app: Flask, tenant: Company) -> uuid.UUID:
    """Return a regulator of the tenant, which has the plugin."""
    with working_in(app, tenant):
        plugins.enable("regulators")
        made = accounts.create_account({"name": "Bureau of Markets"}, {"regulator": None}).id
        db.session.commit()
    return made


@pytest.fixture
def add(app: Flask, tenant: Company, bureau: uuid.UUID) -> Callable[..., str]:
    """Return a function that adds a commitment to the regulator, and returns its id."""
    from tierline_regulators import service

    def added(title: str = "A report", due_on: datetime.date = TOMORROW, **more: Any) -> str:
        with working_in(app, tenant):
            values = {"account_id": bureau, "title": title, "due_on": due_on, **more}
            made = str(service.add_commitment(values).id)
            db.session.commit()
        return made

    return added


@pytest.fixture
def owner(login: Login) -> FlaskClient:
    return login("owner")


def address(tenant: Company, rest: str = "") -> str:
    return f"/t/{tenant.slug}/x/regulators/commitments{rest}"


def state_of(app: Flask, tenant: Company, commitment: str) -> str:
    with working_in(app, tenant):
        return str(db.session.get(Commitment, uuid.UUID(commitment)).state)


def test_a_commitment_is_added_and_stands_in_the_list_and_on_the_regulators_page(
    owner: FlaskClient, tenant: Company, bureau: uuid.UUID
) -> None:
    form = {
        "account_id": str(bureau),
        "title": "A report on scales",
        "due_on": TOMORROW.isoformat(),
    }
    assert owner.post(address(tenant, "/new"), data=form).status_code == 303
    for page in (address(tenant), f"/t/{tenant.slug}/accounts/{bureau}"):
        assert "A report on scales" in owner.get(page).text


def test_overdue_commitments_come_first_and_closed_ones_last(
    owner: FlaskClient, tenant: Company, add: Callable[..., str]
) -> None:
    closed = add("Closed long ago", LONG_AGO - DAY)
    add("Due tomorrow")
    add("Long overdue", LONG_AGO)
    add("Overdue", YESTERDAY)
    form = {"outcome": "waived", "done_on": LONG_AGO.isoformat(), "reason": "No longer asked for"}
    assert owner.post(address(tenant, f"/{closed}/close"), data=form).status_code == 303
    text = owner.get(address(tenant)).text
    order = ["Long overdue", "Due tomorrow", "Closed long ago"]
    assert sorted(order, key=text.index) == order
    assert "3 open, 2 of them overdue" in text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"Mine", "Late", "Other"}),
        ("?state=overdue", {"Late"}),
        ("?state=kept", set()),
        ("?state=open", {"Mine", "Late", "Other"}),
        ("?owner=mine", {"Mine"}),
        ("?account=nonsense&state=what", {"Mine", "Late", "Other"}),
        ("?account=00000000-0000-0000-0000-000000000000", set()),
    ],
)
def test_the_list_is_filtered(
    app: Flask, tenant: Company, add: Callable[..., str], query: str, shown: set[str]
) -> None:
    me = make_member(app, tenant, Role.MEMBER)
    add("Mine", owner_id=me.membership_id)
    add("Late", YESTERDAY)
    add("Other")
    text = sign_in(app, me).get(address(tenant, query)).text
    assert {title for title in ("Mine", "Late", "Other") if f">{title}</a>" in text} == shown


CLOSINGS = [
    ("kept in time", TOMORROW, {"outcome": "kept", "evidence": "https://files.example/7"}, "kept"),
    ("a file's name is evidence", TOMORROW, {"outcome": "kept", "evidence_file": "a.pdf"}, "kept"),
    (
        "kept after the date is late",
        YESTERDAY,
        {"outcome": "kept", "evidence": "A letter", "reason": "Illness"},
        "late",
    ),
    (
        "done in time, written down later",
        YESTERDAY,
        {"outcome": "kept", "evidence": "A letter", "done_on": YESTERDAY.isoformat()},
        "kept",
    ),
    ("waived with a reason", TOMORROW, {"outcome": "waived", "reason": "Repealed"}, "waived"),
]
REFUSALS = [
    ("kept without evidence", TOMORROW, {"outcome": "kept"}, "what shows that"),
    ("waived without a reason", TOMORROW, {"outcome": "waived"}, "late or waived"),
    ("late without a reason", YESTERDAY, {"outcome": "kept", "evidence": "x"}, "late or waived"),
    (
        "done in the future",
        TOMORROW,
        {"outcome": "kept", "evidence": "x", "done_on": TOMORROW.isoformat()},
        "not lie in the future",
    ),
    ("an outcome that is none", TOMORROW, {"outcome": "open"}, "must be one of"),
]


@pytest.mark.parametrize(
    ("due", "form", "state"), [case[1:] for case in CLOSINGS], ids=[case[0] for case in CLOSINGS]
)
def test_closing(
    app: Flask,
    owner: FlaskClient,
    tenant: Company,
    add: Callable[..., str],
    due: datetime.date,
    form: dict[str, str],
    state: str,
) -> None:
    made = add(due_on=due)
    assert owner.post(address(tenant, f"/{made}/close"), data=form).status_code == 303
    assert state_of(app, tenant, made) == state


@pytest.mark.parametrize(
    ("due", "form", "what"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS]
)
def test_closing_is_refused(
    app: Flask,
    owner: FlaskClient,
    tenant: Company,
    add: Callable[..., str],
    due: datetime.date,
    form: dict[str, str],
    what: str,
) -> None:
    made = add(due_on=due)
    answer = owner.post(address(tenant, f"/{made}/close"), data=form)
    assert answer.status_code == 422
    assert what in answer.text
    assert state_of(app, tenant, made) == "open"


def test_what_is_closed_is_changed_only_after_it_was_opened_again(
    app: Flask, owner: FlaskClient, tenant: Company, add: Callable[..., str]
) -> None:
    made = add()
    kept = {"outcome": "kept", "evidence": "A letter"}
    owner.post(address(tenant, f"/{made}/close"), data=kept)
    assert owner.post(address(tenant, f"/{made}/close"), data=kept).status_code == 409
    assert owner.post(address(tenant, f"/{made}/edit"), data={"title": "x"}).status_code == 409
    assert owner.post(address(tenant, f"/{made}/reopen"), data={}).status_code == 422
    reopened = owner.post(address(tenant, f"/{made}/reopen"), data={"reason": "Wrong letter"})
    assert reopened.status_code == 303
    assert state_of(app, tenant, made) == "open"
    assert owner.post(address(tenant, f"/{made}/edit"), data={"title": "x"}).status_code == 303


def test_every_act_is_in_the_audit_log(
    app: Flask, owner: FlaskClient, tenant: Company, add: Callable[..., str]
) -> None:
    made = add()
    owner.post(address(tenant, f"/{made}/edit"), data={"title": "A longer report"})
    owner.post(address(tenant, f"/{made}/close"), data={"outcome": "waived", "reason": "x"})
    owner.post(address(tenant, f"/{made}/reopen"), data={"reason": "y"})
    with working_in(app, tenant):
        found = db.session.scalars(select(AuditEntry.action).where(AuditEntry.record_id == made))
        assert set(found) == {f"regulators.{act}" for act in ("add", "update", "close", "reopen")}
    assert "Commitment opened again" in owner.get(f"/t/{tenant.slug}/audit").text


def test_a_change_on_an_old_version_is_refused(
    owner: FlaskClient, tenant: Company, add: Callable[..., str]
) -> None:
    made = add()
    assert owner.post(address(tenant, f"/{made}/edit"), data={"title": "x"}).status_code == 303
    stale = owner.post(address(tenant, f"/{made}/edit"), data={"title": "y", "version": "1"})
    assert stale.status_code == 412


def test_a_member_changes_only_what_is_own_or_nobodys(
    app: Flask, tenant: Company, add: Callable[..., str]
) -> None:
    me, other = (make_member(app, tenant, Role.MEMBER) for _ in range(2))
    browser = sign_in(app, me)
    for holder, status in ((me.membership_id, 303), (None, 303), (other.membership_id, 403)):
        made = add(owner_id=holder)
        answer = browser.post(address(tenant, f"/{made}/edit"), data={"title": "x"})
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 301),
        ("due_on", "soon"),
        ("due_on", ""),
        ("account_id", "x"),
        ("owner_id", "00000000-0000-0000-0000-000000000000"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_added(
    app: Flask, owner: FlaskClient, tenant: Company, bureau: uuid.UUID, field: str, value: str
) -> None:
    form = {
        "account_id": str(bureau),
        "title": "A report",
        "due_on": TOMORROW.isoformat(),
        field: value,
    }
    answer = owner.post(address(tenant, "/new"), data=form)
    assert answer.status_code == 422
    assert f'href="#field-{field}"' in answer.text
    with working_in(app, tenant):
        assert db.session.scalars(select(Commitment)).all() == []


def test_a_customer_is_no_regulator(
    app: Flask, owner: FlaskClient, tenant: Company, bureau: uuid.UUID
) -> None:
    with working_in(app, tenant):
        customer = accounts.create_account({"name": "A customer"}).id
        db.session.commit()
    form = {"account_id": str(customer), "title": "A report", "due_on": TOMORROW.isoformat()}
    answer = owner.post(address(tenant, "/new"), data=form)
    assert "is not a regulator of this company" in answer.text
    page = owner.get(f"/t/{tenant.slug}/accounts/{customer}").text
    assert 'id="panel-regulators"' not in page


def test_the_api_adds_changes_and_closes(
    api: Callable[..., FlaskClient], tenant: Company, bureau: uuid.UUID
) -> None:
    program, root = api("regulators.*"), f"/api/v1/t/{tenant.slug}/x/regulators/commitments"
    given = {"account_id": str(bureau), "title": "A report", "due_on": LONG_AGO.isoformat()}
    made = program.post(root, json=given)
    assert (made.status_code, made.json["state"]) == (201, "open")
    one, tag = f"{root}/{made.json['id']}", {"If-Match": made.headers["ETag"]}
    assert program.patch(one, json={"title": "B"}).status_code == 428
    changed = program.patch(one, json={"title": "B"}, headers=tag)
    assert changed.json["title"] == "B"
    assert program.patch(one, json={"title": "C"}, headers=tag).status_code == 412
    closing = {"outcome": "kept", "evidence": "A letter", "reason": "Illness"}
    closed = program.post(
        f"{one}/close", json=closing, headers={"If-Match": changed.headers["ETag"]}
    )
    assert (closed.json["state"], closed.json["done_on"]) == ("late", TODAY.isoformat())
    assert [each["id"] for each in program.get(f"{root}?state=late").json["items"]] == [
        made.json["id"]
    ]


def test_navigation_and_panel_are_there_only_while_the_plugin_is_enabled(
    app: Flask, owner: FlaskClient, tenant: Company, bureau: uuid.UUID, add: Callable[..., str]
) -> None:
    add("A report on scales")
    account, entry = f"/t/{tenant.slug}/accounts/{bureau}", f'href="{address(tenant)}"'
    assert entry in owner.get(account).text
    with working_in(app, tenant):
        plugins.disable("regulators")
        db.session.commit()
    text = owner.get(account).text
    assert entry not in text
    assert "A report on scales" not in text
    assert owner.get(address(tenant)).status_code == 404


def test_a_panel_that_fails_is_left_out_and_the_page_stands(
    app: Flask,
    owner: FlaskClient,
    tenant: Company,
    bureau: uuid.UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*args: object, **options: object) -> None:
        db.session.execute(select(Commitment.id).where(Commitment.title == 1))

    monkeypatch.setattr(panels, "list_commitments", fail)
    page = owner.get(f"/t/{tenant.slug}/accounts/{bureau}")
    assert page.status_code == 200
    assert "Bureau of Markets" in page.text
    assert 'id="panel-regulators"' not in page.text


def test_the_register_speaks_chinese(
    owner: FlaskClient, tenant: Company, add: Callable[..., str]
) -> None:
    made = add("报告", YESTERDAY)
    owner.set_cookie("locale", "zh_CN")
    text = owner.get(address(tenant)).text
    assert "承诺事项" in text
    assert "未完成 1 项，其中逾期 1 项" in text
    assert "已逾期" in owner.get(address(tenant, f"/{made}")).text

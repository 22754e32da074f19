"""Writing accounts: what is kept, what is told, who may."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from conftest import working_in
from people import make_member
from tierline.access.decision import acting_as
from tierline.accounts import contact_service, events, queries, service
from tierline.accounts.listing import get_row
from tierline.accounts.models import TimelineEntry
from tierline.accounts.timeline import told
from tierline.accounts.words import Vocabulary
from tierline.audit.queries import select_entries
from tierline.configuration.service import disable, enable
from tierline.db import db
from tierline.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from tierline.identity import queries as identity
from tierline.identity.service import deactivate_member


def acting(person):
    """Let a member act in the scope that is in force."""
    return acting_as(identity.subject_of(identity.get_membership(person.membership_id)))


def stories(account_id):
    """Return an account's timeline in words, oldest first."""
    entries = db.session.scalars(
        select(TimelineEntry).where(TimelineEntry.account_id == account_id).order_by("at", "id")
    )
    return [(e.kind, told(e.kind, e.data, e.text, Vocabulary()).text) for e in entries]


@pytest.fixture
def changed():
    """Return the ids that those who asked were told of."""
    seen: list = []
    events.on_change(seen.extend)
    yield seen
    events._callbacks.remove(seen.extend)


def test_a_new_account_is_a_customer_found_by_its_name(in_tenant, changed):
    account = service.create_account({"name": "华兴", "external_key": "C-1"}, reason="A lead")
    row = get_row(account.id)
    assert (row.groups, row.version, row.kind, row.lifecycle_stage) == (
        ["customer"],
        1,
        "enterprise",
        "active",
    )
    assert stories(account.id) == [("accounts.created", "A lead")]
    assert changed == [account.id]


def test_what_changes_is_told_from_what_to_what(app, tenant, changed):
    owner = make_member(app, tenant, "member")
    with working_in(app, tenant):
        enable("manufacturing")
        account = service.create_account({"name": "Old"})
        changes = {
            "name": "New",
            "owner_id": str(owner.membership_id),
            "lifecycle_stage": "prospect",
            "region": "",
            "fields": {"manufacturing__credit_grade": "a"},
        }
        service.update_account(account.id, changes, reason="They moved")
        assert account.version == 2
        assert stories(account.id)[-1][1].splitlines() == [
            "Name: Old → New",
            "Stage: Active → Prospect",
            "Owner: – → A member",
            "Credit grade: – → A",
            "They moved",
        ]
        assert changed == [account.id, account.id]
        service.update_account(account.id, changes)
        assert account.version == 2, "nothing changed, nothing is told"
        assert len(stories(account.id)) == 2
        db.session.commit()
        entry = db.session.scalars(select_entries("accounts.update")).one()
        assert entry.record_id == str(account.id)
        assert entry.changes["name"] == ["Old", "New"]
        assert entry.changes["owner_id"] == [None, str(owner.membership_id)]


def test_fields_change_one_by_one_and_null_removes_one(in_tenant):
    enable("manufacturing")
    first = {"manufacturing__credit_grade": "a", "manufacturing__share_of_wallet": "14 %"}
    account = service.create_account({"name": "x", "fields": first})
    change = {"manufacturing__credit_grade": None, "manufacturing__new_projects_12m": "3"}
    service.update_account(account.id, {"fields": change})
    assert account.fields == {
        "manufacturing__share_of_wallet": "14",
        "manufacturing__new_projects_12m": 3,
    }


def test_a_number_that_was_imported_is_the_same_when_it_is_typed(in_tenant):
    enable("manufacturing")
    account = service.create_account({"name": "x"})
    account.fields = {"manufacturing__share_of_wallet": 14.5}
    db.session.flush()
    service.update_account(account.id, {"fields": {"manufacturing__share_of_wallet": "14.50"}})
    assert account.version == 1
    service.update_account(account.id, {"fields": {"manufacturing__share_of_wallet": "14.6"}})
    assert account.version == 2


def test_fields_of_a_disabled_plugin_stay(in_tenant):
    enable("manufacturing")
    kept = {"manufacturing__credit_grade": "a"}
    account = service.create_account({"name": "x", "fields": kept})
    disable("manufacturing")
    service.update_account(account.id, {"name": "y"})
    assert account.fields == kept
    with pytest.raises(Invalid):
        service.update_account(account.id, {"fields": {"manufacturing__credit_grade": "b"}})


def test_all_wrong_values_are_named_at_once_and_nothing_is_written(in_tenant):
    enable("manufacturing")
    account = service.create_account({"name": "x"})
    wrong = {
        "name": "",
        "credit_code": "1",
        "owner_id": "019aa8d5-0000-7000-8000-000000000000",
        "fields": {"manufacturing__share_of_wallet": 140},
    }
    with pytest.raises(Invalid) as caught:
        service.update_account(account.id, wrong, {"suplier": None})
    assert set(caught.value.fields) == {
        "name",
        "credit_code",
        "owner_id",
        "groups",
        "fields.manufacturing__share_of_wallet",
    }
    assert (account.name, account.version) == ("x", 1)


def test_a_number_is_an_accounts_own(in_tenant):
    first = service.create_account({"name": "first", "external_key": "C-1"})
    service.create_account({"name": "none"})
    service.create_account({"name": "none either", "external_key": " "})
    with pytest.raises(service.NumberTaken) as caught:
        service.create_account({"name": "second", "external_key": "C-1"})
    assert "external_key" in caught.value.fields
    second = service.create_account({"name": "second", "external_key": "C-2"})
    with pytest.raises(service.NumberTaken):
        service.update_account(second.id, {"external_key": "C-1"})
    service.archive_account(first.id)
    with pytest.raises(service.NumberTaken):
        service.update_account(second.id, {"external_key": "C-1"})


def test_the_owner_must_be_an_active_member(app, tenant, other_tenant):
    make_member(app, tenant, "owner")
    gone, stranger = make_member(app, tenant, "member"), make_member(app, other_tenant, "member")
    with working_in(app, tenant):
        account = service.create_account({"name": "x", "owner_id": gone.membership_id})
        deactivate_member(gone.membership_id)
        for person in (gone, stranger):
            with pytest.raises(Invalid) as caught:
                service.create_account({"name": "y", "owner_id": person.membership_id})
            assert caught.value.fields == {"owner_id": ["is not an active member"]}
        service.update_account(
            account.id, {"region": "Ningbo", "owner_id": str(gone.membership_id)}
        )
        assert get_row(account.id).owner == "A member", "who left stays named"


GROUPS = [
    ({"customer": None}, None),
    ({"customer": None, "supplier": "part"}, None),
    ({"supplier": None}, None),
    ({}, "choose at least one"),
    ({"suplier": None}, 'did you mean "supplier"'),
    ({"supplier": "prat"}, 'did you mean "part"'),
    ({"customer": "part"}, "is no kind of"),
]


@pytest.mark.parametrize(("groups", "problem"), GROUPS)
def test_an_account_is_in_groups_that_exist(in_tenant, groups, problem):
    enable("suppliers")
    account = service.create_account({"name": "x"})
    if problem is None:
        service.update_account(account.id, {}, groups)
        assert queries.groups_of(account.id) == groups
    else:
        with pytest.raises(Invalid) as caught:
            service.update_account(account.id, {}, groups)
        assert problem in caught.value.fields["groups"][0]
        assert queries.groups_of(account.id) == {"customer": None}


def test_a_group_of_a_disabled_plugin_may_stay(in_tenant):
    enable("suppliers")
    account = service.create_account({"name": "x"}, {"supplier": "part"})
    disable("suppliers")
    both = {"supplier": "part", "customer": None}
    service.update_account(account.id, {}, both)
    assert queries.groups_of(account.id) == both
    with pytest.raises(Invalid):
        service.create_account({"name": "y"}, {"supplier": "part"})


def test_a_change_of_an_old_version_is_refused(in_tenant):
    account = service.create_account({"name": "x"})
    service.update_account(account.id, {"name": "y"}, version=1)
    with pytest.raises(Stale):
        service.update_account(account.id, {"name": "z"}, version=1)
    with pytest.raises(Stale):
        service.archive_account(account.id, version=1)


def test_an_archived_account_rests_until_it_is_restored(in_tenant):
    account = service.create_account({"name": "x"})
    contact = contact_service.add_contact(account.id, {"name": "Li"})
    service.archive_account(account.id, reason="Closed down")
    for act in (
        lambda: service.update_account(account.id, {"name": "y"}),
        lambda: service.archive_account(account.id),
        lambda: contact_service.add_contact(account.id, {"name": "Wang"}),
        lambda: contact_service.remove_contact(account.id, contact.id),
    ):
        with pytest.raises(service.Archived):
            act()
    service.restore_account(account.id)
    with pytest.raises(Conflict):
        service.restore_account(account.id)
    assert ("accounts.archived", "Closed down") in stories(account.id)


MAY = [
    # role, whose account, may change it
    ("viewer", "nobody", False),
    ("viewer", "own", False),
    ("member", "nobody", True),
    ("member", "own", True),
    ("member", "li", False),
    ("manager", "li", True),
    ("consultant", "li", True),
    ("administrator", "li", True),
    ("owner", "li", True),
]


@pytest.mark.parametrize(("role", "whose", "may"), MAY)
def test_members_change_their_own_accounts_and_those_of_nobody(app, tenant, role, whose, may):
    person, li = make_member(app, tenant, role), make_member(app, tenant, "member")
    owner = {"nobody": None, "own": person.membership_id, "li": li.membership_id}[whose]
    with working_in(app, tenant):
        account = service.create_account({"name": "x", "owner_id": owner})
        contact = contact_service.add_contact(account.id, {"name": "Wang"})
        acts = (
            lambda: service.update_account(account.id, {"name": "y"}),
            lambda: service.update_account(account.id, {}, {"customer": None}),
            lambda: contact_service.add_contact(account.id, {"name": "Zhao"}),
            lambda: contact_service.update_contact(account.id, contact.id, {"name": "Qian"}),
            lambda: contact_service.remove_contact(account.id, contact.id),
            lambda: service.archive_account(account.id),
            lambda: service.restore_account(account.id),
        )
        with acting(person):
            for act in acts:
                if may:
                    act()
                else:
                    with pytest.raises(Forbidden):
                        act()


def test_everybody_but_viewers_writes_notes_on_any_account(app, tenant):
    viewer, member, li = (make_member(app, tenant, role) for role in ("viewer", "member", "member"))
    with working_in(app, tenant):
        account = service.create_account({"name": "x", "owner_id": li.membership_id})
        with acting(member):
            service.add_note(account.id, "  Called.\nWill call back.  ")
            with pytest.raises(Invalid):
                service.add_note(account.id, "   ")
        with acting(viewer), pytest.raises(Forbidden):
            service.add_note(account.id, "Hello")
        assert stories(account.id)[-1] == ("accounts.note", "Called.\nWill call back.")


def test_contacts_come_change_and_go_and_the_timeline_says_so(in_tenant):
    account = service.create_account({"name": "x"})
    contact = contact_service.add_contact(account.id, {"name": "李明朗", "phone": "138 0013 8000"})
    contact_service.update_contact(account.id, contact.id, {"title": "Buyer"}, version=1)
    with pytest.raises(Stale):
        contact_service.update_contact(account.id, contact.id, {"title": "x"}, version=1)
    with pytest.raises(Invalid) as caught:
        contact_service.add_contact(account.id, {"email": "li", "phone": "?"})
    assert set(caught.value.fields) == {"name", "email", "phone"}
    assert [each.name for each in queries.contacts_of(account.id)] == ["李明朗"]
    contact_service.remove_contact(account.id, contact.id)
    assert queries.contacts_of(account.id) == []
    assert [kind for kind, _ in stories(account.id)] == [
        "accounts.created",
        "accounts.contact_added",
        "accounts.contact_updated",
        "accounts.contact_removed",
    ]


def test_a_contact_belongs_to_its_account(in_tenant):
    one, other = (service.create_account({"name": name}) for name in ("one", "other"))
    contact = contact_service.add_contact(one.id, {"name": "Li"})
    with pytest.raises(NotFound):
        contact_service.update_contact(other.id, contact.id, {"name": "x"})


def test_an_account_of_another_company_does_not_exist(app, tenant, other_tenant):
    with working_in(app, other_tenant):
        account_id = service.create_account({"name": "theirs"}).id
        db.session.commit()
    with working_in(app, tenant):
        for act in (
            lambda: queries.get_account(account_id),
            lambda: service.update_account(account_id, {"name": "ours"}),
            lambda: service.archive_account(account_id),
            lambda: service.add_note(account_id, "x"),
            lambda: contact_service.add_contact(account_id, {"name": "x"}),
        ):
            with pytest.raises(NotFound):
                act()

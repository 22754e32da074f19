"""The one decision, as sentences."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import pytest

from tierline.access.decision import Subject, acting_as, decide, require
from tierline.access.permissions import (
    CONTRIBUTORS,
    EVERYONE,
    MANAGERS,
    Permission,
    Role,
    permission,
)
from tierline.errors import Forbidden, Unauthenticated

READ = Permission("things.read", "Read", EVERYONE)
CHANGE = Permission("things.update", "Change", CONTRIBUTORS, frozenset({Role.MEMBER}))
CLOSE = Permission("things.close", "Close", MANAGERS)

ME, LI = uuid.uuid4(), uuid.uuid4()
MINE, LIS, NOBODYS, FOREIGN = "mine", "Li's", "nobody's", "another tenant's"


@dataclass
class Record:
    tenant_id: int
    owner_id: uuid.UUID | None


RECORDS = {
    MINE: Record(1, ME),
    LIS: Record(1, LI),
    NOBODYS: Record(1, None),
    FOREIGN: Record(2, ME),
}

TABLE = [
    # a      may      what    to which record  → answer
    (Role.VIEWER, READ, None, True),
    (Role.VIEWER, READ, LIS, True),
    (Role.VIEWER, CHANGE, None, False),
    (Role.VIEWER, CHANGE, MINE, False),
    (Role.MEMBER, CHANGE, MINE, True),
    (Role.MEMBER, CHANGE, NOBODYS, True),
    (Role.MEMBER, CHANGE, LIS, False),
    (Role.MEMBER, CLOSE, MINE, False),
    (Role.MANAGER, CHANGE, LIS, True),
    (Role.MANAGER, CLOSE, LIS, True),
    (Role.OWNER, CHANGE, LIS, True),
    (Role.OWNER, READ, FOREIGN, False),
    (Role.OWNER, CHANGE, FOREIGN, False),
    (Role.MEMBER, CHANGE, FOREIGN, False),
]


@pytest.mark.parametrize(("role", "what", "record", "answer"), TABLE)
def test_a_role_may_do_what_its_permissions_say(role, what, record, answer):
    subject = Subject("Somebody", 1, role, membership_id=ME)
    verdict = decide(subject, what, RECORDS[record] if record else None)
    assert verdict.allowed is answer
    assert verdict.reason


SCOPES = [
    (set(), READ, False),
    ({"*.read"}, READ, True),
    ({"*.read"}, CHANGE, False),
    ({"*.write"}, CHANGE, True),
    ({"*.write"}, READ, False),
    ({"things.*"}, CHANGE, True),
    ({"things.update"}, CHANGE, True),
    ({"others.*"}, CHANGE, False),
    ({"*"}, CLOSE, True),
]


@pytest.mark.parametrize(("scopes", "what", "answer"), SCOPES)
def test_a_token_may_do_what_its_role_and_its_scopes_both_allow(scopes, what, answer):
    manager = Subject("Token", 1, Role.MANAGER, scopes=frozenset(scopes))
    viewer = Subject("Token", 1, Role.VIEWER, scopes=frozenset(scopes))
    assert decide(manager, what).allowed is answer
    assert decide(viewer, what).allowed is (answer and what is READ)


def test_nobody_may_do_anything_and_is_asked_to_sign_in():
    assert not decide(None, READ).allowed
    with acting_as(None), pytest.raises(Unauthenticated):
        require(READ)


def test_a_refusal_says_why():
    viewer = Subject("Viewer", 1, Role.VIEWER)
    why = r"Viewer does not have .*things\.update"
    with acting_as(viewer), pytest.raises(Forbidden, match=why):
        require(CHANGE)


def test_a_permission_is_declared_once():
    permission("tests.twice", "Twice", EVERYONE)
    with pytest.raises(ValueError, match="declared twice"):
        permission("tests.twice", "Twice", EVERYONE)

"""Who may give which role: a table whose rows read as sentences."""

from __future__ import annotations

import datetime

import pytest

from tierline.access.permissions import Role
from tierline.errors import Invalid
from tierline.identity.passwords import problem_with
from tierline.identity.rules import RoleTooHigh, check_expiry, check_role_change, parse_role
from tierline.identity.tokens import digest, make_token, slug_of

NOW = datetime.datetime(2026, 11, 21, 12, tzinfo=datetime.UTC)
TOMORROW = NOW + datetime.timedelta(days=1)

OWNER, ADMIN, VIEWER = Role.OWNER, Role.ADMINISTRATOR, Role.VIEWER
CONSULTANT, MANAGER = Role.CONSULTANT, Role.MANAGER


@pytest.mark.parametrize(
    ("actor", "before", "after", "allowed"),
    [
        (OWNER, None, OWNER, True),
        (OWNER, OWNER, VIEWER, True),
        (OWNER, OWNER, None, True),
        (ADMIN, None, ADMIN, True),
        (ADMIN, MANAGER, ADMIN, True),
        (ADMIN, ADMIN, None, True),
        (ADMIN, None, OWNER, False),
        (ADMIN, ADMIN, OWNER, False),
        (ADMIN, OWNER, VIEWER, False),
        (ADMIN, OWNER, None, False),
        (MANAGER, None, CONSULTANT, False),
        (CONSULTANT, None, ADMIN, False),
    ],
)
def test_nobody_gives_or_takes_a_role_above_their_own(actor, before, after, allowed):
    if allowed:
        check_role_change(actor, before, after)
    else:
        with pytest.raises(RoleTooHigh):
            check_role_change(actor, before, after)


@pytest.mark.parametrize(
    ("role", "end", "problem"),
    [
        (Role.MEMBER, None, None),
        (Role.MEMBER, TOMORROW, None),
        (Role.MEMBER, NOW, "future"),
        (CONSULTANT, None, "needed"),
        (CONSULTANT, TOMORROW, None),
        (CONSULTANT, NOW + datetime.timedelta(days=400), "within a year"),
    ],
)
def test_a_consultant_leaves_again_and_nobody_has_left_before_coming(role, end, problem):
    if problem is None:
        check_expiry(role, end, NOW)
    else:
        with pytest.raises(Invalid, match=problem) as caught:
            check_expiry(role, end, NOW)
        assert "expires_at" in caught.value.fields


def test_an_unknown_role_is_named_with_the_known_ones():
    with pytest.raises(Invalid) as caught:
        parse_role("king")
    assert "viewer" in caught.value.fields["role"][0]


@pytest.mark.parametrize(
    ("password", "words", "part"),
    [
        ("short", (), "at least 10"),
        ("x" * 300, (), "at most"),
        ("aaaabbbbaaaa", (), "first"),
        ("Password1234", (), "first"),
        ("qwertyuiop123", (), "first"),
        ("zhangwei2026", ("zhangwei@example.com", "Zhang Wei"), "your name"),
        ("tierline2026", (), "your name"),
    ],
)
def test_a_password_that_is_guessed_first_is_refused(app, password, words, part):
    with app.test_request_context():
        assert part in (problem_with(password, *words) or "")


@pytest.mark.parametrize(
    "password", ["correct horse battery", "三只老虎跑得快跑得快呀", "p" * 8 + "qrstu"]
)
def test_a_good_password_is_long_and_of_any_characters(app, password):
    with app.test_request_context():
        assert problem_with(password, "li@example.com", "Li Na") is None


def test_a_token_carries_its_tenant_and_only_its_digest_is_kept():
    made = make_token("acme-co")
    assert slug_of(made.secret) == "acme-co"
    assert made.hash == digest(made.secret)
    assert made.secret.startswith(made.prefix)
    assert len(made.secret) - len(made.prefix) > 32
    assert make_token("acme-co").secret != made.secret


@pytest.mark.parametrize(
    "text", ["", "tl_", "tl_acme_short", "xx_acme_" + "a" * 43, "tl_A_" + "a" * 43]
)
def test_what_is_no_token_has_no_tenant(text):
    assert slug_of(text) is None

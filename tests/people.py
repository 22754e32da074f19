"""People for tests, under the name that tests know them by; see `tierline.testing.people`."""

from tierline.testing.people import (
    CSRF,
    Person,
    csrf_token,
    make_member,
    make_operator,
    make_token,
    program,
    sign_in,
    soon,
)

__all__ = [
    "CSRF",
    "Person",
    "csrf_token",
    "make_member",
    "make_operator",
    "make_token",
    "program",
    "sign_in",
    "soon",
]

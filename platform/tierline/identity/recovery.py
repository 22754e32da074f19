"""Links to set a password: single use, since a new password makes the link's stamp worthless."""

from __future__ import annotations

from flask_security.recoverable import generate_reset_password_token

from tierline.identity.models import AppUser
from tierline.mail import address_of


def password_link(user: AppUser) -> str:
    """Return a link with which the user sets a password, once, within a day."""
    token: str = generate_reset_password_token(user)  # type: ignore[no-untyped-call]
    return address_of("security.reset_password", token=token)

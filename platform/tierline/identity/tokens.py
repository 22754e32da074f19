"""The text of an API token: tl_<tenant slug>_<32 random bytes>, of which only a digest is kept."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass

RANDOM_BYTES = 32
SHOWN = 6
_FORM = re.compile(r"tl_(?P<slug>[a-z][a-z0-9-]{1,38}[a-z0-9])_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class NewToken:
    """A token as it is made: `secret` is shown once, the rest is kept."""

    secret: str
    prefix: str
    hash: str


def make_token(slug: str) -> NewToken:
    """Return a new token for the tenant of this slug."""
    secret = f"tl_{slug}_{secrets.token_urlsafe(RANDOM_BYTES)}"
    return NewToken(secret, secret[: len(slug) + 4 + SHOWN], digest(secret))


def digest(secret: str) -> str:
    """Return the SHA-256 of a token, in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def slug_of(secret: str) -> str | None:
    """Return the slug of the tenant that a token is for, or None where it is no token at all."""
    found = _FORM.fullmatch(secret)
    return found["slug"] if found else None

"""The three database roles and how they sign in.

`tierline_owner` owns the tables and runs migrations, `tierline_app` serves pages and jobs behind
row-level security, `tierline_system` does the little work that crosses tenants. DATABASE_URL may
sign in as anyone who can reach the database; the application never works as that login.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from sqlalchemy import URL, make_url

from tierline.config import APP_ROLE, OWNER_ROLE, SYSTEM_ROLE, Settings

ROLES = (OWNER_ROLE, APP_ROLE, SYSTEM_ROLE)


def role_password(settings: Settings, role: str) -> str:
    """Return the role's password: derived from the secret key, so that one secret is enough."""
    message = f"database role {role}".encode()
    return hmac.new(settings.secret_key.encode(), message, hashlib.sha256).hexdigest()


def role_url(settings: Settings, role: str) -> URL:
    """Return the URL with which `role` signs in.

    TIERLINE_APP_DATABASE_URL, TIERLINE_OWNER_DATABASE_URL and TIERLINE_SYSTEM_DATABASE_URL
    override it where an operator manages the roles' passwords.
    """
    variable = f"{role.upper()}_DATABASE_URL"
    if variable in os.environ:
        return with_driver(make_url(os.environ[variable]))
    url = with_driver(make_url(settings.database_url))
    return url.set(username=role, password=role_password(settings, role))


def with_driver(url: URL) -> URL:
    """Return the URL with the psycopg driver named."""
    return url.set(drivername="postgresql+psycopg")

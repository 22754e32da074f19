"""Settings, read from the environment once; every wrong value is reported, by name."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from environs import Env, EnvValidationError
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from tierline.errors import TierlineError
from tierline.marking import N_

# The application never works as DATABASE_URL's login: the owner has the tables and migrates them,
# the app serves behind row-level security, the system does the little that crosses tenants.
OWNER_ROLE = "tierline_owner"
APP_ROLE = "tierline_app"
SYSTEM_ROLE = "tierline_system"
SHORTEST_SECRET = 32
ROLES = (OWNER_ROLE, APP_ROLE, SYSTEM_ROLE)


class SettingsError(TierlineError):
    """The environment must hold every needed setting, in the right form."""

    code = "settings"
    status = 500
    title = N_("The settings are not complete")


@dataclass(frozen=True)
class Settings:
    """What an instance needs to know about its surroundings."""

    database_url: str
    redis_url: str
    secret_key: str
    home: Path  # holds plugins/, tenants/, migrations/
    data: Path  # uploads, result files, logs; belongs to this instance alone
    production: bool = True
    base_url: str = "http://localhost:8000"
    mail_url: str = "console:"  # console: prints mail; smtp://user:password@host:port sends it
    mail_sender: str = "tierline@example.com"
    plugins: str = "all"  # TIERLINE_PLUGINS: all, none, or a comma-separated choice
    start_seconds: float = 30.0  # how long an extension may take to be imported
    suspends: bool = True  # TIERLINE_SUSPEND=no: a plugin that keeps failing is not suspended

    def role_url(self, role: str) -> URL:
        """Return the URL with which a database role signs in.

        TIERLINE_APP_DATABASE_URL, TIERLINE_OWNER_DATABASE_URL and TIERLINE_SYSTEM_DATABASE_URL
        override it where an operator manages the roles' passwords.
        """
        variable = f"{role.upper()}_DATABASE_URL"
        if variable in os.environ:
            return with_driver(make_url(os.environ[variable]))
        url = with_driver(make_url(self.database_url))
        return url.set(username=role, password=self.role_password(role))

    def role_password(self, role: str) -> str:
        """Return a role's password: derived from the secret key, so that one secret is enough."""
        message = f"database role {role}".encode()
        return hmac.new(self.secret_key.encode(), message, hashlib.sha256).hexdigest()


def with_driver(url: URL) -> URL:
    """Return the URL with the psycopg driver named."""
    return url.set(drivername="postgresql+psycopg")


def home_folder() -> Path:
    """Return the folder of plugins/, tenants/ and migrations/: TIERLINE_HOME, or the checkout."""
    given = os.environ.get("TIERLINE_HOME")
    return Path(given).resolve() if given else Path(__file__).resolve().parents[2]


def load_settings(**given: Any) -> Settings:
    """Return the settings of the environment, overridden by what is `given`.

    Raises SettingsError naming every variable that is missing or malformed. In production (the
    default; TIERLINE_ENV=development leaves it) a secret key of at least 32 characters is needed.
    """
    values = _environment() | {name: value for name, value in given.items() if value is not None}
    wrong = _problems(values)
    if wrong:
        text = "; ".join(f"{name} {problem}" for name, problem in wrong.items())
        raise SettingsError(text, fields={name: [problem] for name, problem in wrong.items()})
    return Settings(**values)


def _environment() -> dict[str, Any]:
    env = Env(eager=False)
    home = home_folder()
    values = {
        "database_url": env.str("DATABASE_URL", ""),
        "redis_url": env.str("REDIS_URL", ""),
        "secret_key": env.str("SECRET_KEY", ""),
        "home": home,
        "data": Path(env.str("TIERLINE_DATA", str(home / ".data"))),
        "production": env.str("TIERLINE_ENV", "production") != "development",
        "base_url": env.str("TIERLINE_BASE_URL", "http://localhost:8000"),
        "mail_url": env.str("TIERLINE_MAIL_URL", "console:"),
        "mail_sender": env.str("TIERLINE_MAIL_SENDER", "tierline@example.com"),
        "plugins": env.str("TIERLINE_PLUGINS", "all"),
        "start_seconds": env.float("TIERLINE_START_SECONDS", 30.0),
        "suspends": env.bool("TIERLINE_SUSPEND", True),
    }
    _sealed(env)
    return values


def _sealed(env: Env) -> None:
    """Raise SettingsError for what can't be read as what it is."""
    try:
        env.seal()
    except EnvValidationError as error:
        told = error.error_messages
        named = told if isinstance(told, Mapping) else {}
        fields = {name: list(wrong) for name, wrong in named.items()}
        text = "; ".join(f"{name}: {' '.join(wrong)}" for name, wrong in fields.items())
        raise SettingsError(text, fields=fields) from error


def _problems(values: dict[str, Any]) -> dict[str, str]:
    """Return {variable: what is wrong with it}."""
    wrong = {}
    for name in ("database_url", "redis_url", "secret_key"):
        if not values[name]:
            wrong[name.upper()] = "is not set"
    if values["database_url"]:
        try:
            make_url(values["database_url"])
        except ArgumentError:
            wrong["DATABASE_URL"] = "is not a database URL, such as postgresql://user@host/name"
    if values["production"] and 0 < len(values["secret_key"]) < SHORTEST_SECRET:
        wrong["SECRET_KEY"] = f"must have at least {SHORTEST_SECRET} characters in production"
    return wrong

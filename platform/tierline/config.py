"""Settings, read from the environment once; every wrong value is reported, by name."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from environs import Env
from sqlalchemy import URL, make_url

from tierline.errors import TierlineError

APP_ROLE = "tierline_app"
OWNER_ROLE = "tierline_owner"
SYSTEM_ROLE = "tierline_system"


class SettingsError(TierlineError):
    """The environment must hold every needed setting, in the right form."""

    code = "settings"
    status = 500
    title = "The settings are not complete"


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
    extra: dict[str, Any] = field(default_factory=dict)

    def role_url(self, role: str) -> URL:
        """Return the URL under which `role` signs in to the same database.

        The password is derived from the secret key (see `tierline.db.roles`), unless the
        environment names a URL for the role (TIERLINE_APP_DATABASE_URL and the like).
        """
        from tierline.db.roles import role_url

        return role_url(self, role)


def home_folder() -> Path:
    """Return the folder that holds plugins/, tenants/ and migrations/ (TIERLINE_HOME or the checkout)."""
    given = os.environ.get("TIERLINE_HOME")
    return Path(given).resolve() if given else Path(__file__).resolve().parents[2]


def load_settings(**given: Any) -> Settings:
    """Return the settings of the environment, overridden by what is `given`.

    Raises SettingsError naming every variable that is missing or malformed. In production (the
    default; TIERLINE_ENV=development leaves it) a secret key of at least 32 characters is needed.
    """
    env = Env(eager=False)
    production = env.str("TIERLINE_ENV", "production") != "development"
    home = home_folder()
    values: dict[str, Any] = {
        "database_url": env.str("DATABASE_URL", ""),
        "redis_url": env.str("REDIS_URL", ""),
        "secret_key": env.str("SECRET_KEY", ""),
        "home": home,
        "data": Path(env.str("TIERLINE_DATA", str(home / ".data"))),
        "production": production,
        "base_url": env.str("TIERLINE_BASE_URL", "http://localhost:8000"),
        "mail_url": env.str("TIERLINE_MAIL_URL", "console:"),
        "mail_sender": env.str("TIERLINE_MAIL_SENDER", "tierline@example.com"),
        "plugins": env.str("TIERLINE_PLUGINS", "all"),
    }
    env.seal()
    values.update({name: value for name, value in given.items() if value is not None})
    wrong = {}
    for name, variable in (("database_url", "DATABASE_URL"), ("redis_url", "REDIS_URL")):
        if not values[name]:
            wrong[variable] = ["is not set"]
    if values["database_url"]:
        try:
            make_url(values["database_url"])
        except Exception as error:  # noqa: BLE001 - any parse failure is the same message
            wrong["DATABASE_URL"] = [f"is not a database URL: {error}"]
    if not values["secret_key"]:
        wrong["SECRET_KEY"] = ["is not set; python3 -c 'import secrets; print(secrets.token_hex())' makes one"]
    elif values["production"] and len(values["secret_key"]) < 32:
        wrong["SECRET_KEY"] = ["must have at least 32 characters in production"]
    if wrong:
        text = "; ".join(f"{name} {problem}" for name, problems in wrong.items() for problem in problems)
        raise SettingsError(text, fields=wrong)
    return Settings(**values)

"""What a command was told about its instance, before anything of it is looked for."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Wish:
    """The instance that is meant; None where the command line says nothing."""

    data: Path | None = None
    database_url: str | None = None
    redis_url: str | None = None

    @property
    def folder(self) -> Path:
        """Return the data directory: the one named, TIERLINE_DATA, or .data in the home folder."""
        given = self.data or os.environ.get("TIERLINE_DATA")
        if given:
            return Path(given).absolute()
        from tierline.config import home_folder

        return home_folder() / ".data"

    @property
    def database(self) -> str | None:
        """Return the database's URL: the one named, or DATABASE_URL; None for the embedded one."""
        return self.database_url or os.environ.get("DATABASE_URL")

    @property
    def broker(self) -> str | None:
        """Return Redis's URL: the one named, or REDIS_URL; None for the embedded Valkey."""
        return self.redis_url or os.environ.get("REDIS_URL")

    @property
    def needs_servers(self) -> bool:
        """Return whether embedded servers are to be started."""
        return not (self.database and self.broker)

"""A fresh instance for a benchmark: servers of its own in a temporary directory."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from flask import Flask
from sqlalchemy import make_url

from benchmarks.processes import processor_seconds
from tierline.app import create_app
from tierline.config import Settings
from tierline.db.prepare import prepare
from tierline.instance.opening import Wish, open_instance
from tierline.plugins.manager import histories


@dataclass(frozen=True)
class Bench:
    """The application and the settings of a benchmark's instance."""

    app: Flask
    settings: Settings

    def processor_seconds(self) -> float:
        """Return the processor time that this process and the database server have used so far."""
        postmaster = (self.settings.data / "postgres" / "postmaster.pid").read_text().split()[0]
        return time.process_time() + processor_seconds(int(postmaster))

    def environment(self) -> dict[str, str]:
        """Return the environment in which another process has the same settings."""
        return {
            "DATABASE_URL": self.settings.database_url,
            "REDIS_URL": self.settings.redis_url,
            "SECRET_KEY": self.settings.secret_key,
            "TIERLINE_HOME": str(self.settings.home),
            "TIERLINE_DATA": str(self.settings.data),
            "TIERLINE_ENV": "development",
        }

    def connect(self) -> psycopg.Connection:
        """Sign in to the database as its superuser: for floors and for filling, past every wall."""
        url = make_url(self.settings.database_url).set(drivername="postgresql")
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


@contextmanager
def fresh_instance() -> Iterator[Bench]:
    """Start servers, migrate, build the application; everything is gone at the block's end."""
    with tempfile.TemporaryDirectory(prefix="tierline-bench-") as folder:
        wish = Wish(data=Path(folder) / "data")
        with open_instance(wish) as opened:
            prepare(opened.settings, histories(opened.settings))
            yield Bench(create_app(opened.settings), opened.settings)

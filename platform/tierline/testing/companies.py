"""Companies as tests hold them, and the browsers that visit them."""

from __future__ import annotations

import contextvars
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tierline.access.decision import acting_as, platform_subject
from tierline.db import tenant_scope


@dataclass(frozen=True)
class Company:
    """A tenant as tests hold it, detached from any session."""

    id: int
    slug: str
    name: str


class Browser(FlaskClient):
    """A test client whose requests start in a context of their own, as a server's do.

    Each comes from an address of its own, so that limits by address keep tests apart.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.environ_base["REMOTE_ADDR"] = (
            f"2001:db8::{uuid.uuid4().hex[:4]}:{uuid.uuid4().hex[:4]}"
        )

    def open(self, *args: Any, **options: Any) -> Any:
        """Send a request."""
        return contextvars.Context().run(super().open, *args, **options)


@contextmanager
def working_in(app: Flask, company: Company) -> Iterator[None]:
    """Work in a tenant as the platform would; nothing is committed by itself."""
    with ExitStack() as stack:
        stack.enter_context(app.app_context())
        stack.enter_context(tenant_scope(company.id))
        stack.enter_context(acting_as(platform_subject(company.id)))
        yield

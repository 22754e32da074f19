"""Accounts for tests, made through the service as the platform would make them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conftest import Company, working_in
from tierline.accounts import service
from tierline.db import db


@pytest.fixture
def add_account(app: Any, tenant: Company) -> Callable[..., str]:
    """Return a function that adds an account to the tenant and returns its id."""

    def add(name: str, groups: dict[str, str | None] | None = None, **values: Any) -> str:
        with working_in(app, tenant):
            account_id = str(service.create_account({"name": name, **values}, groups).id)
            db.session.commit()
        return account_id

    return add

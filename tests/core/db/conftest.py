"""Planted tenants for the tests of the walls."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from conftest import Company
from tenant_rows import Planted, plant
from tierline.db import db
from tierline.tenancy.service import create_tenant


@pytest.fixture(scope="session")
def make_planted(app: Flask) -> Callable[[], Planted]:
    """Return a function that makes a tenant with a row in every tenant table."""
    made = iter(range(1000))

    def make() -> Planted:
        slug = f"planted-{next(made)}"
        with app.app_context():
            tenant_id = create_tenant(slug, slug, "en").id
            db.session.commit()
        return plant(app, Company(tenant_id, slug, slug))

    return make

"""The frame alone: an application with its real parts and no database."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from showroom import make_showroom


@pytest.fixture(scope="session")
def showroom() -> Flask:
    """Return the style guide's application."""
    return make_showroom()


@pytest.fixture
def visitor(showroom: Flask) -> FlaskClient:
    """Return a client of the style guide's application."""
    return showroom.test_client()

"""The API keeps to its own description: schemathesis sends what it allows, and what it does not."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from people import make_member, make_token
from tierline.app import create_app
from tierline.cli.openapi import NOWHERE
from tierline.config import load_settings

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


@pytest.fixture(scope="module")
def api_company(app, make_tenant):
    """Return a company and the secret of its owner's token."""
    company = make_tenant("Described company")
    return company, make_token(app, make_member(app, company))


# The description needs no database, so that the operations are known when tests are collected.
api = schemathesis.openapi.from_wsgi("/api/openapi.json", create_app(load_settings(**NOWHERE)))


@api.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
def test_every_operation_keeps_to_its_description(case, app, api_company):
    company, secret = api_company
    if "tenant" in (case.path_parameters or {}):
        case.path_parameters["tenant"] = company.slug
    headers = {"Authorization": f"Bearer {secret}"}
    case.call_and_validate(app=app, headers=headers, checks=CHECKS)

"""What uses a metric, a field or a scheme, told before it is changed."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from conftest import Company, working_in
from tierline.cli.plugins import command
from tierline.configuration import service
from tierline.configuration.uses import uses_of
from tierline.db import db
from tierline.packs.differences import Operation


def used(folder: str, id: str) -> dict[str, str | None]:
    return {f"{use.folder}/{use.id}": use.through for use in uses_of(folder, id)}


@pytest.fixture
def supplied(app: Flask, tenant: Company) -> Company:
    with working_in(app, tenant):
        service.enable("suppliers")
        db.session.commit()
    return tenant


def test_a_field_is_used_by_its_metric_and_through_it_by_schemes(
    app: Flask, supplied: Company
) -> None:
    with working_in(app, supplied):
        found = used("fields", "suppliers:annual_spend")
        assert found["metrics/suppliers:annual_spend"] is None
        assert found["tiering/suppliers:kraljic"] == "suppliers:annual_spend"


def test_a_metric_is_used_over_the_borders_of_plugins(app: Flask, supplied: Company) -> None:
    with working_in(app, supplied):
        assert "tiering/fmcg_channel:weighted_score" not in used("metrics", "essentials:sales_12m")
        service.enable("fmcg_channel")
        found = used("metrics", "essentials:sales_12m")
        assert found["tiering/essentials:abc_sales"] is None
        assert found["metrics/essentials:growth_12m"] is None
        assert found["tiering/fmcg_channel:weighted_score"] is None


def test_a_scheme_is_used_by_its_playbook(app: Flask, supplied: Company) -> None:
    with working_in(app, supplied):
        service.enable("fmcg_channel")
        assert any(
            each.startswith("playbooks/") for each in used("tiering", "fmcg_channel:weighted_score")
        )
        assert used("tiering", "essentials:abc_sales_total") == {}


def test_a_use_that_the_company_took_out_is_none_any_more(app: Flask, supplied: Company) -> None:
    with working_in(app, supplied):
        before = used("metrics", "essentials:sales_12m")
        assert "tiering/essentials:current_by_potential" in before
        gone = Operation("tiering/current_by_potential", "hide")
        service.override("essentials", [gone], reason="not ours")
        after = used("metrics", "essentials:sales_12m")
        assert before.keys() - after.keys() == {"tiering/essentials:current_by_potential"}


def test_page_api_and_command_tell_it(
    app: Flask,
    supplied: Company,
    login: Callable[..., FlaskClient],
    api: Callable[..., FlaskClient],
) -> None:
    address = f"/t/{supplied.slug}/plugins/suppliers/items/fields/annual_spend"
    page = login("administrator").get(address).text
    assert f'href="/t/{supplied.slug}/plugins/suppliers/items/tiering/kraljic"' in page
    told = api().get(f"/api/v1{address}/uses").json["items"]
    assert {"metrics", "tiering"} <= {each["kind"] for each in told}
    with app.app_context():
        asked = ["uses", "fields/suppliers:annual_spend", "--tenant", supplied.slug, "--json"]
        answer = CliRunner().invoke(command, asked)
    assert [each["id"] for each in json.loads(answer.output)] == [each["id"] for each in told]

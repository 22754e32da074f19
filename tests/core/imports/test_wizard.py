"""The import wizard as a person walks it: pages, form by form."""

from __future__ import annotations

import io
import re
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient

from conftest import Company, working_in
from people import make_member, sign_in
from tierline.access.permissions import Role
from tierline.db import db
from tierline.jobs.queries import open_jobs
from tierline.jobs.running import run_job
from tierline.jobs.service import cancel

CSV = (
    "Invoice No,Customer ID,Invoice Date,Item,Qty,Price,Country\n"
    "A1,C1,2026-01-05,screw,10,1.50,Norway\n"
    "A1,C1,2026-01-05,nut,5,2.00,Norway\n"
    "A2,C2,2026-02-07,screw,1,1.50,Chile\n"
    "A3,,2026-02-08,screw,1,1.50,Chile\n"
    "A4,C2,2026-02-30,screw,1,1.50,Chile\n"
)


@pytest.fixture
def manager(app: Flask, tenant: Company) -> FlaskClient:
    return sign_in(app, make_member(app, tenant, Role.MANAGER))


def upload(client: FlaskClient, company: Company, text: str = CSV, **form: str) -> str:
    """Send the file; return the address of the import."""
    data = {"record_type": "transactions", "file": (io.BytesIO(text.encode()), "trade.csv"), **form}
    response = client.post(f"/t/{company.slug}/imports", data=data)
    assert response.status_code == 303, response.text
    return str(response.location)


def run_open_job(app: Flask, company: Company) -> None:
    """Do what a worker would do with the job that a page waits for."""
    with working_in(app, company):
        jobs = [job.id for job in open_jobs()]
    for job_id in jobs:
        assert run_job(app, company.id, job_id) == "done"


def chosen_fields(page: str) -> dict[str, str]:
    """Return what the mapping page's form would send if it was sent as it is."""
    form = {}
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        first = re.search(r'<option value="([^"]*)"', body)
        form[name] = chosen[1] if chosen else first[1] if first else ""
    return form


def test_a_file_goes_through_all_steps(app: Flask, tenant: Company, manager: FlaskClient) -> None:
    address = upload(manager, tenant)
    page = manager.get(address).text
    form = chosen_fields(page)
    assert form["field_number"] == "column:Invoice No"
    assert form["field_account"] == "column:Customer ID"
    assert form["field_date"] == "column:Invoice Date"

    sent = {**form, "decimal": "point", "save_as": "shop"}
    assert manager.post(f"{address}/mapping", data=sent).status_code == 303
    waiting = manager.get(address)
    assert "data-progress" in waiting.text
    run_open_job(app, tenant)

    check = manager.get(address).text
    assert "Account number is missing" in check
    assert "Date can&#39;t be read" in check
    dry = manager.get(f"{address}?step=dry").text
    assert "5 rows in = 3 created + 0 updated + 0 unchanged + 2 failed" in dry

    assert manager.post(f"{address}/run").status_code == 303
    run_open_job(app, tenant)
    result = manager.get(address).text
    assert "5 rows in = 3 created + 0 updated + 0 unchanged + 2 failed" in result

    with manager.get(f"{address}/failed-rows") as failed:
        assert failed.headers["Content-Disposition"].endswith("trade-failed-rows.csv")
        assert failed.data.startswith(b"\xef\xbb\xbf")
        lines = failed.data.decode("utf-8-sig").splitlines()
    assert lines[1] == "4,Account number is missing,A3,,2026-02-08,screw,1,1.50,Chile"
    assert lines[2].startswith("5,Date can't be read,A4,C2,2026-02-30")
    assert "trade.csv" in manager.get(f"/t/{tenant.slug}/imports").text


def test_the_saved_mapping_fits_the_next_file(
    app: Flask, tenant: Company, manager: FlaskClient
) -> None:
    first = upload(manager, tenant)
    form = chosen_fields(manager.get(first).text)
    manager.post(f"{first}/mapping", data={**form, "decimal": "point", "save_as": "shop"})
    second = upload(manager, tenant)
    assert '<option value="shop"' in manager.get(second).text
    assert manager.post(f"{second}/use", data={"mapping": "shop"}).status_code == 303
    assert manager.post(f"{second}/use", data={"mapping": "nowhere"}).status_code == 404


def test_treatments_are_chosen_at_the_check(
    app: Flask, tenant: Company, manager: FlaskClient
) -> None:
    text = CSV + "A5,C2,2026-02-09,gift,1,0,Chile\n"
    address = upload(manager, tenant, text)
    form = chosen_fields(manager.get(address).text)
    manager.post(f"{address}/mapping", data={**form, "decimal": "point"})
    run_open_job(app, tenant)
    assert "The price is zero or less" in manager.get(address).text
    manager.post(f"{address}/treatments", data={"treat_non_positive_price": "keep"})
    run_open_job(app, tenant)
    dry = manager.get(f"{address}?step=dry").text
    assert "6 rows in = 4 created + 0 updated + 0 unchanged + 2 failed" in dry


def test_a_cancelled_import_can_be_begun_again(
    app: Flask, tenant: Company, manager: FlaskClient
) -> None:
    address = upload(manager, tenant)
    form = chosen_fields(manager.get(address).text)
    manager.post(f"{address}/mapping", data={**form, "decimal": "point"})
    with working_in(app, tenant):
        cancel(open_jobs()[0].id)
        db.session.commit()
    assert "It was cancelled" in manager.get(address).text
    manager.post(f"{address}/mapping", data={**form, "decimal": "point"})
    run_open_job(app, tenant)
    assert "What was found" in manager.get(address).text


def test_a_file_that_breaks_off_says_where(
    app: Flask, tenant: Company, manager: FlaskClient
) -> None:
    address = upload(manager, tenant, CSV * 600 + 'A9,C1,2026-01-05,"never closed\n')
    form = chosen_fields(manager.get(address).text)
    manager.post(f"{address}/mapping", data={**form, "decimal": "point"})
    with working_in(app, tenant):
        job_id = open_jobs()[0].id
    assert run_job(app, tenant.id, job_id) == "failed"
    assert "a quotation mark is not closed" in manager.get(address).text


@pytest.mark.parametrize(
    ("form", "status", "said"),
    [
        ({"record_type": "dragons"}, 404, "must be one of accounts, transactions"),
        ({"file": (io.BytesIO(b""), "empty.csv")}, 400, "The file is empty"),
        ({"file": (io.BytesIO(b"\x00\x01"), "x.bin")}, 400, "not a text"),
        ({"file": (io.BytesIO(b""), "")}, 422, "Choose a file"),
    ],
)
def test_a_bad_upload_says_why(
    tenant: Company, manager: FlaskClient, form: dict[str, object], status: int, said: str
) -> None:
    data = {"record_type": "transactions", "file": (io.BytesIO(b"a,b\n1,2\n"), "x.csv"), **form}
    response = manager.post(f"/t/{tenant.slug}/imports", data=data)
    assert response.status_code == status
    assert said in response.text


def test_a_mapping_without_what_is_needed_is_refused_at_its_field(
    tenant: Company, manager: FlaskClient
) -> None:
    address = upload(manager, tenant)
    form = {**chosen_fields(manager.get(address).text), "field_date": "", "decimal": "point"}
    response = manager.post(f"{address}/mapping", data=form)
    assert response.status_code == 422
    assert "is needed" in response.text


def test_who_may_import_is_asked(app: Flask, tenant: Company, other_tenant: Company) -> None:
    owner = sign_in(app, make_member(app, tenant, Role.OWNER))
    address = upload(owner, tenant)
    viewer = sign_in(app, make_member(app, tenant, Role.VIEWER))
    assert viewer.get(f"/t/{tenant.slug}/imports/new").status_code == 403
    assert viewer.post(f"{address}/run").status_code == 403
    member = sign_in(app, make_member(app, tenant, Role.MEMBER))
    data = {"record_type": "transactions", "file": (io.BytesIO(CSV.encode()), "trade.csv")}
    assert member.post(f"/t/{tenant.slug}/imports", data=data).status_code == 403
    stranger = sign_in(app, make_member(app, other_tenant, Role.OWNER))
    foreign = address.replace(tenant.slug, other_tenant.slug)
    assert stranger.get(foreign).status_code == 404
    missing = f"/t/{tenant.slug}/imports/{uuid.uuid4()}"
    assert owner.get(missing).status_code == 404

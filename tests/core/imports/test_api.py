"""The import in the API: upload, map, dry run, run, result, failed rows; transactions after it."""

from __future__ import annotations

import io

from flask import Flask

from conftest import Company, working_in
from core.imports.samples import MAPPING
from people import make_member, make_token
from tierline.jobs.queries import open_jobs
from tierline.jobs.running import run_job

CSV = (
    "account,number,date,product,quantity,unit_price\n"
    "C1,A1,2026-01-05,p,2,1.5\n"
    ",A2,2026-01-05,p,1,1\n"
)


def work(app: Flask, company: Company) -> None:
    with working_in(app, company):
        jobs = [job.id for job in open_jobs()]
    for job_id in jobs:
        assert run_job(app, company.id, job_id) == "done"


def test_an_import_from_upload_to_lines(app: Flask, tenant: Company) -> None:
    client = app.test_client()
    token = make_token(app, make_member(app, tenant))
    headers = {"Authorization": f"Bearer {token}"}
    base = f"/api/v1/t/{tenant.slug}"
    data = {"record_type": "transactions", "file": (io.BytesIO(CSV.encode()), "trade.csv")}
    created = client.post(f"{base}/imports", data=data, headers=headers)
    assert created.status_code == 201, created.text
    address = f"{base}/imports/{created.json['id']}"
    assert created.json["mapping"]["columns"]["number"] == "number"

    wrong = client.put(f"{address}/mapping", json={"document": {"columns": {}}}, headers=headers)
    assert (wrong.status_code, wrong.json["errors"]) == (
        422,
        {"columns": ["must map at least one field"]},
    )
    assert client.put(f"{address}/mapping", json={}, headers=headers).status_code == 422
    mapped = client.put(f"{address}/mapping", json={"document": MAPPING}, headers=headers)
    assert mapped.status_code == 200, mapped.text

    assert client.post(f"{address}/check", headers=headers).status_code == 202
    assert client.post(f"{address}/check", headers=headers).status_code == 409
    work(app, tenant)
    checked = client.get(address, headers=headers).json
    assert checked["state"] == "checked"
    assert (checked["dry_run"]["created"], checked["dry_run"]["failed"]) == (1, 1)

    assert client.post(f"{address}/run", headers=headers).status_code == 202
    work(app, tenant)
    done = client.get(address, headers=headers).json
    assert (done["state"], done["result"]["created"]) == ("done", 1)
    with client.get(f"{address}/failed-rows", headers=headers) as failed:
        assert failed.content_type.startswith("text/csv")
        assert failed.text.count("\n") == 2

    listed = client.get(f"{base}/transactions", headers=headers).json["items"]
    assert [(each["number"], each["amount"], each["currency"]) for each in listed] == [
        ("A1", "3.00", "EUR")
    ]
    shown = client.get(f"{base}/transactions/{listed[0]['id']}", headers=headers).json
    assert [(line["quantity"], line["amount"]) for line in shown["lines"]] == [("2", "3.00")]


def test_mappings_are_kept_shown_and_forgotten(app: Flask, tenant: Company) -> None:
    client = app.test_client()
    headers = {"Authorization": f"Bearer {make_token(app, make_member(app, tenant))}"}
    address = f"/api/v1/t/{tenant.slug}/import-mappings"
    body = {"record_type": "transactions", "document": MAPPING}
    assert client.put(f"{address}/shop", json=body, headers=headers).status_code == 200
    assert client.put(f"{address}/no%20name", json=body, headers=headers).status_code == 422
    listed = client.get(address, headers=headers).json["items"]
    assert [(each["name"], each["record_type"]) for each in listed] == [("shop", "transactions")]
    assert client.delete(f"{address}/shop", headers=headers).status_code == 204
    assert client.delete(f"{address}/shop", headers=headers).status_code == 404

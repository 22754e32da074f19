"""Importing accounts: own fields, groups, contacts, owners, the fields of plugins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from conftest import Company, working_in
from core.imports.samples import bring, counts, rows_of, write
from people import make_member
from tierline.access.permissions import Role
from tierline.configuration.service import enable
from tierline.db import db

HEADER = (
    "external_key", "name", "kind", "groups", "owner", "industry", "credit_code",
    "contact_1_name", "contact_1_email", "contact_2_name",
)  # fmt: skip
GOOD_CODE = "91350100M000100Y43"  # GB 32100-2015, the standard's own example


def row(**values: str) -> tuple[str, ...]:
    return tuple(values.get(name, "") for name in HEADER)


HUA = row(external_key="C1", name="华兴精密模具有限公司", kind="enterprise", credit_code=GOOD_CODE)
ACCOUNTS = """SELECT external_key, name, kind, industry, credit_code, name_key, version
  FROM account ORDER BY external_key"""


def file_of(path: Path, *rows: tuple[str, ...]) -> Path:
    return write(path, rows, header=HEADER)


def bring_accounts(app: Flask, company: Company, path: Path, **options: Any) -> dict[str, Any]:
    return bring(app, company, path, record_type="accounts", **options)


def test_accounts_are_created_found_again_and_changed(
    app: Flask, tenant: Company, tmp_path: Path
) -> None:
    path = file_of(tmp_path / "a.csv", HUA, row(external_key="C2", name="Brightside"))
    assert counts(bring_accounts(app, tenant, path)) == (2, 0, 0, 0)
    first, second = rows_of(app, tenant, ACCOUNTS)
    assert first[:5] == ("C1", "华兴精密模具有限公司", "enterprise", "", GOOD_CODE)
    assert first[5].startswith("huaxingjingmi")
    assert second[2] == "enterprise"
    assert counts(bring_accounts(app, tenant, path)) == (0, 0, 2, 0)

    changed = file_of(
        tmp_path / "b.csv",
        row(external_key="C1", name="华兴精密模具有限公司", industry="模具"),
        row(external_key="C2", name="Brightside Foods"),
    )
    assert counts(bring_accounts(app, tenant, changed)) == (0, 2, 0, 0)
    first, second = rows_of(app, tenant, ACCOUNTS)
    assert first[3:5] == ("模具", GOOD_CODE), "an empty cell changes nothing"
    assert (second[1], second[6]) == ("Brightside Foods", 2)


def test_contacts_are_known_by_their_name(app: Flask, tenant: Company, tmp_path: Path) -> None:
    people = {
        "contact_1_name": "李明",
        "contact_1_email": "li@example.com",
        "contact_2_name": "Ann",
    }
    path = file_of(tmp_path / "a.csv", row(external_key="C1", name="X", **people))
    assert counts(bring_accounts(app, tenant, path)) == (1, 0, 0, 0)
    people["contact_1_email"] = "li.ming@example.com"
    path = file_of(tmp_path / "b.csv", row(external_key="C1", name="X", **people))
    assert counts(bring_accounts(app, tenant, path)) == (0, 1, 0, 0)
    found = rows_of(app, tenant, "SELECT name, email, version FROM contact ORDER BY name")
    assert found == [("Ann", "", 1), ("李明", "li.ming@example.com", 2)]


def test_groups_are_joined_and_customers_are_the_default(
    app: Flask, tenant: Company, tmp_path: Path
) -> None:
    with working_in(app, tenant):
        enable("suppliers")
        db.session.commit()
    path = file_of(
        tmp_path / "a.csv",
        row(external_key="C1", name="A"),
        row(external_key="C2", name="B", groups="customer; supplier"),
        row(external_key="C3", name="C", groups="friends"),
    )
    result = bring_accounts(app, tenant, path)
    assert (counts(result), result["reasons"]) == ((2, 0, 0, 1), {"unknown_group": 1})
    groups = """SELECT a.external_key, g.group_key FROM account_group g
      JOIN account a ON a.tenant_id = g.tenant_id AND a.id = g.account_id ORDER BY 1, 2"""
    assert rows_of(app, tenant, groups) == [
        ("C1", "customer"), ("C2", "customer"), ("C2", "supplier"),
    ]  # fmt: skip
    assert counts(bring_accounts(app, tenant, path)) == (0, 0, 2, 1)


def test_an_owner_is_a_member_by_e_mail(app: Flask, tenant: Company, tmp_path: Path) -> None:
    person = make_member(app, tenant, Role.MEMBER)
    path = file_of(
        tmp_path / "a.csv",
        row(external_key="C1", name="A", owner=person.email.upper()),
        row(external_key="C2", name="B", owner="nobody@example.com"),
    )
    result = bring_accounts(app, tenant, path)
    assert (counts(result), result["reasons"]) == ((1, 0, 0, 1), {"unknown_owner": 1})
    assert rows_of(app, tenant, "SELECT owner_id FROM account") == [(person.membership_id,)]


CODES = {
    GOOD_CODE: True,
    "91350100m000100y43": True,
    "9135 0100 M000 100Y 43": True,
    "91350100M000100Y44": False,
    "91350100M000100Y4": False,
    "9135010IM000100Y43": False,
}


@pytest.mark.parametrize("code", CODES)
def test_credit_codes_are_checked(app: Flask, tenant: Company, tmp_path: Path, code: str) -> None:
    path = file_of(tmp_path / "a.csv", row(external_key="C1", name="A", credit_code=code))
    result = bring_accounts(app, tenant, path)
    assert ("wrong_credit_code" in result["reasons"]) is not CODES[code]


def test_a_number_stands_in_a_file_once(app: Flask, tenant: Company, tmp_path: Path) -> None:
    rows = [row(external_key="C1", name=name) for name in ("A", "B", "C")]
    result = bring_accounts(app, tenant, file_of(tmp_path / "a.csv", *rows))
    assert (counts(result), result["reasons"]) == ((1, 0, 0, 2), {"repeated_key": 2})


def test_fields_of_plugins_are_typed_and_merged(
    app: Flask, tenant: Company, tmp_path: Path
) -> None:
    with working_in(app, tenant):
        enable("manufacturing")
        db.session.commit()
    share, volume = "manufacturing__share_of_wallet", "manufacturing__purchase_volume"
    header = ("external_key", "name", share, volume)
    path = write(tmp_path / "a.csv", [("C1", "A", "23.4", "18000000")], header=header)
    assert counts(bring_accounts(app, tenant, path)) == (1, 0, 0, 0)
    path = write(
        tmp_path / "b.csv", [("C1", "A", "25", ""), ("C2", "B", "101", "1")], header=header
    )
    result = bring_accounts(app, tenant, path)
    assert (counts(result), result["reasons"]) == ((0, 1, 0, 1), {f"invalid_{share}": 1})
    assert rows_of(app, tenant, "SELECT fields FROM account") == [({share: 25, volume: 18000000},)]

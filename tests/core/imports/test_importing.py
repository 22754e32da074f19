"""Importing transactions: what is created, updated, left alone and refused, and that it adds up."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import Company, working_in
from core.imports.samples import (
    MAPPING,
    bring,
    counts,
    pack,
    rows_of,
    samples_of,
    save,
    write,
)
from tierline.errors import Invalid, NotFound
from tierline.imports import staging
from tierline.imports.commanding import ImportFailed
from tierline.imports.service import save_mapping

LINES = [
    ("C1", "A1", "2026-01-05", "screw", "10", "1.50"),
    ("C1", "A1", "2026-01-05", "nut", "4", "0.25"),
    ("C1", "A1", "2026-01-05", "screw", "2", "1.50"),
    ("C2", "A2", "2026-01-06", "bolt", "1", "1,250.00"),
]
SUMS = """
SELECT kind, number, amount, line_count, (SELECT sum(amount) FROM ledger_line l
  WHERE l.tenant_id = t.tenant_id AND l.transaction_id = t.id)
FROM ledger_transaction t ORDER BY kind, number
"""


def quoted(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [tuple(f'"{value}"' if "," in value else value for value in row) for row in rows]


def test_a_first_import_creates_and_the_same_again_changes_nothing(
    app: Flask, tenant: Company, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", quoted(LINES))
    assert counts(bring(app, tenant, path, MAPPING)) == (4, 0, 0, 0)
    assert rows_of(app, tenant, SUMS) == [
        ("invoice", "A1", 1900, 3, 1900),
        ("invoice", "A2", 125000, 1, 125000),
    ]
    assert counts(bring(app, tenant, pack(path), "test")) == (0, 0, 4, 0)


def test_a_changed_line_updates_it_and_its_transactions_sum(
    app: Flask, tenant: Company, tmp_path: Path
) -> None:
    bring(app, tenant, write(tmp_path / "a.csv", quoted(LINES)), MAPPING)
    changed = [*LINES]
    changed[2] = ("C1", "A1", "2026-01-05", "screw", "3", "1.50")
    changed.append(("C1", "A1", "2026-01-05", "washer", "1", "0.10"))
    result = bring(app, tenant, write(tmp_path / "b.csv", quoted(changed)), "test")
    assert counts(result) == (1, 1, 3, 0)
    assert rows_of(app, tenant, SUMS)[0] == ("invoice", "A1", 2060, 4, 2060)


def test_a_later_date_or_another_account_updates_every_line(
    app: Flask, tenant: Company, tmp_path: Path
) -> None:
    bring(app, tenant, write(tmp_path / "a.csv", quoted(LINES)), MAPPING)
    moved = [("C9", *row[1:]) if row[1] == "A1" else row for row in LINES]
    assert counts(bring(app, tenant, write(tmp_path / "b.csv", quoted(moved)), "test")) == (
        0, 3, 1, 0,
    )  # fmt: skip
    owners = """SELECT a.external_key, t.number FROM ledger_transaction t JOIN account a
      ON a.tenant_id = t.tenant_id AND a.id = t.account_id ORDER BY t.number"""
    assert rows_of(app, tenant, owners) == [("C9", "A1"), ("C2", "A2")]


def test_a_dry_run_counts_the_same_and_writes_nothing(
    app: Flask, tenant: Company, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", [*quoted(LINES), ("", "A3", "2026-01-06", "bolt", "1", "1")])
    dry = bring(app, tenant, path, MAPPING, dry_run=True)
    assert counts(dry) == (4, 0, 0, 1)
    for table in ("account", "ledger_transaction", "ledger_line"):
        assert rows_of(app, tenant, f"SELECT count(*) FROM {table}") == [(0,)]
    noted = samples_of(app, tenant, dry)
    assert noted["samples"]["missing_account"] == [
        {"row": 5, "values": ["", "A3", "2026-01-06", "bolt", "1", "1"]}
    ]
    assert noted["preview"][0]["product"] == "screw"
    assert counts(bring(app, tenant, path, "test")) == counts(dry)


FINDINGS = {
    "an account that is missing": (("", "X", "2026-01-05", "p", "1", "1"), "missing_account"),
    "a number that is missing": (("C1", "", "2026-01-05", "p", "1", "1"), "missing_number"),
    "a date that is missing": (("C1", "X", "", "p", "1", "1"), "missing_date"),
    "a day that never was": (("C1", "X", "2026-02-30", "p", "1", "1"), "invalid_date"),
    "a date in another form": (("C1", "X", "05.01.2026", "p", "1", "1"), "invalid_date"),
    "the word today": (("C1", "X", "today", "p", "1", "1"), "invalid_date"),
    "a quantity in words": (("C1", "X", "2026-01-05", "p", "two", "1"), "invalid_quantity"),
    "not a number": (("C1", "X", "2026-01-05", "p", "NaN", "1"), "invalid_quantity"),
    "infinity": (("C1", "X", "2026-01-05", "p", "Infinity", "1"), "invalid_quantity"),
    "an exponent": (("C1", "X", "2026-01-05", "p", "1e5", "1"), "invalid_quantity"),
    "a decimal comma": (("C1", "X", "2026-01-05", "p", '"1,5"', "1"), "invalid_quantity"),
    "a price of zero": (("C1", "X", "2026-01-05", "p", "1", "0"), "non_positive_price"),
    "a price below zero": (("C1", "X", "2026-01-05", "p", "1", "-2"), "non_positive_price"),
    "no price": (("C1", "X", "2026-01-05", "p", "1", ""), "missing_amount"),
    "an amount beyond all": (
        ("C1", "X", "2026-01-05", "p", "9999999999", "9999999999"), "too_large_amount",
    ),
    "a row that is too short": (("C1", "X", "2026-01-05"), "wrong_columns"),
    "a row that is too long": (("C1", "X", "2026-01-05", "p", "1", "1", "9"), "wrong_columns"),
    "an account number of 101 letters": (
        ("C" * 101, "X", "2026-01-05", "p", "1", "1"), "invalid_account",
    ),
    "another account in the same transaction": (
        ("C7", "A1", "2026-01-05", "p", "1", "1"), "other_account",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FINDINGS)
def test_a_row_with_a_finding_fails_alone(
    app: Flask, tenant: Company, tmp_path: Path, name: str
) -> None:
    row, finding = FINDINGS[name]
    result = bring(app, tenant, write(tmp_path / "a.csv", [*quoted(LINES), row]), MAPPING)
    assert counts(result) == (4, 0, 0, 1)
    assert finding in result["reasons"]
    last = Path(result["failed_rows_file"]).read_text("utf-8-sig").splitlines()[-1]
    assert last.startswith("5,")


def test_returns_have_a_minus_whatever_the_file_says(
    app: Flask, tenant: Company, tmp_path: Path
) -> None:
    mapping = {
        **MAPPING,
        "options": {"cancellation_prefix": "C"},
    }
    rows = [
        ("K1", "C1", "2026-01-05", "p", "-2", "3"),
        ("K1", "C2", "2026-01-05", "p", "2", "3"),
        ("K1", "1", "2026-01-05", "p", "5", "3"),
    ]
    result = bring(app, tenant, write(tmp_path / "a.csv", rows), mapping)
    assert result["reasons"] == {"cancellation": 2}
    assert [row[:3] for row in rows_of(app, tenant, SUMS)] == [
        ("invoice", "1", 1500),
        ("return", "C1", -600),
        ("return", "C2", -600),
    ]


def test_exact_duplicates_are_counted_and_kept_or_left_out(
    app: Flask, tenant: Company, other_tenant: Company, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", [LINES[0], LINES[0], LINES[1]])
    kept = bring(app, tenant, path, MAPPING)
    assert (counts(kept), kept["reasons"]) == ((3, 0, 0, 0), {"duplicate": 1})
    strict = {**MAPPING, "findings": {"duplicate": "reject"}}
    assert counts(bring(app, other_tenant, path, strict)) == (2, 0, 0, 1)


def test_rows_of_one_transaction_need_not_stand_together(
    app: Flask, tenant: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging.plan_chunks, "__defaults__", (3,))
    rows = [(f"C{n % 4}", f"A{n % 4}", "2026-01-05", f"p{n}", "1", "2") for n in range(12)]
    path = write(tmp_path / "a.csv", rows)
    assert counts(bring(app, tenant, path, MAPPING)) == (12, 0, 0, 0)
    assert [row[2:] for row in rows_of(app, tenant, SUMS)] == [(600, 3, 600)] * 4
    assert counts(bring(app, tenant, path, "test")) == (0, 0, 12, 0)


def test_line_numbers_of_the_source_tell_lines_apart(
    app: Flask, tenant: Company, tmp_path: Path
) -> None:
    header = ("account", "number", "line", "date", "amount")
    mapping: dict[str, Any] = {
        "record": "transactions",
        "columns": {
            "account": "account", "number": "number", "line_no": "line", "date": "date",
            "amount": "amount",
        },
    }  # fmt: skip
    rows = [("C1", "A1", str(n), "2026-01-05", "10") for n in (10, 20, 20)]
    first = bring(app, tenant, write(tmp_path / "a.csv", rows, header=header), mapping)
    assert (counts(first), first["reasons"]) == (
        (2, 0, 0, 1),
        {"duplicate": 1, "repeated_line": 1},
    )
    rows = [("C1", "A1", "20", "2026-01-05", "11"), ("C1", "A1", "30", "2026-01-05", "5")]
    again = bring(app, tenant, write(tmp_path / "b.csv", rows, header=header), "test")
    assert counts(again) == (1, 1, 0, 0)
    assert rows_of(app, tenant, SUMS) == [("invoice", "A1", 2600, 3, 2600)]


def test_a_decimal_comma_is_read_where_the_mapping_says_so(
    app: Flask, tenant: Company, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        ";".join(MAPPING["columns"]).replace(";currency", "") + "\nC1;A1;5.1.2026;p;1,5;1.234,50\n"
    )
    mapping = {
        **MAPPING, "decimal": "comma", "dates": "dd.mm.yyyy",
        "format": {"delimiter": "semicolon"},
    }  # fmt: skip
    assert counts(bring(app, tenant, path, mapping)) == (1, 0, 0, 0)
    line = rows_of(app, tenant, "SELECT quantity, unit_price, amount FROM ledger_line")
    assert line == [(Decimal("1.5"), Decimal("1234.50"), 185175)]


def test_formulas_in_the_failed_rows_are_disarmed(
    app: Flask, tenant: Company, tmp_path: Path
) -> None:
    rows = [("", "A1", "2026-01-05", "=cmd|' /C calc'!A0", "1", "-5"), ("", "+1", "@x", "", "", "")]
    result = bring(app, tenant, write(tmp_path / "a.csv", rows), MAPPING)
    failed = Path(result["failed_rows_file"]).read_text("utf-8-sig").splitlines()
    assert "'=cmd|' /C calc'!A0,1,-5" in failed[1]
    assert ",+1,'@x" in failed[2]


def test_a_mapping_must_fit_the_file(app: Flask, tenant: Company, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [("1", "2")], header=("a", "b"))
    with pytest.raises(ImportFailed, match="the file has no column 'number'; it has a, b"):
        bring(app, tenant, path, MAPPING)
    with pytest.raises(NotFound, match="there are cdnow, online_retail, rfm_orders"):
        bring(app, tenant, path, "nothing")


WRONG_MAPPINGS: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown field": ({"columns": {"acount": "a"}}, "columns.acount"),
    "nothing mapped": ({"columns": {}}, "columns"),
    "a needed field": ({"columns": {"account": "a"}}, "columns.date"),
    "an unknown key": ({"colums": {}}, "colums"),
    "two ways at once": (
        {"columns": {"account": {"column": "a", "constant": "b"}}}, "columns.account",
    ),
    "an unknown date form": (
        {"columns": {"date": {"column": "a", "format": "yy"}}}, "columns.date.format",
    ),
    "an unknown kind": ({"columns": {"kind": {"constant": "gift"}}}, "columns.kind.constant"),
    "an unknown treatment": ({"findings": {"missing_account": "keep"}}, "findings.missing_account"),
    "an unknown encoding": ({"format": {"encoding": "latin1"}}, "format.encoding"),
    "an unknown option": ({"options": {"colour": "red"}}, "options.colour"),
    "another record": ({"record": "accounts"}, "record"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_MAPPINGS)
def test_a_wrong_mapping_is_refused_by_path(app: Flask, tenant: Company, name: str) -> None:
    change, path = WRONG_MAPPINGS[name]
    columns = {**MAPPING["columns"], **change.get("columns", {})} if change.get("columns") else {}
    document = {**MAPPING, **change} | ({"columns": columns} if "columns" in change else {})
    if name == "a needed field":
        document["columns"] = {"account": "a"}
    with working_in(app, tenant), pytest.raises(Invalid) as refused:
        save_mapping("wrong", "transactions", document)
    assert path in refused.value.fields


CELLS = st.sampled_from(
    ["", "C1", "C2", "A1", "A2", "2026-01-05", "2026-02-30", "1", "-1", "x", "0"]
)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.tuples(*[CELLS] * 6), min_size=1, max_size=12))
def test_counts_always_add_up(
    app: Flask, tenant: Company, tmp_path: Path, rows: list[tuple[str, ...]]
) -> None:
    path = write(tmp_path / "any.csv", rows)
    save(app, tenant, MAPPING)
    dry = counts(bring(app, tenant, path, "test", dry_run=True))
    first = counts(bring(app, tenant, path, "test"))
    again = counts(bring(app, tenant, path, "test"))
    assert dry == first
    assert again == (0, 0, first[0] + first[1] + first[2], first[3])
    sums = rows_of(app, tenant, SUMS)
    assert all(amount == total for _, _, amount, _, total in sums)


def test_an_import_is_in_the_audit_chain(app: Flask, tenant: Company, tmp_path: Path) -> None:
    bring(app, tenant, write(tmp_path / "a.csv", quoted(LINES)), MAPPING)
    actions = {row[0] for row in rows_of(app, tenant, "SELECT action FROM audit_entry")}
    assert {"imports.create", "imports.map", "imports.run"} <= actions

"""Files to import, written as people's systems write them."""

from __future__ import annotations

import contextvars
import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import text

from conftest import Company, working_in
from tierline.db import db
from tierline.imports import service
from tierline.imports.commanding import import_file
from tierline.imports.queries import get_import

COLUMNS = ("account", "number", "date", "product", "quantity", "unit_price")
MAPPING: dict[str, Any] = {
    "record": "transactions",
    "columns": {name: name for name in COLUMNS} | {"currency": {"constant": "EUR"}},
}


def write(path: Path, rows: Sequence[Sequence[str]], *, header: Sequence[str] = COLUMNS) -> Path:
    """Write rows as plain CSV in UTF-8."""
    lines = [",".join(row) for row in (header, *rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def pack(path: Path) -> Path:
    """Pack a file with gzip, beside it."""
    packed = path.with_suffix(path.suffix + ".gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    return packed


def save(app: Flask, company: Company, document: Mapping[str, Any], name: str = "test") -> str:
    """Keep a mapping in the company."""
    with working_in(app, company):
        service.save_mapping(name, document["record"], document)
        db.session.commit()
    return name


def bring(
    app: Flask,
    company: Company,
    path: Path,
    mapping: Mapping[str, Any] | str | None = None,
    *,
    record_type: str = "transactions",
    dry_run: bool = False,
) -> dict[str, Any]:
    """Import a file as the command does; return the result."""
    name = save(app, company, mapping) if isinstance(mapping, Mapping) else mapping

    def run() -> dict[str, Any]:
        with app.app_context():
            return import_file(record_type, path, company.slug, name, dry_run)

    return contextvars.Context().run(run)


def samples_of(app: Flask, company: Company, result: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything that an import noted."""
    with working_in(app, company):
        run = get_import(result["import"])
        noted: dict[str, Any] = run.result or run.dry_run or {}
        return dict(noted)


def rows_of(app: Flask, company: Company, query: str) -> list[tuple[Any, ...]]:
    """Return what a query finds in the company."""
    with working_in(app, company):
        return [tuple(row) for row in db.session.execute(text(query))]


def counts(result: Mapping[str, Any]) -> tuple[int, int, int, int]:
    """Return created, updated, unchanged, failed; they must add up to the rows in."""
    found = tuple(result[key] for key in ("created", "updated", "unchanged", "failed"))
    assert sum(found) == result["rows_in"]
    return found  # type: ignore[return-value]

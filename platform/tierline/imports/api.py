"""Imports in the API: upload, map, dry-run, run, read the result."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, send_file
from flask_babel import gettext as _

from tierline.api import ApiBlueprint, PageQuery, page_of
from tierline.db.paging import keyset_page
from tierline.errors import Invalid, NotFound
from tierline.imports import files, queries, service, views
from tierline.imports.models import ImportMapping, ImportRun
from tierline.imports.permissions import READ, RUN
from tierline.imports.schemas import (
    ImportFile,
    ImportForm,
    ImportPage,
    ImportSchema,
    MappingDocument,
    MappingList,
    MappingSchema,
    NewMapping,
)

api = ApiBlueprint("imports", __name__, description="Files on their way into the records")


@api.get("/imports", permission=READ)
@api.arguments(PageQuery, location="query")
@api.response(200, ImportPage)
def list_imports(query: dict[str, Any]) -> dict[str, Any]:
    """List imports, newest first."""
    statement = queries.select_imports()
    return page_of(keyset_page(statement, queries.NEWEST, query.get("cursor"), query["limit"]))


@api.post("/imports", permission=RUN)
@api.arguments(ImportFile, location="files")
@api.arguments(ImportForm, location="form")
@api.response(201, ImportSchema)
def create_import(upload: dict[str, Any], form: dict[str, Any]) -> ImportRun:
    """Upload a file. Its columns are guessed unless a mapping is named."""
    file = upload["file"]
    run = service.create_import(form["record_type"], file.stream, file.filename or "file")
    return service.use_mapping(run.id, form["mapping"]) if "mapping" in form else run


@api.get("/imports/<uuid:import_id>", permission=READ)
@api.response(200, ImportSchema)
def show_import(import_id: uuid.UUID) -> ImportRun:
    """Show an import with its dry run and its result."""
    return queries.get_import(import_id)


@api.put("/imports/<uuid:import_id>/mapping", permission=RUN)
@api.arguments(MappingDocument)
@api.response(200, ImportSchema)
def map_import(given: dict[str, Any], import_id: uuid.UUID) -> ImportRun:
    """Give an import its mapping: a document, or the name of one."""
    if "document" in given:
        return service.set_mapping(import_id, given["document"], given.get("name"))
    if "name" in given:
        return service.use_mapping(import_id, given["name"])
    raise Invalid(_("Give a document or a name."), fields={"document": [_("is missing")]})


@api.post("/imports/<uuid:import_id>/check", permission=RUN)
@api.response(202, ImportSchema)
def check_import(import_id: uuid.UUID) -> ImportRun:
    """Start the dry run: everything is checked and counted, nothing is written."""
    service.start_check(import_id)
    return queries.get_import(import_id)


@api.post("/imports/<uuid:import_id>/run", permission=RUN)
@api.response(202, ImportSchema)
def run_import(import_id: uuid.UUID) -> ImportRun:
    """Start the import."""
    service.start_run(import_id)
    return queries.get_import(import_id)


@api.get("/imports/<uuid:import_id>/failed-rows", permission=READ)
@api.response(200, content_type="text/csv", description="The rows that failed")
def download_failed_rows(import_id: uuid.UUID) -> Response:
    """Download the rows that failed, with the reasons of each, as CSV."""
    run = queries.get_import(import_id)
    if run.failed_key is None:
        raise NotFound(_("No row of this import failed."))
    path = files.get_path(run.failed_key)
    return send_file(
        path, mimetype="text/csv", as_attachment=True, download_name=views.failed_name(run)
    )


@api.get("/import-mappings", permission=READ)
@api.response(200, MappingList)
def list_mappings() -> dict[str, Any]:
    """List the mappings that the tenant saved."""
    return {"items": queries.saved_mappings()}


@api.put("/import-mappings/<name>", permission=RUN)
@api.arguments(NewMapping)
@api.response(200, MappingSchema)
def save_mapping(given: dict[str, Any], name: str) -> ImportMapping:
    """Keep a mapping under a name, in place of one that has it."""
    return service.save_mapping(name, given["record_type"], given["document"])


@api.delete("/import-mappings/<name>", permission=RUN)
@api.response(204)
def delete_mapping(name: str) -> None:
    """Forget a saved mapping."""
    service.delete_mapping(name)

"""The import wizard: file, columns, check, dry run, import, result; and the history of imports."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, request, send_file
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from tierline.db import db
from tierline.db.paging import keyset_page
from tierline.errors import Invalid, NotFound, TierlineError
from tierline.imports import files, forms, queries, service, views
from tierline.imports.permissions import READ, RUN
from tierline.imports.registry import record_types
from tierline.web import Pages, navigation_entry, page, see

pages = Pages("imports", __name__)
navigation_entry("imports", _l("Imports"), "imports.list_imports", "database-import", 70)


@pages.get("/imports", permission=READ)
def list_imports() -> Any:
    """Show past imports, newest first."""
    found = keyset_page(queries.select_imports(), queries.NEWEST, request.args.get("cursor"))
    types = {known.key: known.title for known in record_types()}
    return page("imports/list.html", imports=found, types=types)


@pages.get("/imports/new", permission=RUN)
def new_import() -> Any:
    """Show the wizard's first step: which file, and what is in it."""
    return _first_step({})


def _first_step(errors: dict[str, Any]) -> str:
    chosen = request.values.get("record_type", "transactions")
    return page("imports/new.html", types=record_types(), chosen=chosen, errors=errors)


@pages.post("/imports", permission=RUN)
def create_import() -> Any:
    """Take the file in."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return _first_step({"file": [_("Choose a file.")]}), 422
    try:
        chosen = request.form.get("record_type", "")
        run = service.create_import(chosen, upload.stream, upload.filename)
    except TierlineError as error:
        db.session.rollback()
        return _first_step(error.fields or {"file": [error.message]}), error.status
    return see("imports.show_import", import_id=run.id)


@pages.get("/imports/<uuid:import_id>", permission=READ)
def show_import(import_id: uuid.UUID) -> Any:
    """Show the step at which an import is, or an earlier one by `step`."""
    run = queries.get_import(import_id)
    step = views.step_of(run, request.args.get("step", ""))
    shown = views.STEPS[step](run)
    return page(f"imports/{step}.html", run=run, step=step, labels=views.step_labels(), **shown)


@pages.get("/imports/<uuid:import_id>/progress", permission=READ)
def show_progress(import_id: uuid.UUID) -> Any:
    """Show how far the dry run or the import is."""
    run = queries.get_import(import_id)
    polls = request.args.get("polls", 0, int)
    return page("imports/_progress.html", run=run, job=queries.job_of(run), polls=polls)


@pages.post("/imports/<uuid:import_id>/format", permission=RUN)
def read_anew(import_id: uuid.UUID) -> Any:
    """Read the file in another encoding or with another delimiter."""
    try:
        service.set_format(import_id, forms.read_format(request.form))
    except TierlineError as error:
        return _refused(import_id, error)
    return see("imports.show_import", import_id=import_id, step="map")


@pages.post("/imports/<uuid:import_id>/mapping", permission=RUN)
def map_columns(import_id: uuid.UUID) -> Any:
    """Keep the mapping and start the check."""
    try:
        views.take_mapping(import_id, request.form)
        service.start_check(import_id)
    except TierlineError as error:
        return _refused(import_id, error)
    return see("imports.show_import", import_id=import_id)


@pages.post("/imports/<uuid:import_id>/use", permission=RUN)
def use_mapping(import_id: uuid.UUID) -> Any:
    """Take a mapping that was saved."""
    try:
        service.use_mapping(import_id, request.form.get("mapping", ""))
    except TierlineError as error:
        return _refused(import_id, error)
    return see("imports.show_import", import_id=import_id, step="map")


@pages.post("/imports/<uuid:import_id>/treatments", permission=RUN)
def treat_findings(import_id: uuid.UUID) -> Any:
    """Keep what is to be done about findings, and check again."""
    try:
        views.take_treatments(import_id, request.form)
        service.start_check(import_id)
    except TierlineError as error:
        return _refused(import_id, error)
    return see("imports.show_import", import_id=import_id)


@pages.post("/imports/<uuid:import_id>/run", permission=RUN)
def run_import(import_id: uuid.UUID) -> Response:
    """Start the import."""
    service.start_run(import_id)
    return see("imports.show_import", import_id=import_id)


@pages.get("/imports/<uuid:import_id>/failed-rows", permission=READ)
def download_failed_rows(import_id: uuid.UUID) -> Response:
    """Send the rows that failed, with the reasons of each, as CSV."""
    run = queries.get_import(import_id)
    if run.failed_key is None:
        raise NotFound(_("No row of this import failed."))
    name = views.failed_name(run)
    return send_file(
        files.get_path(run.failed_key), mimetype="text/csv", as_attachment=True, download_name=name
    )


@pages.post("/imports/mappings/<name>/delete", permission=RUN)
def delete_mapping(name: str) -> Response:
    """Forget a saved mapping."""
    service.delete_mapping(name)
    flash(_("The mapping %(name)s is deleted.", name=name), "success")
    return see("imports.list_imports")


def _refused(import_id: uuid.UUID, error: TierlineError) -> Any:
    """Show the mapping page again with what is wrong; nothing was kept."""
    db.session.rollback()
    if not isinstance(error, Invalid) and error.status not in (400, 413):
        raise error
    run = queries.get_import(import_id)
    errors = error.fields or {"file": [error.message]}
    shown = views.STEPS["map"](run)
    labels = views.step_labels()
    return (
        page("imports/map.html", run=run, step="map", labels=labels, errors=errors, **shown),
        error.status,
    )

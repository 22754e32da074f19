"""Accounts on the screen: the list, one account, its form, contacts and notes."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from tierline.access.decision import require
from tierline.accounts import account_view, contact_service, forms, listing, queries, service
from tierline.accounts.list_view import view_list
from tierline.accounts.panels import added_filters
from tierline.accounts.permissions import ARCHIVE, CREATE, NOTE, READ, UPDATE
from tierline.errors import Conflict, Invalid, Stale
from tierline.web import Pages, navigation_entry, page, see

pages = Pages("accounts", __name__)
navigation_entry("accounts", _l("Accounts"), "accounts.list_accounts", "building", 10)


@pages.get("/accounts", permission=READ)
def list_accounts() -> Any:
    """Show the accounts: searched, filtered, sorted."""
    filters = added_filters()
    wanted = forms.read_filter(request.args, filters)
    sort, cursor = request.args.get("sort", "name"), request.args.get("cursor")
    view = view_list(wanted, sort, cursor, filters)
    empty = not view.page.items and not listing.any_account()
    return page("accounts/list.html", view=view, empty=empty)


@pages.get("/accounts/new", permission=CREATE)
def new_account() -> Any:
    """Show the form of a new account."""
    return page("accounts/form.html", **account_view.new_form(request.args.get("group")))


@pages.post("/accounts/new", permission=CREATE)
def create_account() -> Any:
    """Create an account."""
    values, groups = forms.read_account(request.form), forms.read_groups(request.form)
    try:
        account = service.create_account(values, groups)
    except (Invalid, Conflict) as error:
        shown = account_view.filled_form(None, request.form, error)
        return page("accounts/form.html", **shown), error.status
    flash(_("%(name)s is added.", name=account.name), "success")
    return see("accounts.show_account", account_id=account.id)


@pages.get("/accounts/<uuid:account_id>", permission=READ)
def show_account(account_id: uuid.UUID) -> Any:
    """Show one account: facts, panels, contacts, timeline."""
    account = queries.get_account(account_id)
    return page("accounts/show.html", **account_view.view(account, request.args.get("cursor")))


@pages.get("/accounts/<uuid:account_id>/edit", permission=UPDATE)
def edit_account(account_id: uuid.UUID) -> Any:
    """Show the form of an account."""
    account = queries.get_account(account_id)
    require(UPDATE, account)
    return page("accounts/form.html", **account_view.edit_form(account))


@pages.post("/accounts/<uuid:account_id>/edit", permission=UPDATE)
def update_account(account_id: uuid.UUID) -> Any:
    """Change an account."""
    values, groups = forms.read_account(request.form), forms.read_groups(request.form)
    version, reason = forms.read_version(request.form), request.form.get("reason", "")
    try:
        service.update_account(account_id, values, groups, version=version, reason=reason)
    except (Invalid, Conflict, Stale) as error:
        shown = account_view.filled_form(queries.get_account(account_id), request.form, error)
        return page("accounts/form.html", **shown), error.status
    flash(_("Saved."), "success")
    return see("accounts.show_account", account_id=account_id)


@pages.post("/accounts/<uuid:account_id>/archive", permission=ARCHIVE)
def archive_account(account_id: uuid.UUID) -> Response:
    """Archive an account."""
    account = service.archive_account(account_id)
    flash(_("%(name)s is archived.", name=account.name), "success")
    return see("accounts.show_account", account_id=account_id)


@pages.post("/accounts/<uuid:account_id>/restore", permission=ARCHIVE)
def restore_account(account_id: uuid.UUID) -> Response:
    """Bring an archived account back."""
    account = service.restore_account(account_id)
    flash(_("%(name)s is back.", name=account.name), "success")
    return see("accounts.show_account", account_id=account_id)


@pages.post("/accounts/<uuid:account_id>/notes", permission=NOTE)
def add_note(account_id: uuid.UUID) -> Any:
    """Write a note into the timeline."""
    try:
        service.add_note(account_id, request.form.get("text", ""))
    except Invalid as error:
        account = queries.get_account(account_id)
        shown = account_view.view(account, None, error.fields, request.form)
        return page("accounts/show.html", **shown), error.status
    return see("accounts.show_account", account_id=account_id, _anchor="timeline")


@pages.get("/accounts/<uuid:account_id>/contacts/new", permission=UPDATE)
def new_contact(account_id: uuid.UUID) -> Any:
    """Show the form of a new contact."""
    account = queries.get_account(account_id)
    require(UPDATE, account)
    return page("accounts/contact.html", account=account, contact=None, values={}, errors={})


@pages.post("/accounts/<uuid:account_id>/contacts/new", permission=UPDATE)
def add_contact(account_id: uuid.UUID) -> Any:
    """Add a person at the account."""
    try:
        contact = contact_service.add_contact(account_id, forms.read_contact(request.form))
    except Invalid as error:
        shown = account_view.contact_form(account_id, None, request.form, error)
        return page("accounts/contact.html", **shown), error.status
    flash(_("%(name)s is added.", name=contact.name), "success")
    return see("accounts.show_account", account_id=account_id)


@pages.get("/accounts/<uuid:account_id>/contacts/<uuid:contact_id>", permission=UPDATE)
def edit_contact(account_id: uuid.UUID, contact_id: uuid.UUID) -> Any:
    """Show the form of a contact."""
    account, contact = queries.get_account(account_id), queries.get_contact(account_id, contact_id)
    require(UPDATE, account)
    return page(
        "accounts/contact.html", account=account, contact=contact, values=contact, errors={}
    )


@pages.post("/accounts/<uuid:account_id>/contacts/<uuid:contact_id>", permission=UPDATE)
def update_contact(account_id: uuid.UUID, contact_id: uuid.UUID) -> Any:
    """Change a contact."""
    values, version = forms.read_contact(request.form), forms.read_version(request.form)
    try:
        contact_service.update_contact(account_id, contact_id, values, version=version)
    except (Invalid, Stale) as error:
        shown = account_view.contact_form(account_id, contact_id, request.form, error)
        return page("accounts/contact.html", **shown), error.status
    flash(_("Saved."), "success")
    return see("accounts.show_account", account_id=account_id)


@pages.post("/accounts/<uuid:account_id>/contacts/<uuid:contact_id>/remove", permission=UPDATE)
def remove_contact(account_id: uuid.UUID, contact_id: uuid.UUID) -> Response:
    """Remove a contact."""
    contact_service.remove_contact(account_id, contact_id)
    flash(_("The contact is removed."), "success")
    return see("accounts.show_account", account_id=account_id)

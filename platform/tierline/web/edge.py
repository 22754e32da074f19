"""The edge of a request: resolve the tenant, find who acts, ask the guard, commit at the end.

One of the three places where a tenant is put in scope (with the job and the command).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, g, request
from flask_babel import gettext as _

from tierline.access.decision import Subject, acting_as, require
from tierline.access.permissions import Permission
from tierline.access.request import request_id
from tierline.db import db, read_only, tenant_scope
from tierline.errors import NotFound, Unauthenticated
from tierline.tenancy.models import Tenant
from tierline.web.guards import ANYONE, OPERATOR, guards, is_there

SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Callers:
    """What the edge asks about who calls; identity answers."""

    find_tenant: Callable[[str], Tenant | None]
    """The tenant with a slug, None where there is none that the caller may know of."""

    identify: Callable[[Tenant], Subject | None]
    """The acting subject in a tenant, None where there is none; runs in the tenant's scope."""

    signed_in: Callable[[], bool]

    require_operator: Callable[[], object]
    """Raises Unauthenticated or Forbidden where no operator of the platform acts."""


def install(app: Flask, callers: Callers) -> None:
    """Put the edge around every request of the application."""

    @app.url_value_preprocessor
    def take_tenant(endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.slug = (values or {}).pop("tenant", None)

    @app.before_request
    def enter() -> None:
        g.edge = stack = ExitStack()
        g.tenant = None
        g.request_id = uuid.uuid4().hex
        request_id.set(g.request_id)
        if request.method in SAFE:
            stack.enter_context(read_only())
        if request.routing_exception is None and request.endpoint is not None:
            _admit(app, stack, callers)

    @app.after_request
    def leave(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        if response.status_code < 400 and "edge" in g:
            db.session.commit()
        return response

    @app.teardown_request
    def close(error: BaseException | None) -> None:
        stack = g.pop("edge", None)
        if stack is not None:
            db.session.rollback()
            stack.close()


def _admit(app: Flask, stack: ExitStack, callers: Callers) -> None:
    guard = guards(app)[str(request.endpoint)]
    if g.slug is not None:
        _enter_tenant(stack, callers)
        if not is_there(app, str(request.endpoint)):
            raise NotFound(_("This company has not enabled the plugin whose page this is."))
    if isinstance(guard, Permission):
        require(guard)
    elif guard is OPERATOR:
        callers.require_operator()
    elif guard is not ANYONE and not callers.signed_in():
        raise Unauthenticated(_("Sign in first."))


def _enter_tenant(stack: ExitStack, callers: Callers) -> None:
    """Put the tenant of the address in scope; to a stranger it does not exist."""
    tenant = callers.find_tenant(g.slug)
    if tenant is None:
        if not callers.signed_in():
            raise Unauthenticated(_("Sign in first."))
        raise NotFound(_("There is no such company, or you are not a member of it."))
    db.session.close()  # what it read stays readable; a request holds one connection, not two
    stack.enter_context(tenant_scope(tenant.id))
    subject = callers.identify(tenant)
    if subject is None:
        if not callers.signed_in():
            raise Unauthenticated(_("Sign in first."))
        raise NotFound(_("There is no such company, or you are not a member of it."))
    g.tenant = tenant
    stack.enter_context(acting_as(subject))

"""One handler for every error, with two faces: a page, and problem details (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from flask import Flask, Response, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from redis.exceptions import RedisError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from tierline.errors import Invalid, TierlineError, Unauthenticated, Unavailable
from tierline.marking import N_
from tierline.web.schema_texts import told

log = structlog.get_logger()

PROBLEM = "application/problem+json"


def problem(error: TierlineError) -> dict[str, Any]:
    """Return the error as problem details."""
    details: dict[str, Any] = {
        "type": f"urn:tierline:problem:{error.code}",
        "title": _(error.title),
        "status": error.status,
        "detail": error.message,
        "instance": request.path,
        "request_id": g.get("request_id"),
    }
    if error.fields:
        details["errors"] = error.fields
    return details


def respond(error: TierlineError) -> BaseResponse:
    """Return the error as the caller reads it: problem details below /api, else a page."""
    if wants_json():
        response = Response(
            response=orjson.dumps(problem(error)), status=error.status, content_type=PROBLEM
        )
        if error.status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        return response
    if isinstance(error, Unauthenticated) and request.method == "GET":
        return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
    return Response(render_template("errors/error.html", error=error), status=error.status)


def _by_path(messages: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return a schema's messages by each field's path, below where it was read (json, query)."""
    return {path: texts for place in messages.values() for path, texts in _flat(place, "")}


def _flat(messages: Any, path: str) -> Iterator[tuple[str, list[str]]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            part = f"[{key}]" if isinstance(key, int) else f".{key}"
            yield from _flat(inner, f"{path}{part}")
    else:
        yield path.lstrip(".") or "body", [told(str(message)) for message in messages]


def wants_json() -> bool:
    """Return whether the caller is a program."""
    return request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json"


HTTP_TEXTS = {
    400: (N_("The request can't be read"), N_("What was sent can't be understood.")),
    404: (N_("Not found"), N_("There is nothing at this address.")),
    405: (N_("Not possible here"), N_("This address does not take requests of this kind.")),
    406: (N_("Not possible here"), N_("The answer can't be given in the form that was asked for.")),
    413: (N_("Too large"), N_("More was sent than is taken.")),
    415: (N_("Not possible here"), N_("What was sent is in a form that is not taken.")),
    429: (N_("Too many requests"), N_("Too many requests came in a short time.")),
}


class HttpError(TierlineError):
    """An error of HTTP itself, such as an unknown address or a method that is not allowed."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        phrase = HTTPStatus(status)
        self.status = status  # type: ignore[misc]
        self.code = phrase.name.lower()  # type: ignore[misc]
        self.title = HTTP_TEXTS.get(status, (phrase.phrase,))[0]  # type: ignore[misc]


def _described(error: HTTPException) -> str:
    """Return what is wrong in our words, unless the error has words of its own."""
    texts = HTTP_TEXTS.get(error.code or 500)
    if texts is not None and error.description == type(error).description:
        return str(_(texts[1]))
    return str(_(error.description)) if error.description else ""


class Unexpected(TierlineError):
    """Something that should not happen did; it is in the log under the request's id."""

    code = "unexpected"
    status = 500
    title = N_("Something went wrong on our side")


def install(app: Flask) -> None:
    """Register the handler for every kind of error."""

    @app.errorhandler(TierlineError)
    def known(error: TierlineError) -> BaseResponse:
        if error.status >= 500:
            log.error("request.failed", error=repr(error), request_id=g.get("request_id"))
        return respond(error)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> BaseResponse:
        if error.response is not None or (error.code or 500) < 400:
            return error.get_response()
        messages = (getattr(error, "data", None) or {}).get("messages")
        if messages:
            return respond(Invalid(_("Some values are not valid."), fields=_by_path(messages)))
        response = respond(HttpError(error.code or 500, _described(error)))
        if isinstance(getattr(error, "valid_methods", None), list | set | tuple):
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # type: ignore[attr-defined]
        return response

    @app.errorhandler(CSRFError)
    def csrf(error: CSRFError) -> BaseResponse:
        return respond(HttpError(400, _("The form has expired. Go back, reload it and try again.")))

    @app.errorhandler(DataError)
    def data(error: DataError) -> BaseResponse:
        reason = str(error.orig).splitlines()[0]
        return respond(Invalid(_("A value can't be stored: %(reason)s.", reason=reason)))

    @app.errorhandler(OperationalError)
    @app.errorhandler(RedisError)
    def unavailable(error: Exception) -> BaseResponse:
        log.error("request.unavailable", error=repr(error), request_id=g.get("request_id"))
        return respond(
            Unavailable(_("A part of the platform can't be reached. Try again in a minute."))
        )

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> BaseResponse:
        if app.testing and app.config.get("PROPAGATE_EXCEPTIONS"):
            raise error
        log.exception("request.failed", request_id=g.get("request_id"))
        return respond(Unexpected(_("This is our fault. Nothing was changed; try again.")))

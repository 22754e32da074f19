"""The API's application: OpenAPI 3.1, problem details documented as what they are."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import marshmallow as ma
from flask import Flask
from flask_smorest import Api

import tierline
from tierline.web.guards import ANYONE, guards


class Problem(ma.Schema):
    """Problem details (RFC 9457)."""

    type = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    status = ma.fields.Integer(required=True)
    detail = ma.fields.String(required=True)
    instance = ma.fields.String()
    request_id = ma.fields.String(allow_none=True)
    errors = ma.fields.Dict(
        metadata={"description": "what is wrong, by the field's path"}, allow_none=True
    )


class TierlineApi(Api):  # type: ignore[misc]
    """flask-smorest's Api; errors are shown by the one handler of tierline.web.failures."""

    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        """Leave errors to the application's handler."""

    def _register_responses(self) -> None:
        responses = {status.name: self._response(status) for status in HTTPStatus}
        responses["DEFAULT_ERROR"] = {
            "description": "An error",
            "content": {"application/problem+json": {"schema": Problem}},
        }
        for name, response in responses.items():
            self.spec.components.response(name, response, lazy=True)

    @staticmethod
    def _response(status: HTTPStatus) -> dict[str, Any]:
        response: dict[str, Any] = {"description": status.phrase}
        if status >= 400:
            response["content"] = {"application/problem+json": {"schema": Problem}}
        return response


def install(app: Flask) -> TierlineApi:
    """Create the API of the application; blueprints are registered with what it returns."""
    app.config.update(
        API_TITLE="Tierline",
        API_VERSION=tierline.__version__,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "security": [{"token": []}],
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        },
    )
    api = TierlineApi(app)
    guards(app)["api-docs.openapi_json"] = ANYONE
    return api

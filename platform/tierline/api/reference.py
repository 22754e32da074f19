"""The API's reference for people, at /api/docs, rendered from the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import current_app

from tierline.web.guards import ANYONE
from tierline.web.pages import PublicPages, page

reference = PublicPages("reference", __name__)
METHODS = ("get", "post", "put", "patch", "delete")


@reference.get("/api/docs", permission=ANYONE)
def show_reference() -> Any:
    """Show every operation with its parameters, bodies and answers."""
    spec = current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict()
    return page("api/reference.html", info=spec["info"], areas=areas_of(spec))


def areas_of(spec: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return the operations of an OpenAPI document by tag."""
    areas: dict[str, list[dict[str, Any]]] = {}
    for operation in _operations(spec):
        areas.setdefault(operation["tag"], []).append(operation)
    return areas


def _operations(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path, item in spec["paths"].items():
        shared = item.get("parameters", [])
        for method in METHODS:
            if method in item:
                yield _operation(spec, path, method, item[method], shared)


def _operation(
    spec: dict[str, Any], path: str, method: str, operation: dict[str, Any], shared: list[Any]
) -> dict[str, Any]:
    parameters = [_resolve(spec, each) for each in (*shared, *operation.get("parameters", []))]
    body = operation.get("requestBody", {}).get("content", {})
    answers = {status: _resolve(spec, answer) for status, answer in operation["responses"].items()}
    return {
        "id": operation.get("operationId") or f"{method}{path}".replace("/", "-"),
        "tag": (operation.get("tags") or ["other"])[0],
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "parameters": [_parameter(spec, each) for each in parameters],
        "body": [_shape(spec, media["schema"]) for media in body.values() if "schema" in media],
        "answers": {
            status: {
                "text": answer.get("description", ""),
                "shape": next(
                    (
                        _shape(spec, media["schema"])
                        for media in answer.get("content", {}).values()
                        if "schema" in media
                    ),
                    None,
                ),
            }
            for status, answer in answers.items()
        },
    }


def _resolve(spec: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        found: Any = spec
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def _parameter(spec: dict[str, Any], parameter: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": parameter["name"],
        "place": parameter["in"],
        "required": parameter.get("required", False),
        "text": parameter.get("description", ""),
        "type": _type(spec, parameter.get("schema", {})),
    }


def _shape(spec: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema as a name and its fields, one level deep."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found = _resolve(spec, schema)
    required = set(found.get("required", []))
    fields = [
        {
            "name": key,
            "type": _type(spec, each),
            "required": key in required,
            "text": each.get("description", ""),
        }
        for key, each in found.get("properties", {}).items()
    ]
    return {"name": name or _type(spec, schema), "fields": fields}


def _plain_type(kind: Any, form: str | None) -> str:
    names = [each for each in (kind if isinstance(kind, tuple) else (kind,)) if each]
    text = " or ".join(map(str, names)) or "any"
    return f"{text} ({form})" if form else text


def _type(spec: dict[str, Any], schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if schema.get("type") == "array":
        return f"list of {_type(spec, schema.get('items', {}))}"
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    kind = schema.get("type")
    return _plain_type(tuple(kind) if isinstance(kind, list) else kind, schema.get("format"))

"""/healthz and /readyz: alive, and ready, or what is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tierline.app import create_app
from tierline.config import Settings
from tierline.db import db


def test_a_living_process_with_its_servers_is_ready(client: FlaskClient) -> None:
    for path in ("/healthz", "/readyz"):
        response = client.get(path)
        assert (response.status_code, response.json) == (200, {"status": "ok"})


def answer_of(app: Flask, path: str) -> tuple[int, dict[str, object]]:
    response = app.test_client().get(path)
    content = response.get_json(force=True)
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
    app.extensions["tierline.redis"].close()
    return response.status_code, content


def without_redis(settings: Settings, folder: Path) -> Settings:
    return replace(settings, redis_url="redis://127.0.0.1:1")


def without_database(settings: Settings, folder: Path) -> Settings:
    return replace(settings, database_url="postgresql://nobody@127.0.0.1:1/none")


@pytest.mark.parametrize(
    ("change", "missing"),
    [(without_redis, ["redis"]), (without_database, ["database"])],
)
def test_what_is_missing_is_named(
    settings: Settings,
    tmp_path: Path,
    change: Callable[[Settings, Path], Settings],
    missing: list[str],
) -> None:
    app = create_app(change(settings, tmp_path))
    status, problem = answer_of(app, "/readyz")
    assert status == 503
    assert problem["errors"] == {name: ["can't be reached"] for name in missing}
    assert problem["detail"] == f"Not ready: {missing[0]} can't be reached"


def test_a_process_without_its_servers_lives(settings: Settings, tmp_path: Path) -> None:
    app = create_app(without_database(without_redis(settings, tmp_path), tmp_path))
    assert answer_of(app, "/healthz") == (200, {"status": "ok"})


def test_tables_of_another_version_are_not_ready(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tierline.api.health._heads", lambda home: frozenset({"0999"}))
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.content_type == "application/problem+json"
    problem = response.get_json(force=True)
    assert "this version needs 0999; run tierline db migrate" in problem["detail"]


def test_a_database_whose_walls_do_not_stand_is_not_ready(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(settings)
    with monkeypatch.context() as patched:
        patched.setattr(
            "tierline.api.health.check", lambda engine: ["table account lacks a policy"]
        )
        status, problem = answer_of(app, "/readyz")
    assert status == 503
    assert "table account lacks a policy" in str(problem["detail"])
    assert answer_of(app, "/readyz")[0] == 200

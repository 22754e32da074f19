"""The built front-end files: served compressed to whoever takes it, and kept for ever."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tierline.web.assets import asset


@pytest.fixture
def main_css(showroom: Flask) -> str:
    with showroom.test_request_context():
        return asset("main.css")


def test_a_browser_that_takes_gzip_gets_the_same_style_compressed(
    visitor: FlaskClient, main_css: str
) -> None:
    plain = visitor.get(main_css, buffered=True)
    packed = visitor.get(main_css, headers={"Accept-Encoding": "gzip"}, buffered=True)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.mimetype == plain.mimetype == "text/css"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) * 4 < len(plain.data)


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br"])
def test_others_get_it_as_it_is(visitor: FlaskClient, main_css: str, accepted: str) -> None:
    answer = visitor.get(main_css, headers={"Accept-Encoding": accepted}, buffered=True)
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_files_named_after_their_content_are_kept_for_ever(
    visitor: FlaskClient, main_css: str
) -> None:
    assert "immutable" in visitor.get(main_css, buffered=True).headers["Cache-Control"]
    manifest = visitor.get("/static/dist/manifest.json", buffered=True)
    assert "immutable" not in manifest.headers.get("Cache-Control", "")


@pytest.mark.parametrize("name", ["nothing.css", "dist/assets/nothing.js", "..%2f..%2fapp.py"])
def test_what_is_not_there_is_not_found(visitor: FlaskClient, name: str) -> None:
    answer = visitor.get(f"/static/{name}", headers={"Accept-Encoding": "gzip"}, buffered=True)
    assert answer.status_code == 404

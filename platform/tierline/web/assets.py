"""Addresses of the built front-end files, by the names that templates use.

Vite names each file after its content and writes the names into a manifest; templates say
`asset("main.js")`. The same content keeps its address, so browsers may keep it for ever.
"""

from __future__ import annotations

import json
import mimetypes
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request, url_for
from werkzeug.security import safe_join

from tierline.errors import TierlineError
from tierline.marking import N_

DIST = Path(__file__).parents[1] / "static" / "dist"
ENTRY = "src/main.js"


class AssetMissing(TierlineError):
    """Pages need the front-end files that the build makes."""

    code = "asset_missing"
    status = 500
    title = N_("The front-end files are not built")


def built_files() -> dict[str, str]:
    """Return {name used in templates: file below dist}; raise AssetMissing if not built."""
    path = DIST / "manifest.json"
    try:
        return _read_manifest(path, path.stat().st_mtime_ns)
    except (OSError, ValueError) as error:
        command = "uv sync --reinstall-package tierline"
        raise AssetMissing(f"{path} can't be read: `{command}` builds the front end") from error


@lru_cache(maxsize=1)
def _read_manifest(path: Path, changed_at: int) -> dict[str, str]:
    """Return the files that the manifest names, as it was `changed_at` then."""
    manifest: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    files: dict[str, str] = {Path(source).name: item["file"] for source, item in manifest.items()}
    return files | {"main.css": manifest[ENTRY]["css"][0]}


def asset(name: str) -> str:
    """Return the address of a built file: "main.js", "main.css", "icons.svg", "mark.svg"."""
    addresses: dict[str, str] = g.setdefault("asset_addresses", {})  # a page has fifty icons
    if name not in addresses:
        addresses[name] = _address(name)
    return addresses[name]


def _address(name: str) -> str:
    files = built_files()
    if name not in files:
        known = ", ".join(sorted(files))
        raise AssetMissing(f"no built file is called {name!r}; there are {known}")
    return url_for("static", filename=f"dist/{files[name]}")


def stylesheets() -> list[str]:
    """Return the addresses of the style sheets that every page loads."""
    return [asset("main.css")]


def serve_static(app: Flask, filename: str) -> Response:
    """Answer with a static file: compressed where a copy is there and the browser takes it.

    Files in dist/assets are named after their content, so browsers may keep them for ever.
    """
    accepted = request.accept_encodings.quality("gzip") > 0
    compressed = accepted and has_compressed_copy(app, filename)
    response = app.send_static_file(f"{filename}.gz" if compressed else filename)
    if compressed:
        response.headers["Content-Encoding"] = "gzip"
        del response.headers["Content-Disposition"]
        response.mimetype = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    response.vary.add("Accept-Encoding")
    if filename.startswith("dist/assets/"):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def has_compressed_copy(app: Flask, filename: str) -> bool:
    """Tell whether the build left `filename`.gz beside a static file."""
    path = safe_join(str(app.static_folder), f"{filename}.gz")
    return path is not None and Path(path).is_file()


def init_assets(app: Flask) -> None:
    """Serve the built files, and give templates, macros included, `asset` and `stylesheets`."""
    app.view_functions["static"] = lambda filename: serve_static(app, filename)
    app.jinja_env.globals.update(asset=asset, stylesheets=stylesheets)

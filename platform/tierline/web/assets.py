"""Addresses of the built front-end files, by the names that templates use.

Vite names each file after its content and writes the names into a manifest; templates say
`asset("main.js")`. The same content keeps its address, so browsers may keep it for ever.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, url_for

from tierline.errors import TierlineError

DIST = Path(__file__).parents[1] / "static" / "dist"
ENTRY = "src/main.js"


class AssetMissing(TierlineError):
    """Pages need the front-end files that the build makes."""

    code = "asset_missing"
    status = 500
    title = "The front-end files are not built"


@cache
def built_files(folder: Path = DIST) -> dict[str, str]:
    """Return {name used in templates: file below `folder`}; raise AssetMissing if not built."""
    path = folder / "manifest.json"
    try:
        manifest: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        command = "uv sync --reinstall-package tierline"
        raise AssetMissing(f"{path} can't be read: `{command}` builds the front end") from error
    files: dict[str, str] = {Path(source).name: item["file"] for source, item in manifest.items()}
    return files | {"main.css": manifest[ENTRY]["css"][0]}


def asset(name: str) -> str:
    """Return the address of a built file: "main.js", "main.css", "icons.svg", "mark.svg"."""
    files = built_files()
    if name not in files:
        known = ", ".join(sorted(files))
        raise AssetMissing(f"no built file is called {name!r}; there are {known}")
    return url_for("static", filename=f"dist/{files[name]}")


def stylesheets() -> list[str]:
    """Return the addresses of the style sheets that every page loads."""
    return [asset("main.css")]


def init_assets(app: Flask) -> None:
    """Give templates, macros included, `asset` and `stylesheets`."""
    app.jinja_env.globals.update(asset=asset, stylesheets=stylesheets)

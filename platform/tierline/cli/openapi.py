"""`tierline openapi`: the API's description, for client generators and review."""

from __future__ import annotations

import click

from tierline.app import create_app
from tierline.config import load_settings
from tierline.console import offline, show

NOWHERE = {
    "database_url": "postgresql+psycopg://nowhere/nothing",
    "redis_url": "redis://nowhere",
    "secret_key": "only to describe the API",
    "production": False,
}


@offline
@click.command("openapi")
def command() -> None:
    """Print the API's OpenAPI 3.1 document as JSON; needs no running instance."""
    app = create_app(load_settings(**NOWHERE))
    show(app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict(), as_json=True)

"""Building the application: an ordered list of named steps; it touches no database."""

from __future__ import annotations

import sys
from importlib import import_module

import structlog
from flask import Flask
from redis import Redis

import tierline.api.application
import tierline.api.health
import tierline.models
from tierline.api.blueprint import ApiBlueprint
from tierline.api.health import health
from tierline.api.reference import reference
from tierline.collecting import collecting_later
from tierline.config import APP_ROLE, SYSTEM_ROLE, Settings, load_settings
from tierline.db import db
from tierline.db.session import SYSTEM_BIND
from tierline.web.guards import ANYONE, check_guards, guards
from tierline.web.pages import PublicPages

FEATURES = (*tierline.models.FEATURES, "home")


@collecting_later()
def create_app(settings: Settings | None = None) -> Flask:
    """Return the application; raises SettingsError, or RuntimeError for a route without a guard."""
    settings = settings or load_settings()
    app = Flask("tierline")
    configure(app, settings)
    install_database(app, settings)
    install_web(app)
    install_identity(app)
    install_plugins(app)
    install_features(app)
    check_guards(app)
    return app


def configure(app: Flask, settings: Settings) -> None:
    """Set what Flask and its extensions read."""
    app.extensions["tierline.settings"] = settings
    # What is logged goes to stderr: a command's answer on stdout may be read by a program.
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=512 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        SESSION_COOKIE_NAME="tierline",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https:"),
        PREFERRED_URL_SCHEME=settings.base_url.partition(":")[0],
    )
    if app.config["SESSION_COOKIE_SECURE"]:
        app.config["SESSION_COOKIE_NAME"] = "__Host-tierline"
    app.extensions["tierline.redis"] = Redis.from_url(settings.redis_url)


def install_database(app: Flask, settings: Settings) -> None:
    """Connect as the application's role, and as the system role for what crosses tenants."""
    connection = {"pool_pre_ping": True, "connect_args": {"prepare_threshold": None}}
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.role_url(APP_ROLE),
        SQLALCHEMY_BINDS={SYSTEM_BIND: {"url": settings.role_url(SYSTEM_ROLE), **connection}},
    )
    db.init_app(app)


def install_web(app: Flask) -> None:
    """Install what every page stands on."""
    for name in ("language", "headers", "failures", "csrf", "layout"):
        import_module(f"tierline.web.{name}").install(app)
    guards(app)["static"] = ANYONE


def install_identity(app: Flask) -> None:
    """Install sign-in, and let the edge ask it who acts."""
    identity = import_module("tierline.identity.security")
    identity.install(app)
    edge = import_module("tierline.web.edge")
    callers = edge.Callers(
        find_tenant=identity.find_asked_tenant,
        identify=identity.identify,
        signed_in=identity.is_signed_in,
        require_operator=identity.get_operator,
    )
    edge.install(app, callers)


def install_plugins(app: Flask) -> None:
    """Load the plugins."""
    import_module("tierline.plugins.manager").install(app)


def install_features(app: Flask) -> None:
    """Register every feature's panels, pages, API and job kinds, found by their file names."""
    api = tierline.api.application.install(app)
    app.register_blueprint(reference)
    app.register_blueprint(health)
    for part in ("panels", "purging", "pages", "api", "jobs", "admin"):
        for name in tierline.models.feature_modules(part, FEATURES):
            _register(app, api, import_module(name))
    import_module("tierline.plugins.extending").extend(app, api)


def _register(app: Flask, api: tierline.api.application.TierlineApi, module: object) -> None:
    for thing in vars(module).values():
        if isinstance(thing, ApiBlueprint):
            api.register_blueprint(thing)
        elif isinstance(thing, PublicPages) and thing.import_name == module.__name__:  # type: ignore[attr-defined]
            app.register_blueprint(thing)

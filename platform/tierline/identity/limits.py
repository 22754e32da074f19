"""Limits on guessing: failures by address and by account slow down, and never lock out for good."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user

from tierline.config import Settings
from tierline.marking import N_

BY_ADDRESS = "50 per 5 minutes; 200 per hour"  # an office may share one
BY_ACCOUNT = "10 per 5 minutes; 30 per hour"
RESETS_BY_ADDRESS = "20 per hour"
RESETS_BY_ACCOUNT = "5 per hour"
TOO_MANY = N_("Too many attempts. Wait a few minutes, then try again.")


def install(app: Flask) -> None:
    """Put the limits around Flask-Security's views."""
    settings: Settings = app.extensions["tierline.settings"]
    limiter = Limiter(
        get_remote_address,
        app=app,
        storage_uri=_storage(settings.redis_url),
        strategy="moving-window",
        key_prefix="limits",
        headers_enabled=False,
    )
    guard = _Guard(app, limiter)
    guard.limit("security.login", BY_ADDRESS, get_remote_address)
    guard.limit("security.login", BY_ACCOUNT, named_account)
    guard.limit("security.forgot_password", RESETS_BY_ADDRESS, get_remote_address, every=True)
    guard.limit("security.forgot_password", RESETS_BY_ACCOUNT, named_account, every=True)
    guard.limit("security.reset_password", BY_ADDRESS, get_remote_address)
    guard.limit("security.change_password", BY_ACCOUNT, signed_in_account)


class _Guard:
    """Limits the POSTs of a view: every one, or those that did not succeed."""

    def __init__(self, app: Flask, limiter: Limiter) -> None:
        self.app = app
        self.limiter = limiter

    def limit(
        self, endpoint: str, rate: str, key: Callable[[], str], *, every: bool = False
    ) -> None:
        """Put one more limit around the view."""
        limit = self.limiter.limit(
            rate,
            key_func=key,
            methods=["POST"],
            deduct_when=None if every else failed,
            error_message=TOO_MANY,
        )
        views: dict[str, Any] = self.app.view_functions
        views[endpoint] = limit(views[endpoint])


def named_account() -> str:
    """Return the e-mail that the form names, as the key of its limit."""
    return f"account:{request.form.get('email', '').strip().lower()[:200]}"


def signed_in_account() -> str:
    """Return the signed-in user, as the key of the limit."""
    return f"user:{current_user.get_id()}"


def failed(response: Response) -> bool:
    """Return whether a form came back: success redirects."""
    return response.status_code not in (302, 303)


def _storage(redis_url: str) -> str:
    return f"redis+{redis_url}" if redis_url.startswith("unix://") else redis_url

"""What happens between answering servers and a running platform, step by step, each timed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tierline.app import create_app
from tierline.config import Settings
from tierline.console import in_platform
from tierline.db.prepare import prepare
from tierline.identity.service import create_operator
from tierline.instance.connections import disconnect
from tierline.instance.start import Say
from tierline.plugins.manager import histories
from tierline.simulate.demo import fill
from tierline.tenant_files.service import apply_tenant_files

OPERATOR = "operator@example.com"


@contextmanager
def timed(name: str, say: Say) -> Iterator[None]:
    """Say how long the step took, when it is done."""
    begun = time.monotonic()
    yield
    say(f"  {name:<24} {time.monotonic() - begun:6.1f} s")


def prepare_instance(settings: Settings, say: Say, *, demonstration: bool) -> list[str]:
    """Bring database, operator, tenants and demonstration to where they must be; idempotent.

    Returns lines that say how to sign in.
    """
    with timed("database migrated", say):
        prepare(settings, histories(settings))
    with timed("application loaded", say):
        app = create_app(settings)
    with app.app_context():
        with timed("operator and tenants", say):
            lines = [_operator()]
            apply_tenant_files(app, demonstration=demonstration)
        if demonstration:
            with timed("demonstration", say):
                lines += fill(app)
        disconnect(app)  # from here on this process only supervises
    return lines


def _operator() -> str:
    with in_platform():
        user, password = create_operator(OPERATOR)
        email = user.email
    if password is None:
        return f"operator {email}, password as set (lost? tierline users password-link {email})"
    return f"operator {email}, password {password} (shown this once)"

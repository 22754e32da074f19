"""One case for every route: how a caller who may use it does so, and what comes back.

A route without a case fails the build (test_isolation.py names it). The key is the method and the
endpoint. Values of path arguments are made by `route_world.MAKERS`, under the argument's name
unless `arguments` names another maker; a value in `fixed` is used as it stands.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from people import soon
from route_world import World
from tierline.access.permissions import Role

Body = Mapping[str, Any] | Callable[[World], Mapping[str, Any]]


@dataclass(frozen=True)
class Case:
    """How a route is used by who may, and the statuses that are right then."""

    arguments: Mapping[str, str] = field(default_factory=dict)  # path argument → maker
    fixed: Mapping[str, str] = field(default_factory=dict)  # path argument → value
    form: Body | None = None
    json: Body | None = None
    headers: Callable[[World], Mapping[str, str]] | None = None
    role: Role | None = None  # who may, where the least role with the permission may not
    expects: tuple[int, ...] = (200, 201, 202, 204, 302, 303)
    audited: bool = True  # an unsafe route leaves an entry in the audit chain


def new_email(world: World) -> str:
    """Return an e-mail that nobody has yet."""
    return f"{uuid.uuid4().hex}@example.com"


READ = Case()
AS_OWNER = Case(role=Role.OWNER)
RETRY = Case(arguments={"job_id": "failed_job_id"}, role=Role.OWNER)

CASES: dict[str, Case] = {
    # The frame
    "GET static": Case(fixed={"filename": "dist/manifest.json"}, expects=(200, 404)),
    "GET health.healthz": READ,
    "GET health.readyz": Case(expects=(200, 503)),
    "GET preferences.start": READ,
    "GET preferences.choose_language": Case(fixed={"code": "en"}),
    "GET preferences.choose_theme": Case(fixed={"code": "dark"}),
    "GET reference.show_reference": READ,
    "GET api-docs.openapi_json": READ,
    # Signing in
    "GET security.login": READ,
    "POST security.login": Case(form={"email": "nobody@example.com", "password": "x"}),
    "POST security.logout": AS_OWNER,
    "GET security.forgot_password": READ,
    "POST security.forgot_password": Case(form={"email": "nobody@example.com"}, audited=False),
    "GET security.reset_password": Case(arguments={"token": "reset_token"}),
    "POST security.reset_password": Case(
        arguments={"token": "reset_token"},
        form={"password": "seven quiet hills", "password_confirm": "seven quiet hills"},
    ),
    "GET security.change_password": READ,
    "POST security.change_password": Case(form={"password": "wrong"}, audited=False),
    "GET identity.switch": READ,
    "GET identity.me": READ,
    "POST identity.save_me": Case(form={"name": "Li", "locale": "en"}),
    "POST identity.end_sessions": READ,
    # People and tokens
    "GET people.list_people": READ,
    "POST people.invite": Case(form=lambda world: {"email": new_email(world), "role": "viewer"}),
    "GET people.show_member": READ,
    "POST people.change": Case(form={"role": "member"}),
    "POST people.deactivate": READ,
    "GET tokens.list_tokens": READ,
    "POST tokens.create": Case(
        form={"name": "Shop", "scopes": "*.read", "expires_on": soon().date().isoformat()}
    ),
    "POST tokens.revoke": READ,
    "GET api_people.me": READ,
    "GET api_people.list_members": READ,
    "POST api_people.invite_member": Case(
        json=lambda world: {"email": new_email(world), "role": "viewer"}
    ),
    "GET api_people.show_member": READ,
    "PATCH api_people.change_member": Case(json={"role": "member"}),
    "DELETE api_people.deactivate_member": READ,
    "GET api_people.list_tokens": READ,
    "POST api_people.create_token": Case(
        json={"name": "Shop", "scopes": ["*.read"], "expires_at": soon().isoformat()}
    ),
    "GET api_people.show_token": READ,
    "DELETE api_people.revoke_token": READ,
    # Home, audit, jobs
    "GET home.show_home": READ,
    "GET audit.list_entries": READ,
    "GET audit.verify": READ,
    "GET api_audit.list_entries": READ,
    "GET api_audit.verify": READ,
    "GET jobs.list_jobs": READ,
    "GET jobs.show_job": READ,
    "POST jobs.cancel_job": AS_OWNER,
    "POST jobs.retry_job": RETRY,
    "GET api_jobs.list_jobs": READ,
    "GET api_jobs.show_job": READ,
    "POST api_jobs.cancel_job": AS_OWNER,
    "POST api_jobs.retry_job": RETRY,
    # Plugins
    "GET plugins.list_plugins": READ,
    "GET plugins.show_plugin": READ,
    "POST plugins.enable_plugin": READ,
    "POST plugins.disable_plugin": Case(arguments={"plugin": "enabled_plugin"}),
    "POST plugins.resume_plugin": Case(arguments={"plugin": "suspended_plugin"}),
    "GET api_plugins.list_plugins": READ,
    "GET api_plugins.show_plugin": READ,
    "POST api_plugins.enable_plugin": READ,
    "POST api_plugins.disable_plugin": Case(arguments={"plugin": "enabled_plugin"}),
    "POST api_plugins.resume_plugin": Case(arguments={"plugin": "suspended_plugin"}),
}

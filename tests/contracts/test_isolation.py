"""Every route by every kind of caller: nobody, another company's owner, too weak a role, allowed.

The list of routes is the application's own, so a new route is covered at once, and fails the build
until `route_cases.py` says how it is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text
from werkzeug.routing import Rule

from conftest import superuser
from route_cases import CASES, Case
from route_world import MAKERS, World, stranger
from tenant_rows import digest
from tierline.access.permissions import Permission, Role
from tierline.app import create_app
from tierline.config import Settings, home_folder
from tierline.db import db
from tierline.web.guards import ANYONE, OPERATOR, SIGNED_IN, Guard, guards

# Names that all companies share: a plugin's id is no secret of a company, and revisions are counted
# in each from 1.
SHARED = {
    *("plugin", "enabled_plugin", "suspended_plugin", "installed_plugin", "retired_plugin"),
    *("disabled_plugin", "older_plugin", "changed_plugin", "draft", "published", "submitted"),
    *("reset_token", "scheme_id", "run_scheme_id", "older_version"),
}
SAFE = ("GET",)
EVERYDAY = ("account_id", "import_id", "job_id", "token_id", "membership_id")


@dataclass(frozen=True)
class Route:
    """A method of a rule, with its guard."""

    method: str
    rule: Rule
    guard: Guard

    @property
    def key(self) -> str:
        return f"{self.method} {self.rule.endpoint}"

    @property
    def of_tenant(self) -> bool:
        return "tenant" in self.rule.arguments

    @property
    def of_extension(self) -> bool:
        return "/t/<tenant>/x/" in self.rule.rule

    @property
    def of_api(self) -> bool:
        return self.rule.rule.startswith("/api/")

    @property
    def case(self) -> Case:
        return CASES[self.key]

    @property
    def makers(self) -> dict[str, str]:
        """Return the maker of each path argument."""
        names = self.rule.arguments - {"tenant"} - set(self.case.fixed)
        return {name: self.case.arguments.get(name, name) for name in sorted(names)}


def all_routes() -> list[Route]:
    """Return every route of an application that is built, but touches no server."""
    settings = Settings(
        database_url="postgresql:///nowhere",
        redis_url="redis://localhost:1/0",
        secret_key="k" * 40,
        home=home_folder(),
        data=Path("/nonexistent"),
        production=False,
    )
    app = create_app(settings)
    return [
        Route(method, rule, guards(app)[rule.endpoint])
        for rule in sorted(app.url_map.iter_rules(), key=str)
        for method in sorted(set(rule.methods or ()) - {"HEAD", "OPTIONS"})
    ]


ROUTES = all_routes()


def chosen(
    *,
    tenant: bool | None = None,
    unsafe: bool | None = None,
    operator: bool = False,
    extension: bool | None = None,
) -> Any:
    """Return the parameters of the routes that fit."""
    fit = [
        route
        for route in ROUTES
        if route.key in CASES
        and (extension is None or route.of_extension == extension)
        and (tenant is None or route.of_tenant == tenant)
        and (not operator or route.guard is OPERATOR)
        and (unsafe is None or (route.method not in SAFE) == unsafe)
    ]
    return pytest.mark.parametrize("route", fit, ids=[route.key for route in fit])


@pytest.fixture(scope="module")
def worlds(app: Flask) -> Any:
    """Return a function that makes a world on a company of its own."""
    import uuid

    from conftest import Company
    from tierline.provision import create_company

    def make() -> World:
        slug = f"w-{uuid.uuid4().hex[:12]}"
        with app.app_context():
            tenant_id, _ = create_company(slug, "A company", "en")
        world = World(app, Company(tenant_id, slug, "A company"))
        world.enable_extensions()
        return world

    return make


@pytest.fixture(scope="module")
def home(worlds: Any) -> World:
    """Return the company that the calls are about."""
    return worlds()


@pytest.fixture(scope="module")
def away(worlds: Any) -> World:
    """Return the other company."""
    return worlds()


@pytest.fixture
def outside(servers: Any, settings: Settings) -> Iterator[Any]:
    """Connect past every wall, to look at what is really there."""
    name = settings.database_url.rpartition("/")[2].partition("?")[0]
    with superuser(servers, name) as connection:
        yield connection


def call(route: Route, client: Any, world: World, *, records_of: World | None = None) -> Any:
    """Call the route as its case says, in the world's company."""
    source = records_of or world
    values = {name: source.make(kind) for name, kind in route.makers.items()}
    values |= dict(route.case.fixed)
    if route.of_tenant:
        values["tenant"] = world.company.slug
    address = route.rule.build(values, append_unknown=False)
    assert address is not None, f"{route.key} can't be built of {values}"
    options: dict[str, Any] = {"headers": dict(_given(route.case.headers, world) or {})}
    for kind, body in (("data", route.case.form), ("json", route.case.json)):
        if body is not None:
            options[kind] = dict(_given(body, world))
    return client.open(address[1], method=route.method, buffered=True, **options)


def _given(body: Any, world: World) -> Any:
    return body(world) if callable(body) else body


def allowed_role(route: Route) -> Role:
    """Return the least role that may use the route, or the one that its case names."""
    if route.case.role is not None:
        return route.case.role
    if not isinstance(route.guard, Permission):
        return Role.VIEWER
    able = [role for role in Role if role in route.guard.roles - route.guard.own_records]
    return able[0] if able else Role.OWNER


def caller(route: Route, world: World) -> Any:
    """Return a client that may use the route."""
    if route.guard is ANYONE and route.case.role is None:
        return stranger(world.app)
    if route.guard is OPERATOR:
        return world.operator()
    return world.browser(allowed_role(route))


def is_refused(route: Route, answer: Any) -> bool:
    """Return whether nobody was let in: a redirect to sign-in for pages, 401 for the API."""
    if route.of_api:
        return answer.status_code == 401 and answer.content_type == "application/problem+json"
    if route.method in SAFE:
        return answer.status_code == 302 and answer.location.startswith("/login")
    return answer.status_code == 401


def test_every_route_has_a_case_and_every_case_a_route():
    keys = {route.key for route in ROUTES}
    assert sorted(keys - set(CASES)) == [], "routes without a case in tests/route_cases.py"
    assert sorted(set(CASES) - keys) == [], "cases without a route"


def test_every_path_argument_can_be_made():
    kinds = {kind for route in ROUTES if route.key in CASES for kind in route.makers.values()}
    assert sorted(kinds - set(MAKERS)) == [], "path arguments without a maker in route_world.py"


@chosen()
def test_nobody_gets_in(app, home, route):
    if route.guard is ANYONE:
        return
    answer = call(route, stranger(app), home)
    assert is_refused(route, answer), (answer.status_code, answer.location)


@chosen(tenant=True)
def test_to_another_companys_owner_the_company_does_not_exist(home, away, route):
    answer = call(route, away.browser(Role.OWNER), home)
    assert answer.status_code == 404
    assert home.company.name not in answer.text or home.company.name == away.company.name


@pytest.fixture(scope="module")
def without_extensions(home, worlds) -> World:
    """Return a company whose extensions are disabled again, with what was made in them."""
    from conftest import working_in
    from tierline.configuration.service import disable
    from tierline.plugins.manager import installed

    world = worlds()
    for route in ROUTES:
        if route.key in CASES and route.of_extension:
            call(route, world.browser(allowed_role(route)), world)
    with working_in(world.app, world.company):
        for plugin in sorted(installed().extensions):
            if list(installed().blueprints_of(plugin)):
                disable(plugin)
        db.session.commit()
    return world


@chosen(extension=True)
def test_where_an_extension_is_disabled_its_routes_do_not_exist(without_extensions, route):
    world = without_extensions
    answer = call(route, world.browser(allowed_role(route)), world)
    assert answer.status_code == 404
    assert route.rule.endpoint.partition(".")[2] not in answer.text


def test_extensions_have_routes():
    assert {route.of_api for route in ROUTES if route.of_extension} == {True, False}


@chosen(tenant=True)
def test_another_companys_token_is_refused(home, away, route):
    assert is_refused(route, call(route, away.program("*"), home))


@chosen(tenant=True)
def test_too_weak_a_role_is_refused(home, route):
    weak = [role for role in Role if role not in route.guard.roles]
    for role in {*weak[:1], *weak[-1:]}:  # the least of them and the most
        answer = call(route, home.browser(role), home)
        assert answer.status_code == 403, role


@chosen(operator=True)
def test_who_is_no_operator_is_refused(home, route):
    assert call(route, home.browser(Role.OWNER), home).status_code == 403
    assert call(route, home.program("*"), home).status_code == 403


@chosen(tenant=True)
def test_a_token_without_the_scope_is_refused(home, route):
    other = "audit.verify_nothing" if route.guard.area == "audit" else "audit.read"
    scope = "home.read" if other not in known() else other
    assert call(route, home.program(scope), home).status_code == 403


def known() -> list[str]:
    from tierline.identity.token_service import known_scopes

    return known_scopes()


@chosen(unsafe=False)
def test_who_may_look_does_and_changes_nothing(worlds, home, outside, route):
    client = caller(route, home)
    for kind in (*route.makers.values(), *EVERYDAY):
        home.make(kind)  # a list with records in it shows more than an empty one
    before = digest(outside, home.company.id)
    with read_only_transactions(home.app):
        answer = call(route, client, home)
    assert answer.status_code in route.case.expects, answer.text[:500]
    assert not (answer.location or "").startswith("/login")
    assert digest(outside, home.company.id) == before


class read_only_transactions:  # noqa: N801 - reads as a statement
    """Require that every transaction of the application's role within is READ ONLY."""

    def __init__(self, app: Flask) -> None:
        with app.app_context():
            self.engine = db.engine

    def __enter__(self) -> None:
        event.listen(self.engine, "before_cursor_execute", self.note)

    def __exit__(self, *error: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self.note)

    def note(self, connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        if "SET LOCAL app.tenant" in statement:
            assert statement.startswith("SET TRANSACTION READ ONLY"), statement


@chosen(unsafe=True)
def test_who_may_act_does_and_it_is_audited(worlds, outside, route):
    world = worlds()
    client = caller(route, world)
    for kind in route.makers.values():
        world.make(kind)
    before = entries(outside, route, world)
    answer = call(route, client, world)
    assert answer.status_code in route.case.expects, answer.text[:500]
    if route.case.audited:
        assert entries(outside, route, world) > before, f"{route.key} left no audit entry"


def entries(outside: Any, route: Route, world: World) -> int:
    """Return how many entries the chain has that the route writes to."""
    if not route.of_tenant:
        return outside.execute(text("SELECT count(*) FROM platform_audit_entry")).scalar_one()
    statement = text("SELECT count(*) FROM audit_entry WHERE tenant_id = :tenant")
    return outside.execute(statement, {"tenant": world.company.id}).scalar_one()


@chosen(tenant=True)
def test_another_companys_record_does_not_exist(worlds, home, away, outside, route):
    if set(route.makers.values()) <= SHARED:
        return
    for kind in route.makers.values():
        away.make(kind)
    before = digest(outside, away.company.id)
    answer = call(route, home.browser(allowed_role(route)), home, records_of=away)
    assert answer.status_code == 404, answer.text[:300]
    assert digest(outside, away.company.id) == before


@chosen()
def test_every_answer_carries_the_headers_that_protect_it(app, home, route):
    headers = call(route, stranger(app), home).headers
    assert "nonce-" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    for cookie in headers.getlist("Set-Cookie"):
        if cookie.startswith("tierline="):
            assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


def test_the_kinds_of_guard_are_all_there_is():
    for route in ROUTES:
        assert isinstance(route.guard, Permission) or route.guard in (ANYONE, OPERATOR, SIGNED_IN)
        assert route.of_tenant == isinstance(route.guard, Permission), route.key

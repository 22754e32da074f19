"""What the source itself must keep to: scopes, system work, SQL, layers of responsibility.

Each rule is checked on the syntax tree of every module of the platform and of every plugin, and on
a counter-example, so that a rule that finds nothing any more shows.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tierline.config import home_folder

PLATFORM = home_folder() / "platform" / "tierline"

# Who may work across tenants, and why: read `system(` in these only.
SYSTEM_USERS = {
    "db/scope.py": "defines it",
    "identity/queries.py": "who is signed in, and where to; the use of a token during a read",
    "jobs/delivery.py": "outbox, sweeper and schedules of all tenants",
    "plugins/overview.py": "counts how many tenants pin which release",
}

# Who may build SQL from parts: identifiers out of fixed lists, never a value.
SQL_BUILDERS = {
    "db/prepare.py": "roles and rights, before any table is there",
    "db/rls.py": "policies, from the metadata's table names",
    "db/session.py": "SET LOCAL with an int",
    "testing/plugin.py": "a database for each test process, named by its number",
}

# Who may commit: the edges, and what is an edge of its own.
COMMITTERS = {
    "console.py": "the command's unit of work",
    "web/edge.py": "the request's unit of work",
    "jobs/running.py": "the job's steps",
    "jobs/delivery.py": "the scheduler's unit of work",
    "plugins/service.py": "releases are stored at start; a suspension outlives the failed request",
    "provision.py": "a company has no scope before it is there",
    "identity/queries.py": "the use of a token is noted apart, during a read",
    "tiering/jobs.py": "a failed job closes its run, after its work was undone",
}

SCOPES = {"tenant_scope", "system", "acting_as", "working_in", "in_tenant"}


def modules() -> list[Path]:
    """Return every module of the platform and of the plugins."""
    return sorted([*PLATFORM.rglob("*.py"), *(home_folder() / "plugins").rglob("*.py")])


def named(call: ast.AST) -> str | None:
    """Return the name that a call calls: f(…) and x.f(…) are "f"."""
    if not isinstance(call, ast.Call):
        return None
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else None


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def inside(function: ast.AST) -> Iterator[ast.AST]:
    """Walk a function's body without the functions defined in it."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from inside(child)


def scopes_around_a_yield(tree: ast.AST, place: str) -> list[str]:
    """A generator that holds a scope leaks it into its caller; only a context manager may."""
    found = []
    for function in functions(tree):
        managers = {
            getattr(each, "id", getattr(each, "attr", "")) for each in function.decorator_list
        }
        if managers & {"contextmanager", "fixture"}:
            continue
        for node in inside(function):
            if isinstance(node, ast.With) and enters_scope(node) and yields(node):
                found.append(f"{place}:{node.lineno} yields inside a scope")
    return found


def enters_scope(block: ast.With) -> bool:
    return any(named(item.context_expr) in SCOPES for item in block.items)


def yields(block: ast.AST) -> bool:
    return any(isinstance(each, ast.Yield | ast.YieldFrom) for each in inside(block))


def system_calls(tree: ast.AST, place: str) -> list[str]:
    """Work across tenants is spelled out, in few places; never in a plugin."""
    if place in SYSTEM_USERS:
        return []
    calls = [node for node in ast.walk(tree) if named(node) == "system"]
    return [f"{place}:{node.lineno} leaves tenancy" for node in calls]


def sql_from_parts(tree: ast.AST, place: str) -> list[str]:
    """SQL is written as it is, with parameters: no f-string, no +, no %, no format."""
    if place in SQL_BUILDERS:
        return []
    found = []
    for node in ast.walk(tree):
        if named(node) in ("text", "exec_driver_sql") and node.args and built(node.args[0]):
            found.append(f"{place}:{node.lineno} builds SQL from parts")
    return found


def built(value: ast.AST) -> bool:
    """Return whether a text is put together where it is used."""
    if isinstance(value, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in value.values)
    if isinstance(value, ast.BinOp):
        return not (constant(value.left) and constant(value.right))
    return named(value) in ("format", "join", "replace")


def constant(value: ast.AST) -> bool:
    """Return whether a text is written as it is, or a named constant of the module."""
    if isinstance(value, ast.BinOp):
        return constant(value.left) and constant(value.right)
    return isinstance(value, ast.Constant) or (isinstance(value, ast.Name) and value.id.isupper())


def requests_in_services(tree: ast.AST, place: str) -> list[str]:
    """Services and queries know no request, no current user, and abort nothing."""
    if Path(place).name not in ("service.py", "queries.py", "token_service.py"):
        return []
    forbidden = {"request", "current_user", "abort", "session", "g"}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("flask"):
            names = forbidden & {each.name for each in node.names}
            found += [f"{place}:{node.lineno} imports {name}" for name in sorted(names)]
    return found


def commits(tree: ast.AST, place: str) -> list[str]:
    """Only the edges commit; services flush."""
    if place in COMMITTERS or Path(place).parts[0] in ("instance", "cli", "simulate", "testing"):
        return []
    return [
        f"{place}:{node.lineno} commits"
        for node in ast.walk(tree)
        if named(node) == "commit" and not getattr(node, "args", None)
    ]


Rule = Callable[[ast.AST, str], list[str]]

COUNTER_EXAMPLES: dict[Rule, str] = {
    scopes_around_a_yield: "def rows():\n    with tenant_scope(1):\n        yield 1\n",
    system_calls: 'with system("just so"):\n    pass\n',
    sql_from_parts: 'text(f"SELECT * FROM {name}")\n',
    requests_in_services: "from flask import request\n",
    commits: "db.session.commit()\n",
}


@pytest.mark.parametrize("rule", COUNTER_EXAMPLES, ids=lambda rule: rule.__name__)
def test_the_source_keeps_the_rule(rule):
    found = []
    for path in modules():
        place = path.relative_to(PLATFORM if PLATFORM in path.parents else home_folder())
        found += rule(ast.parse(path.read_text(encoding="utf-8")), place.as_posix())
    assert found == []


@pytest.mark.parametrize("rule", COUNTER_EXAMPLES, ids=lambda rule: rule.__name__)
def test_the_rule_finds_its_counter_example(rule):
    assert rule(ast.parse(COUNTER_EXAMPLES[rule]), "accounts/service.py") != []


@pytest.mark.parametrize("listed", [SYSTEM_USERS, SQL_BUILDERS, COMMITTERS])
def test_no_exception_outlives_its_module(listed):
    assert [place for place in listed if not (PLATFORM / place).is_file()] == []

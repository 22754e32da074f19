"""The self-check of the walls: silent on a sound database, and naming every planted fault."""

from __future__ import annotations

import pytest
from alembic import command
from alembic.util import CommandError
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from conftest import settings_for, superuser
from tierline.config import APP_ROLE, OWNER_ROLE, SYSTEM_ROLE, with_driver
from tierline.db.check import check
from tierline.db.prepare import alembic_config
from tierline.db.rls import secure_statements

DATABASE = "tierline_faults"

TABLE = "CREATE TABLE fault (tenant_id bigint NOT NULL, id uuid, PRIMARY KEY (tenant_id, id))"
PARENT = [
    "CREATE TABLE parent (tenant_id bigint NOT NULL, id uuid UNIQUE, PRIMARY KEY (tenant_id, id))",
    *secure_statements("parent"),
]
SECURED = [TABLE, *secure_statements("fault")]

FAULTS = {
    "a table without a policy": ([TABLE], "table fault lacks"),
    "a table whose owner is not bound": (
        [*SECURED, "ALTER TABLE fault NO FORCE ROW LEVEL SECURITY"],
        "table fault lacks",
    ),
    "a table whose security is off": (
        [*SECURED, "ALTER TABLE fault DISABLE ROW LEVEL SECURITY"],
        "table fault lacks",
    ),
    "a table that the application owns": (
        [*SECURED, f"ALTER TABLE fault OWNER TO {APP_ROLE}"],
        "belongs to the role",
    ),
    "a view with its owner's eyes": (
        [*SECURED, "CREATE VIEW peek AS SELECT * FROM fault"],
        "view peek is not security_invoker",
    ),
    "a materialized view": (
        [*SECURED, "CREATE MATERIALIZED VIEW heap AS SELECT * FROM fault"],
        "materialized view heap",
    ),
    "a function with its owner's rights": (
        ["CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"],
        "security definer function f",
    ),
    "a simple primary key": (
        [
            "CREATE TABLE fault (tenant_id bigint NOT NULL, id uuid PRIMARY KEY)",
            *secure_statements("fault"),
        ],
        "fault_pkey does not lead with tenant_id",
    ),
    "a unique index over all tenants": (
        [*SECURED, "CREATE UNIQUE INDEX everywhere ON fault (id)"],
        "everywhere does not lead with tenant_id",
    ),
    "a foreign key that can leave the tenant": (
        [
            *PARENT,
            *SECURED,
            "ALTER TABLE fault ADD CONSTRAINT away FOREIGN KEY (id) REFERENCES parent (id)",
        ],
        "foreign key away can leave the tenant",
    ),
    "a setting that anybody may change inside a query": (
        ["GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO PUBLIC"],
        "set_config",
    ),
}


@pytest.fixture
def faulty(servers, template_database, shared_folder, process_number):
    """Make a database of its own to plant faults in; return its settings and a superuser."""
    name = f"{DATABASE}_{process_number}"
    with superuser(servers) as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template_database}"))
    settings = settings_for(servers, shared_folder, name)
    with superuser(servers, name) as connection:
        connection.execute(text(REVOKE))
        yield settings, connection
    with superuser(servers) as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


REVOKE = "REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC"


def findings(settings, role=APP_ROLE):
    """Return what the check says when it signs in as the role."""
    engine = create_engine(settings.role_url(role), poolclass=NullPool)
    return check(engine)


@pytest.mark.parametrize("role", [APP_ROLE, SYSTEM_ROLE])
def test_a_sound_database_has_no_findings(faulty, role):
    assert findings(faulty[0], role) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_named(faulty, fault):
    settings, connection = faulty
    statements, expected = FAULTS[fault]
    for statement in statements:
        connection.execute(text(statement))
    assert any(expected in finding for finding in findings(settings)), findings(settings)


def test_the_owners_and_the_superusers_connections_are_named(faulty):
    settings, _ = faulty
    assert any("belongs to the role" in each for each in findings(settings, OWNER_ROLE))
    url = with_driver(make_url(settings.database_url))
    found = check(create_engine(url, poolclass=NullPool))
    assert any("bypasses row-level security" in each for each in found)


def test_a_role_that_may_become_a_superuser_is_named(faulty, process_number):
    settings, connection = faulty
    role = f"climber_{process_number}"  # not the application's: roles are the whole server's
    connection.execute(text(f"CREATE ROLE {role} LOGIN IN ROLE postgres"))
    try:
        url = with_driver(make_url(settings.database_url)).set(username=role)
        found = check(create_engine(url, poolclass=NullPool))
    finally:
        connection.execute(text(f"DROP ROLE {role}"))
    assert "the role may become postgres" in found


def test_alembic_check_passes_on_a_migrated_database(faulty):
    command.check(alembic_config(faulty[0]))  # raises where the models and the tables differ


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE membership NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE membership DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON membership",
    ],
)
def test_alembic_check_fails_where_a_table_lacks_row_level_security(faulty, statement):
    settings, connection = faulty
    connection.execute(text(statement))
    with pytest.raises(CommandError, match="membership"):
        command.check(alembic_config(settings))

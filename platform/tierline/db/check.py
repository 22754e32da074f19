"""The self-check of the walls: an empty list means that they stand. Run at start and in CI."""

from __future__ import annotations

from sqlalchemy import Engine, text

CHECK = """
SELECT 'role ' || rolname || ' bypasses row-level security' FROM pg_roles
  WHERE rolname = current_user AND (rolsuper OR rolbypassrls)
UNION ALL SELECT 'the role may become ' || r.rolname FROM pg_roles r
  WHERE (r.rolsuper OR r.rolbypassrls) AND pg_has_role(current_user, r.oid, 'MEMBER')
UNION ALL SELECT 'table ' || c.relname
    || ' lacks forced row-level security or a policy, or belongs to the role'
  FROM pg_class c
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
  WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
    AND (NOT c.relrowsecurity OR NOT c.relforcerowsecurity
      OR pg_has_role(current_user, c.relowner, 'USAGE')
      OR NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))
UNION ALL SELECT 'view ' || c.relname || ' is not security_invoker' FROM pg_class c
  WHERE c.relkind = 'v' AND c.relnamespace = 'public'::regnamespace
    AND NOT coalesce(c.reloptions::text ~* 'security_invoker=(true|on|1)', false)
UNION ALL SELECT 'materialized view ' || c.relname || ' has no row-level security' FROM pg_class c
  WHERE c.relkind = 'm' AND c.relnamespace = 'public'::regnamespace
UNION ALL SELECT 'security definer function ' || p.proname FROM pg_proc p
  WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace
UNION ALL SELECT 'key ' || i.indexrelid::regclass || ' does not lead with tenant_id'
  FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attname = 'tenant_id'
  JOIN pg_class c ON c.oid = i.indrelid AND c.relnamespace = 'public'::regnamespace
  WHERE i.indisunique AND i.indkey[0] <> a.attnum
UNION ALL SELECT 'foreign key ' || f.conname || ' can leave the tenant' FROM pg_constraint f
  JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attname = 'tenant_id'
  JOIN pg_attribute b ON b.attrelid = f.confrelid AND b.attname = 'tenant_id'
  WHERE f.contype = 'f' AND NOT EXISTS (
    SELECT FROM unnest(f.conkey, f.confkey) k(x, y) WHERE x = a.attnum AND y = b.attnum)
UNION ALL SELECT 'anybody may call set_config() and so change the tenant inside a query'
  WHERE has_function_privilege('pg_catalog.set_config(text,text,boolean)', 'EXECUTE')
"""


def check(engine: Engine) -> list[str]:
    """Return what is wrong with the walls as the engine's role sees them; [] when they stand."""
    with engine.connect() as connection:
        return list(connection.execute(text(CHECK)).scalars())

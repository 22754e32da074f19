"""initial

Revision: 0001, after nothing
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "app_user",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("password", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("fs_uniquifier", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), server_default="en", nullable=False),
        sa.Column("operator", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_app_user_email")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("email", name=op.f("uq_app_user_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_app_user_fs_uniquifier")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=True),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("record_type", sa.String(), nullable=True),
        sa.Column("record_id", sa.String(), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint(
            "tenant_id", "position", name=op.f("uq_audit_entry_tenant_id_position")
        ),
        info={"append_only": True},
    )
    op.create_table(
        "audit_head",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "import_mapping",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_import_mapping")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_import_mapping_tenant_id_name")),
    )
    op.create_table(
        "import_run",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file_key", sa.String(), nullable=False),
        sa.Column("file_size", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default="mapping", nullable=False),
        sa.Column("mapping_name", sa.String(), nullable=True),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("check_job_id", sa.Uuid(), nullable=True),
        sa.Column("run_job_id", sa.Uuid(), nullable=True),
        sa.Column("dry_run", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("failed_key", sa.String(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('mapping', 'checking', 'checked', 'running', 'done', 'failed')",
            name=op.f("ck_import_run_state"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_import_run")),
    )
    op.create_index(
        "ix_import_run_recent", "import_run", ["tenant_id", "created_at", "id"], unique=False
    )
    op.create_table(
        "job",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(), server_default="queued", nullable=False),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("message", sa.String(), server_default="", nullable=False),
        sa.Column(
            "position", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("actor", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("attempt", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')",
            name=op.f("ck_job_state"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_job")),
    )
    op.create_index(
        "ix_job_open",
        "job",
        ["tenant_id", "state"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    op.create_index("ix_job_recent", "job", ["tenant_id", "created_at"], unique=False)
    op.create_table(
        "ledger_line",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.Column("line_no", sa.BigInteger(), nullable=False),
        sa.Column("product", sa.String(), server_default="", nullable=False),
        sa.Column("description", sa.String(), server_default="", nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("unit_price", sa.Numeric(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint(
            "tenant_id", "transaction_id", "line_no", name=op.f("pk_ledger_line")
        ),
    )
    op.create_table(
        "metric_freshness",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("shares_current", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("group_keys", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column(
            "refreshed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_metric_freshness")),
    )
    op.create_table(
        "metric_slot",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("metric_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "slot", name=op.f("pk_metric_slot")),
        sa.UniqueConstraint(
            "tenant_id", "metric_id", name=op.f("uq_metric_slot_tenant_id_metric_id")
        ),
    )
    op.create_table(
        "platform_audit_entry",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=True),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("record_type", sa.String(), nullable=True),
        sa.Column("record_id", sa.String(), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_audit_entry")),
        sa.UniqueConstraint("position", name=op.f("uq_platform_audit_entry_position")),
    )
    op.create_table(
        "platform_audit_head",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_audit_head")),
    )
    op.create_table(
        "plugin_release",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("plugin", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "installed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_plugin_release")),
    )
    op.create_index(op.f("ix_plugin_release_plugin"), "plugin_release", ["plugin"], unique=False)
    op.create_table(
        "schedule",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cron", sa.String(), nullable=False),
        sa.Column(
            "arguments",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default="{}",
            nullable=False,
        ),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_job_id", sa.Uuid(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_schedule")),
        sa.UniqueConstraint("tenant_id", "kind", name=op.f("uq_schedule_tenant_id_kind")),
    )
    op.create_table(
        "tenant",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), server_default="en", nullable=False),
        sa.Column("time_zone", sa.String(), server_default="UTC", nullable=False),
        sa.Column("currency", sa.String(), server_default="CNY", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("slug ~ '^[a-z][a-z0-9-]{1,38}[a-z0-9]$'", name=op.f("ck_tenant_slug")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant")),
        sa.UniqueConstraint("slug", name=op.f("uq_tenant_slug")),
    )
    op.create_table(
        "tier_assignment",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("scheme_number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("tier", sa.SmallInteger(), nullable=True),
        sa.Column("previous", sa.SmallInteger(), nullable=True),
        sa.Column("score", sa.BigInteger(), nullable=True),
        sa.Column("incomplete", sa.Boolean(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "scheme_number", "begins_on", "account_id", name=op.f("pk_tier_assignment")
        ),
    )
    op.create_table(
        "tiering_scheme",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("scheme_id", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("tier_ids", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("last_as_of", sa.Date(), nullable=True),
        sa.Column("active_run_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "number", name=op.f("pk_tiering_scheme")),
        sa.UniqueConstraint(
            "tenant_id", "scheme_id", name=op.f("uq_tiering_scheme_tenant_id_scheme_id")
        ),
    )
    op.create_table(
        "login_session",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("browser", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_login_session_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
    )
    op.create_index(
        "ix_login_session_open",
        "login_session",
        ["user_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "membership",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deactivated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "role <> 'consultant' OR expires_at IS NOT NULL", name=op.f("ck_membership_consultant")
        ),
        sa.CheckConstraint(
            "role IN ('viewer', 'member', 'manager', 'consultant', 'administrator', 'owner')",
            name=op.f("ck_membership_role"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("fk_membership_user_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_membership")),
        sa.UniqueConstraint("tenant_id", "user_id", name=op.f("uq_membership_tenant_id_user_id")),
    )
    op.create_table(
        "plugin_enablement",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("plugin", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column(
            "since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('enabled', 'suspended', 'disabled')", name=op.f("ck_plugin_enablement_state")
        ),
        sa.ForeignKeyConstraint(
            ["digest"], ["plugin_release.digest"], name=op.f("fk_plugin_enablement_digest")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_plugin_enablement")),
        sa.UniqueConstraint(
            "tenant_id", "plugin", name=op.f("uq_plugin_enablement_tenant_id_plugin")
        ),
    )
    op.create_table(
        "tiering_run",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("scheme_number", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("recorded", sa.Boolean(), nullable=False),
        sa.Column("corrects", sa.Boolean(), nullable=False),
        sa.Column("population", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('running', 'done', 'failed')", name=op.f("ck_tiering_run_state")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "scheme_number"],
            ["tiering_scheme.tenant_id", "tiering_scheme.number"],
            name=op.f("fk_tiering_run_tenant_id_scheme_number"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_tiering_run")),
    )
    op.create_index(
        "ix_tiering_run_scheme",
        "tiering_run",
        ["tenant_id", "scheme_number", "created_at"],
        unique=False,
    )
    op.create_table(
        "tiering_scheme_version",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("scheme_number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "scheme_number"],
            ["tiering_scheme.tenant_id", "tiering_scheme.number"],
            name=op.f("fk_tiering_scheme_version_tenant_id_scheme_number"),
        ),
        sa.PrimaryKeyConstraint(
            "tenant_id", "scheme_number", "version", name=op.f("pk_tiering_scheme_version")
        ),
        info={"append_only": True},
    )
    op.create_table(
        "account",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("external_key", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), server_default="enterprise", nullable=False),
        sa.Column("lifecycle_stage", sa.String(), server_default="active", nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("industry", sa.String(), server_default="", nullable=False),
        sa.Column("region", sa.String(), server_default="", nullable=False),
        sa.Column("credit_code", sa.String(), nullable=True),
        sa.Column(
            "fields", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind IN ('government', 'enterprise', 'channel', 'person')",
            name=op.f("ck_account_kind"),
        ),
        sa.CheckConstraint(
            "lifecycle_stage IN ('prospect', 'active', 'inactive', 'lost')",
            name=op.f("ck_account_lifecycle_stage"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["membership.tenant_id", "membership.id"],
            name=op.f("fk_account_tenant_id_owner_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_account")),
    )
    op.create_index(
        "ix_account_created", "account", ["tenant_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_account_name",
        "account",
        ["tenant_id", "name_key", "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_account_number",
        "account",
        ["tenant_id", sa.literal_column("COALESCE(external_key, ''::text)"), "id"],
        unique=False,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_index(
        "ix_account_owner", "account", ["tenant_id", "owner_id", "name_key", "id"], unique=False
    )
    op.create_index(
        "ix_account_updated", "account", ["tenant_id", "updated_at", "id"], unique=False
    )
    op.create_index(
        "uq_account_external_key", "account", ["tenant_id", "external_key"], unique=True
    )
    op.create_table(
        "api_token",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "membership_id"],
            ["membership.tenant_id", "membership.id"],
            name=op.f("fk_api_token_tenant_id_membership_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("tenant_id", "hash", name=op.f("uq_api_token_tenant_id_hash")),
    )
    op.create_index(
        "ix_api_token_membership", "api_token", ["tenant_id", "membership_id"], unique=False
    )
    op.create_table(
        "account_group",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("group_key", sa.String(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("party_kind", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["account.tenant_id", "account.id"],
            name=op.f("fk_account_group_tenant_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "tenant_id", "group_key", "account_id", name=op.f("pk_account_group")
        ),
    )
    op.create_index(
        "ix_account_group_account", "account_group", ["tenant_id", "account_id"], unique=False
    )
    op.create_table(
        "account_state",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("groups", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("t1", sa.SmallInteger(), nullable=True),
        sa.Column("t2", sa.SmallInteger(), nullable=True),
        sa.Column("t3", sa.SmallInteger(), nullable=True),
        sa.Column("t4", sa.SmallInteger(), nullable=True),
        sa.Column("t5", sa.SmallInteger(), nullable=True),
        sa.Column("t6", sa.SmallInteger(), nullable=True),
        sa.Column("t7", sa.SmallInteger(), nullable=True),
        sa.Column("t8", sa.SmallInteger(), nullable=True),
        sa.Column("t9", sa.SmallInteger(), nullable=True),
        sa.Column("t10", sa.SmallInteger(), nullable=True),
        sa.Column("t11", sa.SmallInteger(), nullable=True),
        sa.Column("t12", sa.SmallInteger(), nullable=True),
        sa.Column("t13", sa.SmallInteger(), nullable=True),
        sa.Column("t14", sa.SmallInteger(), nullable=True),
        sa.Column("t15", sa.SmallInteger(), nullable=True),
        sa.Column("t16", sa.SmallInteger(), nullable=True),
        sa.Column("t17", sa.SmallInteger(), nullable=True),
        sa.Column("t18", sa.SmallInteger(), nullable=True),
        sa.Column("t19", sa.SmallInteger(), nullable=True),
        sa.Column("t20", sa.SmallInteger(), nullable=True),
        sa.Column("t21", sa.SmallInteger(), nullable=True),
        sa.Column("t22", sa.SmallInteger(), nullable=True),
        sa.Column("t23", sa.SmallInteger(), nullable=True),
        sa.Column("t24", sa.SmallInteger(), nullable=True),
        sa.Column("m1", sa.BigInteger(), nullable=True),
        sa.Column("m2", sa.BigInteger(), nullable=True),
        sa.Column("m3", sa.BigInteger(), nullable=True),
        sa.Column("m4", sa.BigInteger(), nullable=True),
        sa.Column("m5", sa.BigInteger(), nullable=True),
        sa.Column("m6", sa.BigInteger(), nullable=True),
        sa.Column("m7", sa.BigInteger(), nullable=True),
        sa.Column("m8", sa.BigInteger(), nullable=True),
        sa.Column("m9", sa.BigInteger(), nullable=True),
        sa.Column("m10", sa.BigInteger(), nullable=True),
        sa.Column("m11", sa.BigInteger(), nullable=True),
        sa.Column("m12", sa.BigInteger(), nullable=True),
        sa.Column("m13", sa.BigInteger(), nullable=True),
        sa.Column("m14", sa.BigInteger(), nullable=True),
        sa.Column("m15", sa.BigInteger(), nullable=True),
        sa.Column("m16", sa.BigInteger(), nullable=True),
        sa.Column("m17", sa.BigInteger(), nullable=True),
        sa.Column("m18", sa.BigInteger(), nullable=True),
        sa.Column("m19", sa.BigInteger(), nullable=True),
        sa.Column("m20", sa.BigInteger(), nullable=True),
        sa.Column("m21", sa.BigInteger(), nullable=True),
        sa.Column("m22", sa.BigInteger(), nullable=True),
        sa.Column("m23", sa.BigInteger(), nullable=True),
        sa.Column("m24", sa.BigInteger(), nullable=True),
        sa.Column("m25", sa.BigInteger(), nullable=True),
        sa.Column("m26", sa.BigInteger(), nullable=True),
        sa.Column("m27", sa.BigInteger(), nullable=True),
        sa.Column("m28", sa.BigInteger(), nullable=True),
        sa.Column("m29", sa.BigInteger(), nullable=True),
        sa.Column("m30", sa.BigInteger(), nullable=True),
        sa.Column("m31", sa.BigInteger(), nullable=True),
        sa.Column("m32", sa.BigInteger(), nullable=True),
        sa.Column("m33", sa.BigInteger(), nullable=True),
        sa.Column("m34", sa.BigInteger(), nullable=True),
        sa.Column("m35", sa.BigInteger(), nullable=True),
        sa.Column("m36", sa.BigInteger(), nullable=True),
        sa.Column("m37", sa.BigInteger(), nullable=True),
        sa.Column("m38", sa.BigInteger(), nullable=True),
        sa.Column("m39", sa.BigInteger(), nullable=True),
        sa.Column("m40", sa.BigInteger(), nullable=True),
        sa.Column("m41", sa.BigInteger(), nullable=True),
        sa.Column("m42", sa.BigInteger(), nullable=True),
        sa.Column("m43", sa.BigInteger(), nullable=True),
        sa.Column("m44", sa.BigInteger(), nullable=True),
        sa.Column("m45", sa.BigInteger(), nullable=True),
        sa.Column("m46", sa.BigInteger(), nullable=True),
        sa.Column("m47", sa.BigInteger(), nullable=True),
        sa.Column("m48", sa.BigInteger(), nullable=True),
        sa.Column("m49", sa.BigInteger(), nullable=True),
        sa.Column("m50", sa.BigInteger(), nullable=True),
        sa.Column("m51", sa.BigInteger(), nullable=True),
        sa.Column("m52", sa.BigInteger(), nullable=True),
        sa.Column("m53", sa.BigInteger(), nullable=True),
        sa.Column("m54", sa.BigInteger(), nullable=True),
        sa.Column("m55", sa.BigInteger(), nullable=True),
        sa.Column("m56", sa.BigInteger(), nullable=True),
        sa.Column("m57", sa.BigInteger(), nullable=True),
        sa.Column("m58", sa.BigInteger(), nullable=True),
        sa.Column("m59", sa.BigInteger(), nullable=True),
        sa.Column("m60", sa.BigInteger(), nullable=True),
        sa.Column("m61", sa.BigInteger(), nullable=True),
        sa.Column("m62", sa.BigInteger(), nullable=True),
        sa.Column("m63", sa.BigInteger(), nullable=True),
        sa.Column("m64", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["account.tenant_id", "account.id"],
            name=op.f("fk_account_state_tenant_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", name=op.f("pk_account_state")),
        postgresql_with={"fillfactor": 85},
    )
    op.create_table(
        "contact",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), server_default="", nullable=False),
        sa.Column("email", sa.String(), server_default="", nullable=False),
        sa.Column("phone", sa.String(), server_default="", nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["account.tenant_id", "account.id"],
            name=op.f("fk_contact_tenant_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contact")),
    )
    op.create_index(
        "ix_contact_account", "contact", ["tenant_id", "account_id", "name_key", "id"], unique=False
    )
    op.create_table(
        "ledger_transaction",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("line_count", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind IN ('order', 'delivery', 'invoice', 'payment', 'return')",
            name=op.f("ck_ledger_transaction_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["account.tenant_id", "account.id"],
            name=op.f("fk_ledger_transaction_tenant_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_ledger_transaction")),
        sa.UniqueConstraint(
            "tenant_id", "kind", "number", name=op.f("uq_ledger_transaction_tenant_id_kind_number")
        ),
    )
    op.create_index(
        "ix_ledger_transaction_account",
        "ledger_transaction",
        ["tenant_id", "account_id", "date"],
        unique=False,
    )
    op.create_index(
        "ix_ledger_transaction_date", "ledger_transaction", ["tenant_id", "date"], unique=False
    )
    op.create_table(
        "timeline_entry",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column(
            "data", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column("text", sa.String(), server_default="", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["account.tenant_id", "account.id"],
            name=op.f("fk_timeline_entry_tenant_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_timeline_entry")),
    )
    op.create_index(
        "ix_timeline_entry_account",
        "timeline_entry",
        ["tenant_id", "account_id", "at", "id"],
        unique=False,
    )
    op.secure_tenant_table("audit_entry", append_only=True)
    op.secure_tenant_table("audit_head")
    op.secure_tenant_table("import_mapping")
    op.secure_tenant_table("import_run")
    op.secure_tenant_table("job")
    op.secure_tenant_table("ledger_line")
    op.secure_tenant_table("metric_freshness")
    op.secure_tenant_table("metric_slot")
    op.secure_tenant_table("schedule")
    op.secure_tenant_table("tier_assignment")
    op.secure_tenant_table("tiering_scheme")
    op.secure_tenant_table("membership")
    op.secure_tenant_table("plugin_enablement")
    op.secure_tenant_table("tiering_run")
    op.secure_tenant_table("tiering_scheme_version", append_only=True)
    op.secure_tenant_table("account")
    op.secure_tenant_table("api_token")
    op.secure_tenant_table("account_group")
    op.secure_tenant_table("account_state")
    op.secure_tenant_table("contact")
    op.secure_tenant_table("ledger_transaction")
    op.secure_tenant_table("timeline_entry")


def downgrade() -> None:
    op.release_tenant_table("timeline_entry")
    op.release_tenant_table("ledger_transaction")
    op.release_tenant_table("contact")
    op.release_tenant_table("account_state")
    op.release_tenant_table("account_group")
    op.release_tenant_table("api_token")
    op.release_tenant_table("account")
    op.release_tenant_table("tiering_scheme_version")
    op.release_tenant_table("tiering_run")
    op.release_tenant_table("plugin_enablement")
    op.release_tenant_table("membership")
    op.release_tenant_table("tiering_scheme")
    op.release_tenant_table("tier_assignment")
    op.release_tenant_table("schedule")
    op.release_tenant_table("metric_slot")
    op.release_tenant_table("metric_freshness")
    op.release_tenant_table("ledger_line")
    op.release_tenant_table("job")
    op.release_tenant_table("import_run")
    op.release_tenant_table("import_mapping")
    op.release_tenant_table("audit_head")
    op.release_tenant_table("audit_entry")
    op.drop_index("ix_timeline_entry_account", table_name="timeline_entry")
    op.drop_table("timeline_entry")
    op.drop_index("ix_ledger_transaction_date", table_name="ledger_transaction")
    op.drop_index("ix_ledger_transaction_account", table_name="ledger_transaction")
    op.drop_table("ledger_transaction")
    op.drop_index("ix_contact_account", table_name="contact")
    op.drop_table("contact")
    op.drop_table("account_state")
    op.drop_index("ix_account_group_account", table_name="account_group")
    op.drop_table("account_group")
    op.drop_index("ix_api_token_membership", table_name="api_token")
    op.drop_table("api_token")
    op.drop_index("uq_account_external_key", table_name="account")
    op.drop_index("ix_account_updated", table_name="account")
    op.drop_index("ix_account_owner", table_name="account")
    op.drop_index(
        "ix_account_number", table_name="account", postgresql_where=sa.text("archived_at IS NULL")
    )
    op.drop_index(
        "ix_account_name", table_name="account", postgresql_where=sa.text("archived_at IS NULL")
    )
    op.drop_index("ix_account_created", table_name="account")
    op.drop_table("account")
    op.drop_table("tiering_scheme_version")
    op.drop_index("ix_tiering_run_scheme", table_name="tiering_run")
    op.drop_table("tiering_run")
    op.drop_table("plugin_enablement")
    op.drop_table("membership")
    op.drop_index(
        "ix_login_session_open",
        table_name="login_session",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("login_session")
    op.drop_table("tiering_scheme")
    op.drop_table("tier_assignment")
    op.drop_table("tenant")
    op.drop_table("schedule")
    op.drop_index(op.f("ix_plugin_release_plugin"), table_name="plugin_release")
    op.drop_table("plugin_release")
    op.drop_table("platform_audit_head")
    op.drop_table("platform_audit_entry")
    op.drop_table("metric_slot")
    op.drop_table("metric_freshness")
    op.drop_table("ledger_line")
    op.drop_index("ix_job_recent", table_name="job")
    op.drop_index(
        "ix_job_open", table_name="job", postgresql_where=sa.text("state IN ('queued', 'running')")
    )
    op.drop_table("job")
    op.drop_index("ix_import_run_recent", table_name="import_run")
    op.drop_table("import_run")
    op.drop_table("import_mapping")
    op.drop_table("audit_head")
    op.drop_table("audit_entry")
    op.drop_table("app_user")

"""configuration

Revision: 0002_configuration, after 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002_configuration"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plugin_enablement", sa.Column("effective", sa.String(), nullable=True))
    op.create_table(
        "plugin_override",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("plugin", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind IN ('hide', 'remove', 'add', 'move', 'set')", name=op.f("ck_plugin_override_kind")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_plugin_override")),
        sa.UniqueConstraint(
            "tenant_id",
            "plugin",
            "address",
            name=op.f("uq_plugin_override_tenant_id_plugin_address"),
        ),
    )
    op.create_table(
        "configuration_revision",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("changes", postgresql.JSONB(), nullable=False),
        sa.Column("plan", postgresql.JSONB(), nullable=True),
        sa.Column("merges", postgresql.JSONB(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.String(), nullable=True),
        sa.Column("undone_by", sa.BigInteger(), nullable=True),
        sa.Column("undoes", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'discarded', 'undone')",
            name=op.f("ck_configuration_revision_state"),
        ),
        sa.CheckConstraint(
            "source IN ('screen', 'api', 'command', 'file', 'platform', 'undo')",
            name=op.f("ck_configuration_revision_source"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_configuration_revision")),
        sa.UniqueConstraint(
            "tenant_id", "number", name=op.f("uq_configuration_revision_tenant_id_number")
        ),
    )
    op.create_table(
        "tenant_file_state",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("fields", postgresql.JSONB(), nullable=False),
        sa.Column(
            "applied_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_tenant_file_state")),
    )
    for slot in range(65, 161):
        op.add_column("account_state", sa.Column(f"m{slot}", sa.BigInteger(), nullable=True))
    op.secure_tenant_table("tenant_file_state")
    op.secure_tenant_table("plugin_override")
    op.secure_tenant_table("configuration_revision")


def downgrade() -> None:
    op.drop_table("configuration_revision")
    op.drop_table("plugin_override")
    op.drop_table("tenant_file_state")
    op.drop_column("plugin_enablement", "effective")
    for slot in range(65, 161):
        op.drop_column("account_state", f"m{slot}")

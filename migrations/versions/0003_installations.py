"""Installations of plugins, signatures of releases, keys of publishers

Revision: 0003_installations, after 0002_configuration
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003_installations"
down_revision = "0002_configuration"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "plugin_release",
        sa.Column("source", sa.String(), server_default="built_in", nullable=False),
    )
    op.add_column(
        "plugin_release",
        sa.Column(
            "signature",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
        ),
    )
    op.create_table(
        "plugin_installation",
        sa.Column("plugin", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("publisher_key", sa.String(), nullable=True),
        sa.Column("installed_by", sa.String(), nullable=False),
        sa.Column(
            "installed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("state", sa.String(), server_default="installed", nullable=False),
        sa.CheckConstraint(
            "state IN ('installed', 'retired')", name=op.f("ck_plugin_installation_state")
        ),
        sa.ForeignKeyConstraint(
            ["digest"], ["plugin_release.digest"], name=op.f("fk_plugin_installation_digest")
        ),
        sa.PrimaryKeyConstraint("plugin", name=op.f("pk_plugin_installation")),
    )
    op.create_table(
        "publisher_key",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("trusted_by", sa.String(), nullable=False),
        sa.Column(
            "trusted_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("distrusted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_publisher_key")),
    )


def downgrade() -> None:
    op.drop_table("publisher_key")
    op.drop_table("plugin_installation")
    op.drop_column("plugin_release", "signature")
    op.drop_column("plugin_release", "source")

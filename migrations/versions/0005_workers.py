"""The running processes, each with the code that it has loaded

Revision: 0005_workers, after 0004_extensions
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005_workers"
down_revision = "0004_extensions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "worker_state",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("core", sa.String(), nullable=False),
        sa.Column("extensions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint(
            "kind IN ('web', 'worker', 'scheduler')", name=op.f("ck_worker_state_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker_state")),
    )


def downgrade() -> None:
    op.drop_table("worker_state")

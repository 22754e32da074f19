"""Backtests of tiering schemes

Revision: 0008_backtests, after 0007_adjustment
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008_backtests"
down_revision = "0007_adjustment"
branch_labels = None
depends_on = None

TABLE = "tiering_backtest"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("contenders", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("months", sa.BigInteger(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("state IN ('waiting', 'done')", name=op.f("ck_tiering_backtest_state")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_tiering_backtest")),
    )
    op.create_index("ix_tiering_backtest_created", TABLE, ["tenant_id", "created_at"])
    op.secure_tenant_table(TABLE)


def downgrade() -> None:
    op.drop_table(TABLE)

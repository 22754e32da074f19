"""The register of commitments

Revision: regulators_0001, after nothing
"""

import sqlalchemy as sa
from alembic import op

revision = "regulators_0001"
down_revision = None
branch_labels = None
depends_on = None

TABLE = "x_regulators__commitment"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("source", sa.String(), server_default="", nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(), server_default="open", nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(), server_default="", nullable=False),
        sa.Column("evidence_file", sa.String(), server_default="", nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), server_default="", nullable=False),
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
            "state IN ('open', 'kept', 'late', 'waived')", name=op.f(f"ck_{TABLE}_state")
        ),
        sa.CheckConstraint("(state = 'open') = (done_on IS NULL)", name=op.f(f"ck_{TABLE}_done")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["account.tenant_id", "account.id"],
            name=op.f(f"fk_{TABLE}_tenant_id_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "owner_id"],
            ["membership.tenant_id", "membership.id"],
            name=op.f(f"fk_{TABLE}_tenant_id_owner_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(f"ix_{TABLE}_account", TABLE, ["tenant_id", "account_id"])
    op.create_index(f"ix_{TABLE}_due", TABLE, ["tenant_id", "state", "due_on", "id"])
    op.create_index(f"ix_{TABLE}_owner", TABLE, ["tenant_id", "owner_id"])
    op.secure_tenant_table(TABLE)


def downgrade() -> None:
    op.drop_table(TABLE)

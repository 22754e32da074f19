"""A table of notes

Revision: careless_0001, after nothing
"""

import sqlalchemy as sa
from alembic import op

revision = "careless_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "x_careless__note",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_x_careless__note")),
    )
    op.secure_tenant_table("x_careless__note")


def downgrade() -> None:
    op.drop_table("x_careless__note")

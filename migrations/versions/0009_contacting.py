"""The contact governor: rules, stops, exceptions and contacts

Revision: 0009_contacting, after 0008_backtests
"""

import sqlalchemy as sa
from alembic import op

revision = "0009_contacting"
down_revision = "0008_backtests"
branch_labels = None
depends_on = None

RULES, STOP, EXCEPTION, MADE = (
    "contact_rules",
    "contact_stop",
    "contact_exception",
    "contact_made",
)
COUNTED = "'relationship', 'transactional', 'marketing'"


def _keys() -> list[sa.Column]:
    return [
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    ]


def _of_contact(table: str) -> list[sa.Column | sa.Constraint]:
    return [
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contact_id"],
            ["contact.tenant_id", "contact.id"],
            name=op.f(f"fk_{table}_contact_id_contact"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{table}")),
    ]


def upgrade() -> None:
    op.create_table(
        RULES,
        *_keys(),
        sa.Column("relationship_days", sa.BigInteger(), nullable=False),
        sa.Column("transactional_days", sa.BigInteger(), nullable=False),
        sa.Column("any_days", sa.BigInteger(), nullable=False),
        sa.Column("account_least", sa.BigInteger(), nullable=False),
        sa.Column("account_percent", sa.BigInteger(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=False),
        sa.Column("quiet_to", sa.Time(), nullable=False),
        sa.Column("working_days", sa.Boolean(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contact_rules")),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_contact_rules_tenant_id")),
    )
    op.create_table(
        STOP,
        *_keys(),
        *_of_contact(STOP),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
    )
    op.create_index("ix_contact_stop_contact", STOP, ["tenant_id", "contact_id"])
    op.create_table(
        EXCEPTION,
        *_keys(),
        *_of_contact(EXCEPTION),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.CheckConstraint(f"kind IN ({COUNTED})", name=op.f("ck_contact_exception_kind")),
    )
    op.create_index("ix_contact_exception_contact", EXCEPTION, ["tenant_id", "contact_id"])
    op.create_table(
        MADE,
        *_keys(),
        *_of_contact(MADE),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("counter", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("exception_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            f"kind IN ({COUNTED}, 'visit', 'service')", name=op.f("ck_contact_made_kind")
        ),
        sa.CheckConstraint(
            "channel IN ('mail', 'telephone', 'message', 'on_site')",
            name=op.f("ck_contact_made_channel"),
        ),
        sa.CheckConstraint(
            "state IN ('reserved', 'made', 'released')", name=op.f("ck_contact_made_state")
        ),
        sa.CheckConstraint(
            "counter IN ('general', 'employee', 'regulator')",
            name=op.f("ck_contact_made_counter"),
        ),
    )
    op.create_index("ix_contact_made_contact", MADE, ["tenant_id", "contact_id", "at"])
    op.create_index("ix_contact_made_at", MADE, ["tenant_id", "at"])
    for table in (RULES, STOP, EXCEPTION, MADE):
        op.secure_tenant_table(table)


def downgrade() -> None:
    for table in (MADE, EXCEPTION, STOP, RULES):
        op.drop_table(table)

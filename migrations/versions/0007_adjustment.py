"""How tiers follow the rule over time: watched accounts, tiers set by hand, proposals

Revision: 0007_adjustment, after 0006_approval
"""

import sqlalchemy as sa
from alembic import op

revision = "0007_adjustment"
down_revision = "0006_approval"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tier_assignment", sa.Column("reason", sa.String(), nullable=True))
    op.add_column("tier_assignment", sa.Column("decision_id", sa.Uuid(), nullable=True))
    op.create_table(
        "tier_watch",
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("scheme_number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("tier", sa.SmallInteger(), nullable=False),
        sa.Column("below", sa.SmallInteger(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        _account("tier_watch"),
        sa.PrimaryKeyConstraint(
            "tenant_id", "scheme_number", "account_id", name=op.f("pk_tier_watch")
        ),
    )
    op.create_table(
        "tier_override",
        *_head(),
        sa.Column("tier", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        *_decision(),
        sa.Column("begins_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=True),
        _created(),
        sa.CheckConstraint(
            "state IN ('open', 'approved', 'rejected', 'withdrawn')",
            name=op.f("ck_tier_override_state"),
        ),
        sa.CheckConstraint(
            "begins_on IS NULL OR begins_on <= ends_on", name=op.f("ck_tier_override_days")
        ),
        *_keys("tier_override"),
    )
    op.create_table(
        "tier_proposal",
        *_head(),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("previous", sa.SmallInteger(), nullable=False),
        sa.Column("tier", sa.SmallInteger(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=True),
        sa.Column("incomplete", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        *_decision(),
        _created(),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'rejected', 'outdated')",
            name=op.f("ck_tier_proposal_state"),
        ),
        *_keys("tier_proposal"),
    )
    for state in ("open", "approved"):
        _index("tier_override", state, f"state = '{state}' AND released_on IS NULL")
    _index("tier_proposal", "open", "state = 'open'")
    for table in ("tier_override", "tier_proposal", "tier_watch"):
        op.secure_tenant_table(table)


def _head() -> list[sa.Column]:
    return [
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("scheme_number", sa.SmallInteger(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
    ]


def _decision() -> list[sa.Column]:
    return [
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
    ]


def _created() -> sa.Column:
    return sa.Column(
        "created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
    )


def _account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", "account_id"],
        ["account.tenant_id", "account.id"],
        name=op.f(f"fk_{table}_tenant_id_account_id"),
        ondelete="CASCADE",
    )


def _keys(table: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(
            ["tenant_id", "scheme_number"],
            ["tiering_scheme.tenant_id", "tiering_scheme.number"],
            name=op.f(f"fk_{table}_tenant_id_scheme_number"),
        ),
        _account(table),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f(f"pk_{table}")),
    ]


def _index(table: str, name: str, where: str) -> None:
    op.create_index(
        f"ix_{table}_{name}",
        table,
        ["tenant_id", "scheme_number", "account_id"],
        unique=True,
        postgresql_where=sa.text(where),
    )


def downgrade() -> None:
    for table in ("tier_proposal", "tier_override", "tier_watch"):
        op.drop_table(table)
    op.drop_column("tier_assignment", "decision_id")
    op.drop_column("tier_assignment", "reason")

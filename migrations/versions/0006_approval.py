"""Approval of changes by a second person, and the day from which they hold

Revision: 0006_approval, after 0005_workers
"""

import sqlalchemy as sa
from alembic import op

revision = "0006_approval"
down_revision = "0005_workers"
branch_labels = None
depends_on = None

TABLE, STATE = "configuration_revision", "ck_configuration_revision_state"
BEFORE = "state IN ('draft', 'published', 'discarded', 'undone')"
AFTER = (
    "state IN ('draft', 'submitted', 'approved', 'scheduled', 'published', 'discarded', "
    "'rejected', 'undone')"
)
COLUMNS = (
    ("author_id", sa.Uuid()),
    ("decided_at", sa.DateTime(timezone=True)),
    ("decided_by", sa.String()),
    ("note", sa.String()),
    ("publish_on", sa.Date()),
)


def upgrade() -> None:
    op.add_column(
        "tenant",
        sa.Column("second_person", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    for name, kind in COLUMNS:
        op.add_column(TABLE, sa.Column(name, kind, nullable=True))
    op.drop_constraint(op.f(STATE), TABLE, type_="check")
    op.create_check_constraint(op.f(STATE), TABLE, AFTER)


def downgrade() -> None:
    op.execute(
        "UPDATE configuration_revision SET state = 'discarded' "
        "WHERE state IN ('submitted', 'approved', 'scheduled', 'rejected')"
    )
    op.drop_constraint(op.f(STATE), TABLE, type_="check")
    op.create_check_constraint(op.f(STATE), TABLE, BEFORE)
    for name, _kind in reversed(COLUMNS):
        op.drop_column(TABLE, name)
    op.drop_column("tenant", "second_person")

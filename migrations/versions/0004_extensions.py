"""Let a purge remove the versions of a plugin's schemes; nobody may change one still

Revision: 0004_extensions, after 0003_installations
"""

from alembic import op

from tierline.config import APP_ROLE

revision = "0004_extensions"
down_revision = "0003_installations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(f"GRANT DELETE ON tiering_scheme_version TO {APP_ROLE}")


def downgrade() -> None:
    op.execute(f"REVOKE DELETE ON tiering_scheme_version FROM {APP_ROLE}")

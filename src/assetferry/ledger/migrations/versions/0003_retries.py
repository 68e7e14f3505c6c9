"""A run may drive the quarantine of another one again.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add who retried what, and the indexes by which a long quarantine is read in pages."""
    op.add_column("runs", sa.Column("retry_of", sa.Text(), nullable=True))
    op.add_column("quarantine", sa.Column("retried_by", sa.Text(), nullable=True))
    op.drop_index("ix_quarantine_run", "quarantine")
    op.create_index("ix_quarantine_listed", "quarantine", ["run", "id"])
    op.create_index("ix_quarantine_place", "quarantine", ["run", "stream", "number", "part", "id"])

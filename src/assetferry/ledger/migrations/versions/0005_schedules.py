"""The schedule at which Assets may call a trigger.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column."""
    op.add_column("triggers", sa.Column("schedule", sa.Text(), nullable=True))

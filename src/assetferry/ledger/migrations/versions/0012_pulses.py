"""Which workers hold a lock that dies with them.

Revision ID: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the column."""
    no = sa.text("false")
    op.add_column("workers", sa.Column("pulse", sa.Boolean(), server_default=no, nullable=False))

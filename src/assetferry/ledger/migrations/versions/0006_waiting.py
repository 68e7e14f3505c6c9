"""What a run that waits, is resumed or is closed must remember.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the columns."""
    no = sa.text("false")
    for column in (
        sa.Column("recheck", sa.Boolean(), server_default=no, nullable=False),
        sa.Column("completion_asked", sa.Boolean(), server_default=no, nullable=False),
        sa.Column("resumed_at", sa.Double(), nullable=True),
        sa.Column("stalled_after", sa.Double(), server_default="1200", nullable=False),
    ):
        op.add_column("runs", column)
    op.add_column("streams", sa.Column("progressed_at", sa.Double(), nullable=True))

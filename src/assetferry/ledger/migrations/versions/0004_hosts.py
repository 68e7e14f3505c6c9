"""When hosts may be asked; which host a stream reads from; how many pages a read takes.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add a table and three columns."""
    op.create_table(
        "hosts",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("free_at", sa.Double(), server_default="0", nullable=False),
        sa.Column("paused_until", sa.Double(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("host", name="pk_hosts"),
    )
    op.add_column("runs", sa.Column("assets_host", sa.Text(), nullable=True))
    op.add_column("streams", sa.Column("host", sa.Text(), nullable=True))
    op.add_column("chunks", sa.Column("pages", sa.Integer(), nullable=True))

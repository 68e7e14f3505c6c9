"""What the ledger's clock last said.

Revision ID: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the table, and its one row: nothing is known of the clock yet."""
    made = op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("uptime", sa.Double(), nullable=True),
        sa.Column("boot", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_clock"),
    )
    op.bulk_insert(made, [{"id": 1, "at": 0.0}])

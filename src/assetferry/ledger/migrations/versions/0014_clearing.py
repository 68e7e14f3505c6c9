"""What is being deleted of ended runs, a piece in a transaction.

Revision ID: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the column, and an index for those who look for such runs."""
    op.add_column("runs", sa.Column("clearing", sa.Text(), nullable=True))
    op.create_index("ix_runs_clearing", "runs", ["clearing"])

"""Workers may decline a run, and a run may get another text of its definition.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add who cannot work on a run, and the texts that a run worked with before."""
    op.add_column("runs", sa.Column("earlier_texts", sa.Text(), nullable=True))
    op.create_table(
        "declines",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_declines_run", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run", "worker", name="pk_declines"),
    )
    op.create_index("ix_declines_worker", "declines", ["worker"])

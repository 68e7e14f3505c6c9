"""Identities and conflicts of a run, streams read in order, places that are still to be read.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add two tables, two columns and an index."""
    op.create_table(
        "identities",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_identities_run", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run", "identity", name="pk_identities"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "conflicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sent_number", sa.Integer(), nullable=False),
        sa.Column("sent_part", sa.Text(), nullable=False),
        sa.Column("sent_position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name="fk_conflicts_run", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_conflicts"),
    )
    op.create_index("ix_conflicts_run", "conflicts", ["run"])
    op.add_column(
        "streams",
        sa.Column("ordered", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column(
        "tallies",
        sa.Column("entries_conflicting", sa.Integer(), server_default="0", nullable=False),
    )
    op.create_index(
        "ix_chunks_unread",
        "chunks",
        ["run", "stream", "number", "part"],
        sqlite_where=sa.text("state = 'DUE'"),
        postgresql_where=sa.text("state = 'DUE'"),
    )

"""Web triggers and the calls that began a run.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "triggers",
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("import_source_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name="pk_triggers"),
    )
    op.create_index("ix_triggers_definition", "triggers", ["definition"])
    op.create_table(
        "trigger_calls",
        sa.Column("import_source_id", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("run", sa.Text(), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run"], ["runs.id"], name="fk_trigger_calls_run", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("import_source_id", "slot", name="pk_trigger_calls"),
    )
    op.create_index("ix_trigger_calls_run", "trigger_calls", ["run"])

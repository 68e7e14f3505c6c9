"""Runs, streams, chunks, payloads, quarantine, events, workers, remembered ids.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create all tables."""
    op.create_table(
        "external_ids",
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("attribute", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("definition", "object_type", "attribute", name=("pk_external_ids")),
    )
    op.create_table(
        "pushes",
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("import_source_id", sa.Text(), nullable=False),
        sa.Column("document_hash", sa.Text(), nullable=False),
        sa.Column("pushed_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("definition", "import_source_id", name=("pk_pushes")),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("definition_text", sa.Text(), nullable=False),
        sa.Column("definition_hash", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("scheduled", sa.Boolean(), nullable=False),
        sa.Column("reads", sa.Integer(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("workspace_id", sa.Text(), nullable=True),
        sa.Column("import_source_id", sa.Text(), nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("posts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("execution_id", sa.Text(), nullable=True),
        sa.Column("links", sa.Text(), nullable=True),
        sa.Column("bisections", sa.Integer(), server_default="0", nullable=False),
        sa.Column("hold_for", sa.Double(), nullable=False),
        sa.Column("overrides", sa.Text(), nullable=True),
        sa.Column("held_reason", sa.Text(), nullable=True),
        sa.Column("held_cure", sa.Text(), nullable=True),
        sa.Column("held_since", sa.Double(), nullable=True),
        sa.Column("intended_end", sa.Text(), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("waits_for", sa.Text(), nullable=True),
        sa.Column("reported", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("completed_at", sa.Double(), nullable=True),
        sa.Column("closing_since", sa.Double(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("losses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.Double(), nullable=True),
        sa.Column("token", sa.Integer(), server_default="0", nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('CANCELLED', 'CLOSING', 'COMPLETING', 'DONE', 'FAILED', 'INGESTING', 'PARTIAL', 'PROCESSING', 'STARTING')",
            name=op.f("ck_runs_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=("pk_runs")),
    )
    op.create_index(
        "uq_runs_one_active_per_definition",
        "runs",
        ["definition"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('CANCELLED', 'DONE', 'FAILED', 'PARTIAL')"),
        postgresql_where=sa.text("state NOT IN ('CANCELLED', 'DONE', 'FAILED', 'PARTIAL')"),
    )
    op.create_index(
        "uq_runs_one_active_per_source",
        "runs",
        ["import_source_id"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('CANCELLED', 'DONE', 'FAILED', 'PARTIAL')"),
        postgresql_where=sa.text("state NOT IN ('CANCELLED', 'DONE', 'FAILED', 'PARTIAL')"),
    )
    op.create_table(
        "workers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=("pk_workers")),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=("fk_events_run"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=("pk_events")),
    )
    op.create_index(("ix_events_run"), "events", ["run"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("object_type", sa.Text(), nullable=True),
        sa.Column("attribute", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run"], ["runs.id"], name=("fk_quarantine_run"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=("pk_quarantine")),
    )
    op.create_index(("ix_quarantine_run"), "quarantine", ["run"], unique=False)
    op.create_table(
        "streams",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("moved", sa.Text(), nullable=True),
        sa.Column("exhausted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("records_read", sa.Integer(), server_default="0", nullable=False),
        sa.Column("records_mapped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("records_left_out", sa.Integer(), server_default="0", nullable=False),
        sa.Column("records_quarantined", sa.Integer(), server_default="0", nullable=False),
        sa.Column("values_left_out", sa.Integer(), server_default="0", nullable=False),
        sa.Column("chunks_staged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("chunks_submitted", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=("fk_streams_run"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run", "stream", name=("pk_streams")),
    )
    op.create_table(
        "chunks",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("tail", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("records", sa.Integer(), server_default="0", nullable=False),
        sa.Column("entries", sa.Text(), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("losses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.Double(), nullable=True),
        sa.Column("token", sa.Integer(), server_default="0", nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('DUE', 'FAILED', 'SPLIT', 'STAGED', 'SUBMITTED')",
            name=op.f("ck_chunks_state"),
        ),
        sa.ForeignKeyConstraint(
            ["run", "stream"],
            ["streams.run", "streams.stream"],
            name=("fk_chunks_run_stream"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run", "stream", "number", "part", name=("pk_chunks")),
    )
    op.create_index(
        "ix_chunks_claim",
        "chunks",
        ["run", "state", "due_at", "stream", "number", "part"],
        unique=False,
    )
    op.create_index(
        "ix_chunks_leased",
        "chunks",
        ["run", "state"],
        unique=False,
        sqlite_where=sa.text("lease_until IS NOT NULL"),
        postgresql_where=sa.text("lease_until IS NOT NULL"),
    )
    op.create_table(
        "tallies",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("entries_mapped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("entries_repeated", sa.Integer(), server_default="0", nullable=False),
        sa.Column("entries_submitted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("entries_quarantined", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["run", "stream"],
            ["streams.run", "streams.stream"],
            name=("fk_tallies_run_stream"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run", "stream", "object_type", name=("pk_tallies")),
    )
    op.create_table(
        "payloads",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run", "stream", "number", "part"],
            ["chunks.run", "chunks.stream", "chunks.number", "chunks.part"],
            name=("fk_payloads_run_stream_number_part"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run", "stream", "number", "part", name=("pk_payloads")),
    )

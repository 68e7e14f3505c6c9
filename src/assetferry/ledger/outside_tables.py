"""The ledger's tables about what is outside: callers, whom we tell, the clock."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, text

from assetferry.ledger.columns import Instant, Json
from assetferry.ledger.schema import lease, metadata

__all__ = ["clock", "notices", "trigger_calls", "triggers"]

triggers = Table(
    "triggers",
    metadata,
    Column("key_hash", Text, primary_key=True),
    Column("definition", Text, nullable=False, index=True),
    Column("workspace_id", Text, nullable=False),
    Column("import_source_id", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("schedule", Json),
)
"""Address keys of web triggers, by their hash only, each with the ids that a call must name.

A key that Assets was given has the schedule at which it may call.
"""


trigger_calls = Table(
    "trigger_calls",
    metadata,
    Column("import_source_id", Text, primary_key=True),
    Column("slot", Text, primary_key=True),
    Column("run", Text, ForeignKey("runs.id", ondelete="SET NULL"), index=True),
    Column("at", Instant, nullable=False),
)
"""Calls that began a run: a slot of an import source begins one, however often it is called."""


notices = Table(
    "notices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("about", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("definition_text", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("error", Text),
    *lease(),
    Index("uq_notices_about", "about", unique=True),
    Index(
        "ix_notices_due",
        "due_at",
        sqlite_where=text("settled_at IS NULL"),
        postgresql_where=text("settled_at IS NULL"),
    ),
)
"""What others are told, and whether they have been; written with what it tells of."""

clock = Table(
    "clock",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("uptime", Instant),
    Column("boot", Text),
)
"""What the clock last said, in one row: so a clock that was set is found out."""

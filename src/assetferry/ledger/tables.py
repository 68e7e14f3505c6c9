"""The ledger's tables: the truth about runs, streams, chunks, quarantine, events and workers."""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from assetferry.ledger.columns import Instant, Json
from assetferry.ledger.outside_tables import clock, notices, trigger_calls, triggers
from assetferry.ledger.repeat_tables import conflicts, identities
from assetferry.ledger.schema import lease, metadata
from assetferry.ledger.states import ENDED, ChunkState, RunState

__all__ = [
    "UNREAD",
    "baselines",
    "chunks",
    "clock",
    "conflicts",
    "declines",
    "events",
    "external_ids",
    "hosts",
    "identities",
    "metadata",
    "notices",
    "payloads",
    "pushes",
    "quarantine",
    "runs",
    "streams",
    "tallies",
    "trigger_calls",
    "triggers",
    "workers",
]


def _listed(states: Iterable[StrEnum]) -> str:
    return ", ".join(f"'{state}'" for state in sorted(states))


UNREAD = text(f"state = '{ChunkState.DUE}'")
"""A place still to be read, by this text and no bound value: so SQLite finds its partial index."""
_UNFINISHED = text(f"state NOT IN ({_listed(ENDED)})")


runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("definition", Text, nullable=False),
    Column("definition_text", Text, nullable=False),
    Column("definition_hash", Text, nullable=False),
    Column("earlier_texts", Json),
    Column("origin", Text, nullable=False),
    Column("retry_of", Text),
    Column("scheduled", Boolean, nullable=False),
    Column("reads", Integer, nullable=False),
    Column("sends", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("owner", Text),
    Column("workspace_id", Text),
    Column("import_source_id", Text),
    Column("before", Text),
    Column("posts", Integer, nullable=False, server_default="0"),
    Column("execution_id", Text),
    Column("links", Json),
    Column("assets_host", Text),
    Column("bisections", Integer, nullable=False, server_default="0"),
    Column("recheck", Boolean, nullable=False, server_default=text("false")),
    Column("completion_asked", Boolean, nullable=False, server_default=text("false")),
    Column("hold_for", Instant, nullable=False),
    Column("overrides", Json),
    Column("notify", Json),
    Column("held_reason", Text),
    Column("held_cure", Text),
    Column("held_since", Instant),
    Column("resumed_at", Instant),
    Column("stalled_after", Instant, nullable=False, server_default="1200"),
    Column("intended_end", Text),
    Column("reason_code", Text),
    Column("reason", Text),
    Column("waits_for", Text),
    Column("reported", Boolean, nullable=False, server_default=text("false")),
    Column("result", Json),
    Column("created_at", Instant, nullable=False),
    Column("completed_at", Instant),
    Column("closing_since", Instant),
    Column("ended_at", Instant),
    Column("clearing", Text, index=True),
    *lease(),
    CheckConstraint(f"state IN ({_listed(RunState)})", name="state"),
    Index(
        "uq_runs_one_active_per_source",
        "import_source_id",
        unique=True,
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    ),
    Index(
        "uq_runs_one_active_per_definition",
        "definition",
        unique=True,
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    ),
)

streams = Table(
    "streams",
    metadata,
    Column("run", Text, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("total", BigInteger),
    Column("moved", Text),
    Column("first_page", LargeBinary),
    Column("landmark_cursor", LargeBinary),
    Column("landmark_page", LargeBinary),
    Column("ordered", Boolean, nullable=False, server_default=text("false")),
    Column("exhausted", Boolean, nullable=False, server_default=text("false")),
    Column("host", Text),
    Column("records_read", Integer, nullable=False, server_default="0"),
    Column("records_mapped", Integer, nullable=False, server_default="0"),
    Column("records_left_out", Integer, nullable=False, server_default="0"),
    Column("records_quarantined", Integer, nullable=False, server_default="0"),
    Column("values_left_out", Integer, nullable=False, server_default="0"),
    Column("chunks_staged", Integer, nullable=False, server_default="0"),
    Column("chunks_submitted", Integer, nullable=False, server_default="0"),
    Column("progressed_at", Instant),
)

tallies = Table(
    "tallies",
    metadata,
    Column("run", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("object_type", Text, primary_key=True),
    Column("entries_mapped", Integer, nullable=False, server_default="0"),
    Column("entries_repeated", Integer, nullable=False, server_default="0"),
    Column("entries_conflicting", Integer, nullable=False, server_default="0"),
    Column("entries_submitted", Integer, nullable=False, server_default="0"),
    Column("entries_quarantined", Integer, nullable=False, server_default="0"),
    ForeignKeyConstraint(["run", "stream"], ["streams.run", "streams.stream"], ondelete="CASCADE"),
)

chunks = Table(
    "chunks",
    metadata,
    Column("run", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("part", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("cursor", Json),
    Column("tail", Boolean, nullable=False, server_default=text("false")),
    Column("pages", Integer),
    Column("records", Integer, nullable=False, server_default="0"),
    Column("entries", Json),
    Column("error_code", Text),
    Column("error", Text),
    Column("changed_at", Instant, nullable=False),
    *lease(),
    CheckConstraint(f"state IN ({_listed(ChunkState)})", name="state"),
    ForeignKeyConstraint(["run", "stream"], ["streams.run", "streams.stream"], ondelete="CASCADE"),
    Index("ix_chunks_claim", "run", "state", "due_at", "stream", "number", "part"),
    Index(
        "ix_chunks_leased",
        "run",
        "state",
        sqlite_where=text("lease_until IS NOT NULL"),
        postgresql_where=text("lease_until IS NOT NULL"),
    ),
    Index(
        "ix_chunks_unread",
        "run",
        "stream",
        "number",
        "part",
        sqlite_where=UNREAD,
        postgresql_where=UNREAD,
    ),
)

_CHUNK_KEY = ["run", "stream", "number", "part"]

payloads = Table(
    "payloads",
    metadata,
    *(Column(name, chunks.c[name].type, primary_key=True) for name in _CHUNK_KEY),
    Column("body", LargeBinary, nullable=False),
    ForeignKeyConstraint(_CHUNK_KEY, [f"chunks.{name}" for name in _CHUNK_KEY], ondelete="CASCADE"),
)
"""The bytes of STAGED chunks, apart from their rows: rows stay small, bytes leave when sent."""

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Text, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("stream", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("part", Text, nullable=False),
    Column("place", Json(optional=False), nullable=False),
    Column("object_type", Text),
    Column("attribute", Text),
    Column("code", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("record", Json(optional=False), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("retried_by", Text),
    Index("ix_quarantine_listed", "run", "id"),
    Index("ix_quarantine_place", "run", "stream", "number", "part", "id"),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Text, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
)

workers = Table(
    "workers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("pulse", Boolean, nullable=False, server_default=text("false")),
)

baselines = Table(
    "baselines",
    metadata,
    Column("definition", Text, primary_key=True),
    Column("object_type", Text, primary_key=True),
    Column("entries", BigInteger, nullable=False),
)
"""What the last good full run brought, where that run has been forgotten."""

declines = Table(
    "declines",
    metadata,
    Column("run", Text, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("worker", Text, primary_key=True, index=True),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
"""Which workers cannot work on a run, for want of a secret, a file or a module."""

external_ids = Table(
    "external_ids",
    metadata,
    Column("definition", Text, primary_key=True),
    Column("object_type", Text, primary_key=True),
    Column("attribute", Text, primary_key=True),
    Column("external_id", Text, nullable=False),
)
"""Which external id each name got on first push; ``attribute`` is ``''`` for the type itself."""

pushes = Table(
    "pushes",
    metadata,
    Column("definition", Text, primary_key=True),
    Column("import_source_id", Text, primary_key=True),
    Column("document_hash", Text, nullable=False),
    Column("pushed_at", Instant, nullable=False),
)
"""The schema-and-mapping document that an import source has last been given by us."""

hosts = Table(
    "hosts",
    metadata,
    Column("host", Text, primary_key=True),
    Column("free_at", Instant, nullable=False, server_default="0"),
    Column("paused_until", Instant, nullable=False, server_default="0"),
    Column("reason", Text),
)
"""When a host may next be asked: ``free_at``, for its budget's sake or because it asked for a
pause, which lasts until ``paused_until``."""

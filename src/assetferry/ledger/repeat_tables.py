"""The tables of what comes again in a run: whom it has met, and who contradicted whom."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Text

from assetferry.ledger.columns import Instant, Json
from assetferry.ledger.schema import metadata

__all__ = ["conflicts", "identities"]

identities = Table(
    "identities",
    metadata,
    Column("run", Text, ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("identity", LargeBinary, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("number", Integer, nullable=False),
    Column("part", Text, nullable=False),
    Column("position", Integer, nullable=False),
    sqlite_with_rowid=False,
)
"""Hashes of what has been staged of object types that find duplicates, while a run goes on, with
the read and the record in it. The stream follows from the object type, which is in the hash."""

conflicts = Table(
    "conflicts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Text, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("stream", Text, nullable=False),
    Column("object_type", Text, nullable=False),
    Column("identity", Json(optional=False), nullable=False),
    Column("number", Integer, nullable=False),
    Column("part", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("sent_number", Integer, nullable=False),
    Column("sent_part", Text, nullable=False),
    Column("sent_position", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
)
"""Entries that were not sent, because their identity stands at an earlier place with other
content, which was sent."""

"""What a batch of chunks changes, decided in memory and then written in one transaction."""

import sqlite3
from dataclasses import dataclass, field

from assetferry.local_assets.processing.met import MetObjects
from assetferry.local_assets.processing.plan import Plan
from assetferry.local_assets.processing.tallies import put_tallies
from assetferry.local_assets.store.bulk import insert_rows
from assetferry.local_assets.store.chunks import drop_through

__all__ = ["Batch", "write"]


@dataclass(kw_only=True, slots=True)
class Batch:
    """Rows to write; object ids come from the sequence and are never used twice."""

    now: str
    next_id: int
    inserts: list[tuple[object, ...]] = field(default_factory=list[tuple[object, ...]])
    updates: list[tuple[object, ...]] = field(default_factory=list[tuple[object, ...]])
    identities: list[tuple[object, ...]] = field(default_factory=list[tuple[object, ...]])
    references: list[tuple[object, ...]] = field(default_factory=list[tuple[object, ...]])
    unique_gone: list[tuple[object, ...]] = field(default_factory=list[tuple[object, ...]])
    unique_new: list[tuple[object, ...]] = field(default_factory=list[tuple[object, ...]])


def write(
    connection: sqlite3.Connection, plan: Plan, batch: Batch, met: MetObjects, through: int
) -> None:
    """Write a batch, what was counted, and that its chunks are done: all or nothing."""
    execution = plan.execution.number
    insert_rows(
        connection,
        "INSERT INTO objects (id, workspace_id, object_schema_id, object_type_id, label,"
        " object_key, created, updated, attributes)",
        batch.inserts,
    )
    connection.executemany(
        "UPDATE objects SET label = ?, attributes = ?, updated = ? WHERE id = ?", batch.updates
    )
    # In key order, so that neighbours in the tree are written together.
    batch.identities.sort()
    insert_rows(
        connection,
        "INSERT OR REPLACE INTO identities (source_number, object_type_id, identity, object_id)",
        batch.identities,
    )
    insert_rows(
        connection,
        "INSERT INTO pending_references (execution_number, object_type_id, object_id, wanted)",
        batch.references,
    )
    connection.executemany(
        "DELETE FROM unique_values WHERE attribute_id = ? AND value = ? AND object_id = ?",
        batch.unique_gone,
    )
    connection.executemany(
        "INSERT OR REPLACE INTO unique_values (attribute_id, value, object_id) VALUES (?, ?, ?)",
        batch.unique_new,
    )
    connection.executemany(
        "INSERT OR REPLACE INTO met_objects (execution_number, block, bits) VALUES (?, ?, ?)",
        met.changes(),
    )
    connection.execute(
        "INSERT OR REPLACE INTO sequences (name, next) VALUES ('objects', ?)", (batch.next_id,)
    )
    put_tallies(connection, execution, ((one.object_type.id, one.tally) for one in plan.types))
    drop_through(connection, execution, through)

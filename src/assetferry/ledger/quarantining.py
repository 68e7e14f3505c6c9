"""Records that could not become entries, put aside with place and reason."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert

from assetferry.ledger.chunk import ChunkKey
from assetferry.ledger.staged import Rejected
from assetferry.ledger.tables import quarantine

__all__ = ["set_aside"]


def set_aside(
    connection: Connection, key: ChunkKey, rejected: Sequence[Rejected], now: float
) -> None:
    """Put records of a chunk into quarantine."""
    rows = [
        key.columns
        | {
            "place": one.place,
            "object_type": one.object_type,
            "attribute": one.attribute,
            "code": one.code,
            "reason": one.reason,
            "record": one.record,
            "created_at": now,
        }
        for one in rejected
    ]
    if rows:
        connection.execute(insert(quarantine), rows)

"""What Assets has refused of a run, and how far the search for the bad entries in it has come."""

from collections import Counter

from sqlalchemy import Connection, select

from assetferry.ledger.chunk import ChunkKey
from assetferry.ledger.states import ChunkState
from assetferry.ledger.tables import chunks

__all__ = ["REFUSED", "searched"]

REFUSED = "refused_by_assets"
"""The code of a chunk that Assets refused: its halves are sent, or its entry is set aside."""


def searched(connection: Connection, run: str) -> dict[str, int]:
    """Count, per stream, the refused chunks in which no bad entry has been found yet.

    Those of which a part still waits to be sent, and no part has been refused in its turn: each
    holds at least one bad entry that is not in quarantine. The budget of the search bounds them.
    """
    columns = [chunks.c[name] for name in ("run", "stream", "number", "part")]
    of_run = select(*columns).where(chunks.c.run == run)
    staged = of_run.where(chunks.c.state == ChunkState.STAGED, chunks.c.part != "")
    parts = [ChunkKey(*row) for row in connection.execute(staged)]
    if not parts:
        return {}
    near = of_run.where(
        chunks.c.stream.in_({key.stream for key in parts}),
        chunks.c.number.in_({key.number for key in parts}),
        chunks.c.error_code == REFUSED,
    )
    refused = {ChunkKey(*row) for row in connection.execute(near)}
    searched_in = refused & {key.parent for key in parts} - {key.parent for key in refused}
    return Counter(key.stream for key in searched_in)

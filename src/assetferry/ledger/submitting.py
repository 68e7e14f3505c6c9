"""From STAGED to SUBMITTED, or into parts: what follows from an answer to ``POST data``."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, update

from assetferry.ledger.chunk import ChunkKey, Send, at_key
from assetferry.ledger.clock import instant
from assetferry.ledger.counting import add_to_stream, add_to_tallies
from assetferry.ledger.enqueuing import add_staged
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.quarantining import set_aside
from assetferry.ledger.rechecking import locked_state
from assetferry.ledger.refusals import REFUSED
from assetferry.ledger.staged import Part, Rejected
from assetferry.ledger.states import ChunkState, RunState
from assetferry.ledger.tables import chunks, payloads, runs
from assetferry.ledger.timeline import note

__all__ = ["quarantine_chunk", "split", "submitted"]

# Built once: putting such a statement together costs as much as executing it on SQLite.
_SETTLE = (
    update(chunks)
    .where(
        at_key(chunks),
        chunks.c.state == ChunkState.STAGED,
        chunks.c.token == bindparam("held_token"),
    )
    .values(
        state=bindparam("new_state"),
        lease_until=None,
        error_code=bindparam("why"),
        error=None,
        changed_at=bindparam("now"),
    )
)
_DROP = delete(payloads).where(at_key(payloads))


def submitted(connection: Connection, send: Send) -> None:
    """Note that Assets has accepted the chunk, and drop its bytes.

    Raises LeaseLost where somebody else works on the chunk now; sending it again is harmless.
    """
    now = _settle(connection, send, ChunkState.SUBMITTED)
    add_to_stream(connection, send.key, {"chunks_submitted": 1}, now=now)
    sums = {name: {"entries_submitted": number} for name, number in send.entries.items()}
    add_to_tallies(connection, send.key, sums)


def split(connection: Connection, send: Send, parts: Sequence[Part], *, refused: bool) -> None:
    """Replace a chunk by its parts: it was too large, or ``refused`` for something it holds.

    Raises LeaseLost, also where the run no longer ingests: parts of an ended run would keep their
    bytes for ever.
    """
    if (found := locked_state(connection, send.key.run)) is not RunState.INGESTING:
        raise LeaseLost(f"The run is {found}: the parts of chunk {send.key} are not needed.")
    if refused:
        _count_bisection(connection, send.key)
    now = _settle(connection, send, ChunkState.SPLIT, why=REFUSED if refused else None)
    add_staged(connection, send.key, parts, now)
    add_to_stream(connection, send.key, {"chunks_staged": len(parts) - 1}, now=now)
    why = "refused by Assets" if refused else "too large for Assets"
    note(connection, send.key.run, "chunk_split", f"Chunk {send.key}: {why}, sent in halves")


def quarantine_chunk(connection: Connection, send: Send, rejected: Rejected) -> None:
    """Put the one entry of a chunk that Assets refuses into quarantine; nothing is left to send.

    Raises LeaseLost.
    """
    _count_bisection(connection, send.key)
    now = _settle(connection, send, ChunkState.SUBMITTED, why=REFUSED)
    set_aside(connection, send.key, [rejected], now)
    add_to_stream(connection, send.key, {"chunks_submitted": 1}, now=now)
    sums = {name: {"entries_quarantined": number} for name, number in send.entries.items()}
    add_to_tallies(connection, send.key, sums)
    note(connection, send.key.run, "entry_refused", f"Chunk {send.key}: {rejected.reason}")


def _settle(
    connection: Connection, send: Send, state: ChunkState, *, why: str | None = None
) -> float:
    now = instant(connection)
    with_token = {"held_token": send.token, "new_state": state, "now": now, "why": why}
    changed = connection.execute(_SETTLE, send.key.bound | with_token)
    if changed.rowcount != 1:
        raise LeaseLost(f"Chunk {send.key} was taken over; its late answer is dropped.")
    connection.execute(_DROP, send.key.bound)
    return now


def _count_bisection(connection: Connection, key: ChunkKey) -> None:
    # Before the chunk is touched: run, chunk, stream, tallies is the one order of locks.
    connection.execute(
        update(runs).where(runs.c.id == key.run).values(bisections=runs.c.bisections + 1)
    )

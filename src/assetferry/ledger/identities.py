"""Who has been met in a run already: repeats are told by the order of places, never by time.

Reads of a stream whose object types find duplicates run side by side, but they are staged one
after another, in the order of their places. So what has been met before a read is final when
its turn has come, and whatever is killed or repeated, the entry of the first place is the one
that is sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select

from assetferry.ledger.chunk import ChunkKey, Read
from assetferry.ledger.clock import instant
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.staged import Identity, Place
from assetferry.ledger.states import RunState
from assetferry.ledger.tables import UNREAD, chunks, identities, runs

__all__ = ["Behind", "Met", "met_before", "remember_identities"]

_AT_ONCE = 1000
"""Identities in one statement; SQLite takes 32,766 parameters, and a plan for each length."""


@dataclass(frozen=True, slots=True)
class Met:
    """The entry that was sent with an identity."""

    content: bytes
    place: Place


@dataclass(frozen=True, slots=True)
class Behind:
    """It is not this read's turn: an earlier place of the stream has not been staged."""

    being_read: bool
    """Whether somebody works on the earlier place; if not, it waits to be tried again."""
    held: bool
    """Whether the run waits for a person, so that nobody will work on it soon."""


# Built once: putting such a statement together costs as much as executing it on SQLite.
_RUN = select(runs.c.state, runs.c.held_since).where(runs.c.id == bindparam("run"))
_EARLIER = (
    select(chunks.c.lease_until)
    .where(
        chunks.c.run == bindparam("run"),
        chunks.c.stream == bindparam("stream"),
        UNREAD,
        chunks.c.number < bindparam("number"),
    )
    .order_by(chunks.c.number)
    .limit(1)
)
_MET = select(
    identities.c.identity,
    identities.c.content,
    identities.c.number,
    identities.c.part,
    identities.c.position,
).where(
    identities.c.run == bindparam("run"),
    identities.c.identity.in_(bindparam("identities", expanding=True)),
)


def met_before(
    connection: Connection, read: Read, asked: Sequence[bytes]
) -> dict[bytes, Met] | Behind:
    """Find those of a read's identities that earlier places have, once its turn has come.

    A turn that has come stays: the rows that follow from a read are at its own number or later.
    Raises LeaseLost where the run no longer ingests.
    """
    key = read.key
    state, held = connection.execute(_RUN, {"run": key.run}).one()
    if state != RunState.INGESTING:
        raise LeaseLost(f"The run is {state}: what was read for chunk {key} is not needed.")
    place = {"run": key.run, "stream": key.stream, "number": key.number}
    earlier = connection.execute(_EARLIER, place).one_or_none()
    if earlier is not None:
        leased = (earlier.lease_until or 0.0) > instant(connection)
        return Behind(being_read=leased, held=held is not None)
    found: dict[bytes, Met] = {}
    for start in range(0, len(asked), _AT_ONCE):
        some = {"run": key.run, "identities": asked[start : start + _AT_ONCE]}
        for identity, content, *at in connection.execute(_MET, some):
            found[bytes(identity)] = Met(bytes(content), Place(*at))
    return found


def remember_identities(connection: Connection, key: ChunkKey, new: Sequence[Identity]) -> None:
    """Keep what a read is the first to send, in the transaction that stages it."""
    rows = [
        {
            "run": key.run,
            "identity": one.identity,
            "content": one.content,
            "number": key.number,
            "part": key.part,
            "position": one.position,
        }
        for one in new
    ]
    if rows:
        connection.execute(insert(identities), rows)

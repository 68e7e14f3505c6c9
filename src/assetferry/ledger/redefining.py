"""A run that goes on with another text of its definition."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from assetferry.ledger.states import ENDED
from assetferry.ledger.tables import chunks, runs
from assetferry.ledger.timeline import note

__all__ = ["Redefinition", "redefine"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Redefinition:
    """The other text, compared with the run's own before."""

    instead_of: str
    """Hash of the text that it was compared with."""
    text: str
    hash: str
    origin: str
    reads: int
    sends: int
    hold_for: float
    notify: Collection[str] = ()


def redefine(connection: Connection, run: str, new: Redefinition) -> bool:
    """Give a run another text; False if it has ended, or has got yet another one meanwhile.

    Whoever works on a row of it works with the old text: every lease is taken away, so that
    nothing of that is written down any more.
    """
    earlier = connection.execute(
        select(runs.c.definition_text, runs.c.earlier_texts)
        .where(runs.c.id == run, runs.c.state.not_in(ENDED))
        .where(runs.c.definition_hash == new.instead_of)
        .with_for_update(key_share=True)
    ).one_or_none()
    if earlier is None:
        return False
    # The run before its chunks: one order of locks.
    connection.execute(
        update(runs)
        .where(runs.c.id == run)
        .values(
            definition_text=new.text,
            definition_hash=new.hash,
            earlier_texts=[*(earlier.earlier_texts or []), earlier.definition_text],
            reads=new.reads,
            sends=new.sends,
            hold_for=new.hold_for,
            notify=list(new.notify) or None,
            token=runs.c.token + 1,
            lease_until=None,
        )
    )
    connection.execute(
        update(chunks)
        .where(chunks.c.run == run, chunks.c.lease_until.is_not(None))
        .values(token=chunks.c.token + 1, lease_until=None)
    )
    note(connection, run, "redefined", f"Goes on with {new.origin} as it is now")
    return True

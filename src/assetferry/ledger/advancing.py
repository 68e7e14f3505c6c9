"""The one way in which a run's step changes its row: under the token of its lease."""

from typing import Any

from sqlalchemy import Connection, select, update

from assetferry.ledger.clock import instant
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.states import RunState
from assetferry.ledger.tables import runs

__all__ = ["advance", "confirm"]


_FRESH = {"attempts": 0, "losses": 0, "waits_for": None}


def advance(
    connection: Connection,
    run: str,
    token: int,
    *,
    keep: bool = False,
    expect: RunState | None = None,
    **values: Any,
) -> None:
    """Write columns of a run that the caller has leased, and give the lease back.

    ``keep`` holds on to the lease for a step of several transactions. ``expect`` refuses where
    the run has been moved on meanwhile, by a cancel for one.

    Raises LeaseLost.
    """
    changing = update(runs).where(runs.c.id == run, runs.c.token == token)
    if expect is not None:
        changing = changing.where(runs.c.state == expect)
    if not keep:
        # A step that succeeded starts the count for the next one.
        values = _FRESH | {"due_at": instant(connection)} | values
        values["lease_until"] = None
    if connection.execute(changing.values(**values)).rowcount != 1:
        raise LeaseLost(f"Another worker took over the run {run}, or it was cancelled.")


def confirm(connection: Connection, run: str, token: int, *, expect: RunState) -> None:
    """Make sure that the caller still has the run, before it does what a successor would suffer.

    Raises LeaseLost.
    """
    held = select(runs.c.id).where(runs.c.id == run, runs.c.token == token, runs.c.state == expect)
    if connection.execute(held).scalar() is None:
        raise LeaseLost(f"Another worker took over the run {run}, or it was cancelled.")

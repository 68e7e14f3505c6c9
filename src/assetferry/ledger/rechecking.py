"""Whether a run is still what its worker believes: asked before each request that matters."""

from sqlalchemy import Connection, bindparam, select

from assetferry.ledger.advancing import advance
from assetferry.ledger.errors import LeaseLost
from assetferry.ledger.run import COLUMNS, Run
from assetferry.ledger.states import RunState
from assetferry.ledger.tables import runs

__all__ = ["locked_state", "rechecked", "still_ingesting", "still_leased"]

# Built once: it is asked between the pages of every chunk.
_STATE = select(runs.c.state).where(runs.c.id == bindparam("run"))


def still_ingesting(connection: Connection, run: str) -> None:
    """Raise LeaseLost where the run no longer takes chunks: it was cancelled, for one."""
    state = connection.execute(_STATE, {"run": run}).scalar_one()
    if state != RunState.INGESTING:
        raise LeaseLost(f"The run {run} is {state}: nothing more is read or sent for it.")


def locked_state(connection: Connection, run: str) -> RunState | None:
    """Lock a run, so that its state stays what it is to the end of the transaction; give that.

    None where the run has been forgotten.
    """
    chosen = select(runs.c.state).where(runs.c.id == run).with_for_update(key_share=True)
    found = connection.execute(chosen).scalar()
    return None if found is None else RunState(found)


def still_leased(connection: Connection, run: Run) -> Run:
    """Read a run anew that the caller holds a lease of.

    Raises LeaseLost where somebody else has it, or it was turned towards its end.
    """
    chosen = select(*COLUMNS).where(
        runs.c.id == run.id, runs.c.token == run.token, runs.c.state == run.state
    )
    found = connection.execute(chosen).mappings().one_or_none()
    if found is None:
        raise LeaseLost(f"Another worker took over the run {run.id}, or it was cancelled.")
    return Run.of(found)


def rechecked(connection: Connection, run: str, token: int) -> None:
    """Note that the execution of a resumed run still takes data. Raises LeaseLost."""
    advance(connection, run, token, expect=RunState.INGESTING, recheck=False)

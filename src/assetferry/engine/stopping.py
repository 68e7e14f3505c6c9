"""Stops a run that can no longer keep its limits, rather than read and send the rest in vain."""

from sqlalchemy import Connection

from assetferry.engine.desk import Desk
from assetferry.engine.safety import hopeless, overriding
from assetferry.ledger.closing import begin_closing
from assetferry.ledger.holding import hold, ingests_within
from assetferry.ledger.refusals import searched
from assetferry.ledger.states import RunState
from assetferry.ledger.sums import counts

__all__ = ["stop_if_hopeless"]


async def stop_if_hopeless(desk: Desk, *, said: str | None = None) -> None:
    """Hold or end the run if too much is in quarantine whatever may follow.

    Asked whenever something was set aside or refused; ``said`` is why Assets refused it. Rows
    that are leased meanwhile are worked off; the next claim finds the run held.
    """
    if desk.run.retry_of is not None:
        return  # made of bad records, so that the limits of a full run say nothing of it
    await desk.ledger.run(_stop, desk, said=said)


def _stop(connection: Connection, desk: Desk, *, said: str | None) -> None:
    run = desk.run.id
    streams, types = counts(connection, run)
    found = hopeless(desk.equipment.definition, streams, types, searched=searched(connection, run))
    # Under the lock of the run: an override may have been given a moment ago.
    if found is None or not ingests_within(connection, run, found.limit):
        return
    reason = found.reason + (f" Assets says: {said}" if said else "")
    if desk.abandons:
        begin_closing(connection, run, end=RunState.FAILED, code=found.code, reason=reason)
    else:
        cure = f"{found.cure} {overriding(found.limit)}"
        hold(connection, run, code=found.code, reason=reason, cure=cure)

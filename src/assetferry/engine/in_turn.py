"""A read waits until all earlier places of its stream are staged, then learns what they sent."""

import time
from collections.abc import Callable, Mapping, Sequence

from assetferry.engine.desk import Desk
from assetferry.ledger.chunk import Read
from assetferry.ledger.identities import Behind, Met, met_before

__all__ = ["OutOfTurn", "in_turn"]

_LOOK_AGAIN_S = 0.2
"""Another process may have staged the earlier place without telling."""
_IDLE_S = 10.0
"""How long to wait for an earlier place that nobody reads: the first retries come sooner."""


class OutOfTurn(Exception):
    """The read's turn will not come soon: give its row back, to be read again then."""


async def in_turn(
    desk: Desk, read: Read, asked: Sequence[bytes], time_left: Callable[[], float]
) -> Mapping[bytes, Met]:
    """Find the identities that earlier places have; see ``reading.take``.

    No lane can be missing for the earlier place: rows are claimed in their order, and whoever
    gives one back frees a read for it. Raises OutOfTurn and LeaseLost.
    """
    idle_since: float | None = None
    while True:
        found = await desk.ledger.run(met_before, read, asked)
        if not isinstance(found, Behind):
            return found
        now = time.monotonic()
        idle_since = None if found.being_read else idle_since or now
        idle = idle_since is not None and now - idle_since > _IDLE_S
        if found.held or idle or time_left() < 0.5:  # noqa: PLR2004 # a half, as in reading
            raise OutOfTurn
        await desk.turns.wait(read.key, _LOOK_AGAIN_S)

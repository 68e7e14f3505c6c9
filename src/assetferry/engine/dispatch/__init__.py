"""Where lanes run."""

from typing import Protocol

from sqlalchemy import Connection

__all__ = ["Dispatch"]


class Dispatch(Protocol):
    """Sees that lanes work on runs, in this process or in a fleet.

    There is work for lanes from the moment a transaction commits, and a process may die at any
    moment after. So a dispatch that has queues of its own writes to them in that transaction.
    """

    def enlist(self, connection: Connection, run: str) -> None:
        """Ask for lanes, in the transaction that gave the run something to do."""
        ...

    async def enlisted(self, run: str) -> None:
        """Hear that the transaction of ``enlist`` has committed."""
        ...

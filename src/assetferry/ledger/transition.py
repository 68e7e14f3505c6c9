"""How transitions are executed, whatever the database.

A transition is a plain function over one connection: it reads and writes within one
transaction and returns a value. It must be safe to execute again after its transaction was
rolled back, so it keeps no state outside the database.
"""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection

__all__ = ["Ledger"]

P = ParamSpec("P")
T = TypeVar("T")


class Ledger(Protocol):
    """The database that knows the truth about all runs."""

    @property
    def place(self) -> str:
        """Where the ledger lies, for people; never a password."""
        ...

    async def run(
        self,
        transition: Callable[Concatenate[Connection, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Execute one transition in one transaction; its result is durable on return."""
        ...

    async def close(self) -> None:
        """Finish what was asked, then let go of the database."""
        ...

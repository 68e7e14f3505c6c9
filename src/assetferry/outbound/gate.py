"""What stands before every request: somebody who knows when a host may be asked."""

from typing import Protocol

__all__ = ["Gate"]


class Gate(Protocol):
    """Knows of budgets and pauses beyond this process."""

    async def enter(self, host: str, port: int, *, patient: bool) -> None:
        """Return when the host may be asked, or raise RetryLater with ``until``.

        ``patient`` asks to wait rather than fail for a turn that is a minute away: the
        request is one of several that belong together.
        """
        ...

    async def asked_to_wait(self, host: str, port: int, seconds: float | None) -> None:
        """Hear that the host asks to be left alone for so long; None where it does not say."""
        ...

    def answered(self, host: str, port: int) -> None:
        """Hear that the host has answered, and asks for no wait."""
        ...

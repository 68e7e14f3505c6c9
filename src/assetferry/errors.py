"""Everything that can go wrong, as one tree whose branches are the ways to recover.

    FerryError
    ├── RetryLater      the same thing may work at another time
    ├── NeedsPerson     only a person can help: the run is held, nothing is lost
    └── Fatal           it will never work; the run, or the command, ends

Modules that meet a failure raise a leaf of their own; whoever catches a branch knows what to
do without knowing the leaf. ``code`` is stable and may be matched by scripts, the message is
for people and says what to do next.
"""

from typing import ClassVar

__all__ = ["Fatal", "FerryError", "NeedsPerson", "RetryLater"]


class FerryError(Exception):
    """The base of every error that assetferry raises on purpose."""

    code: ClassVar[str] = "error"


class RetryLater(FerryError):
    """A failure that time may heal."""

    code = "retry_later"
    took_too_long: ClassVar[bool] = False
    """Whether asking for less would help."""

    def __init__(self, message: str, *, until: float | None = None) -> None:
        """``until`` is the earliest epoch second the other side asked for, if it asked."""
        super().__init__(message)
        self.until = until


class NeedsPerson(FerryError):
    """A failure that neither time nor code can heal: credentials, permissions, settings."""

    code = "needs_person"


class Fatal(FerryError):
    """A failure that would only repeat itself."""

    code = "fatal"

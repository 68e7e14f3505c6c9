"""How an error of ours reaches the person at the terminal: said, without a traceback.

With ``--json`` a program gets it too: in one shape on stdout, while the words stay on stderr.
"""

import errno
from dataclasses import asdict
from typing import IO, Any

import click

from assetferry.cli.output import say
from assetferry.errors import Fatal, FerryError

__all__ = ["Failure", "Stopped", "Unwritten", "failed", "unwritten"]

_FAILED, _USAGE = 1, 2
_USAGE_CODES = frozenset(
    {
        "definition",
        "run_unknown",
        "duration_unclear",
        "redefinition_refused",
        "run_in_use",
        "retry_refused",
    }
)


_OF_A_DISK = frozenset(
    {
        *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO),
        *(errno.EACCES, errno.EPERM),
    }
)
"""What a disk, a pipe or a folder answers, as against a mistake of ours."""


class Unwritten(Fatal):
    """A file, or what a command had to tell, cannot be written."""

    code = "unwritten"


def unwritten(error: OSError, *, what: str | None = None) -> Unwritten | None:
    """Say what could not be written or read, and what to do; None where that is not the matter."""
    if error.errno not in _OF_A_DISK:
        return None
    what = what or error.filename or "what this command has to tell"
    return Unwritten(
        f"Cannot write {what} ({error.strerror}). Make room for it, or name another place; then "
        "do the same again. How a run stands is in the ledger: assetferry runs show latest"
    )


class Failure(click.ClickException):
    """Ends the command with the error's message and the contract's exit code."""

    def __init__(self, error: FerryError) -> None:
        """Take over the message; a definition with mistakes is a usage error."""
        super().__init__(str(error))
        self.code = error.code
        # Those of a definition, whose module takes its time to import.
        self.problems = [asdict(one) for one in getattr(error, "problems", ())]
        self._usage = error.code in _USAGE_CODES

    @property
    def exit_code(self) -> int:  # type: ignore[override] # click reads it from the instance
        """Give the contract's exit code."""
        return _USAGE if self._usage else _FAILED

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the message to stderr, as it is."""
        del file
        say(self.format_message())


class Stopped(click.ClickException):
    """Ends a command that cannot do what it was asked, with a code for programs."""

    def __init__(self, message: str, *, code: str, exit_code: int) -> None:
        """``code`` is one of those in docs/reference/errors.md."""
        super().__init__(message)
        self.code = code
        self._exit_code = exit_code

    @property
    def exit_code(self) -> int:  # type: ignore[override] # click reads it from the instance
        """Give the contract's exit code."""
        return self._exit_code

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the message to stderr, as it is."""
        del file
        say(self.format_message())


def failed(failure: click.ClickException) -> dict[str, Any]:
    """Tell a failure in the one shape that all have."""
    told: dict[str, Any] = {
        "code": getattr(failure, "code", "usage"),
        "message": failure.format_message(),
        "exit": failure.exit_code,
    }
    problems: list[Any] = getattr(failure, "problems", [])
    return {"error": told | ({"problems": problems} if problems else {})}

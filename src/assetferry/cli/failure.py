"""How an error of ours reaches the person at the terminal: said, without a traceback."""

from typing import IO, Any

import click

from assetferry.errors import FerryError

__all__ = ["Failure"]

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


class Failure(click.ClickException):
    """Ends the command with the error's message and the contract's exit code."""

    def __init__(self, error: FerryError) -> None:
        """Take over the message; a definition with mistakes is a usage error."""
        super().__init__(str(error))
        self._usage = error.code in _USAGE_CODES

    @property
    def exit_code(self) -> int:  # type: ignore[override] # click reads it from the instance
        """Give the contract's exit code."""
        return _USAGE if self._usage else _FAILED

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the message to stderr, as it is."""
        click.echo(self.format_message(), err=True, file=file)

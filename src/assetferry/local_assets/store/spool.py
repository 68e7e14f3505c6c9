"""Chunk bodies, appended to one plain file per execution.

Kept out of the database, because there each byte would be written twice, into the log and
then into the table, and freeing it would cost as much as a good part of processing. The
table ``chunks`` says what lies where; bytes that no row names (a transaction that failed) do
no harm. A killed process loses nothing; the file is on disk for good when its execution is
completed.
"""

import os
from datetime import datetime
from pathlib import Path

__all__ = ["Spool"]

SUFFIX = ".chunks"


class Spool:
    """The folder of these files; written by the writer's thread only."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self._folder = folder

    def append(self, execution_number: int, body: bytes) -> int:
        """Add a body and give its offset."""
        with self._path(execution_number).open("ab") as file:
            offset = file.tell()
            file.write(body)
        return offset

    def settle(self, execution_number: int) -> None:
        """Make sure that everything appended outlives a power cut."""
        path = self._path(execution_number)
        if path.exists():
            with path.open("rb") as file:
                os.fsync(file.fileno())

    def read(self, execution_number: int, offset: int, length: int) -> bytes:
        """Give a body back; raises EOFError where a power cut has taken a part of it."""
        with self._path(execution_number).open("rb") as file:
            file.seek(offset)
            body = file.read(length)
        if len(body) != length:
            raise EOFError(f"chunk at {offset} of execution {execution_number} is incomplete")
        return body

    def fed_since(self, execution_number: int, moment: datetime) -> bool:
        """Tell whether a body came later than a moment."""
        try:
            return self._path(execution_number).stat().st_mtime > moment.timestamp()
        except FileNotFoundError:
            return False

    def any_fed_since(self, moment: datetime) -> bool:
        """Tell whether a body of any execution came later than a moment."""
        numbers = (int(one.stem) for one in self._folder.glob(f"*{SUFFIX}") if one.stem.isdecimal())
        return any(self.fed_since(number, moment) for number in numbers)

    def drop(self, execution_number: int) -> None:
        """Forget an execution's bodies."""
        self._path(execution_number).unlink(missing_ok=True)

    def keep_only(self, execution_numbers: set[int]) -> None:
        """Remove what a killed process had no time to."""
        for path in self._folder.glob(f"*{SUFFIX}"):
            if not path.stem.isdecimal() or int(path.stem) not in execution_numbers:
                path.unlink(missing_ok=True)

    def _path(self, execution_number: int) -> Path:
        return self._folder / f"{execution_number}{SUFFIX}"

"""A disk that is full: it passes, and nothing of what was asked has happened."""

import errno
import sqlite3

__all__ = ["is_full"]


def is_full(error: BaseException) -> bool:
    """Tell whether there was no room, in the database or beside it."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL

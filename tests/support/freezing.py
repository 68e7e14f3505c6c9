"""Processes that stand still: alive, and doing nothing."""

import signal
import sqlite3
import subprocess
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

from commands import PATIENCE_S

__all__ = ["frozen"]

_BUSY = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND state <> 'idle'
"""


@contextmanager
def frozen(process: "subprocess.Popen[str]", database: Mapping[str, str]) -> Generator[None]:
    """Stop a process while the block runs, at a moment in which it holds no lock of the ledger."""
    deadline = time.monotonic() + PATIENCE_S
    process.send_signal(signal.SIGSTOP)
    try:
        while not _at_rest(database):
            assert time.monotonic() < deadline, "it is always in a transaction"
            process.send_signal(signal.SIGCONT)
            time.sleep(0.01)
            process.send_signal(signal.SIGSTOP)
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def _at_rest(database: Mapping[str, str]) -> bool:
    """Tell whether nobody is in the middle of a transaction."""
    if "ASSETFERRY_DATABASE_URL" in database:
        with psycopg.connect(database["ASSETFERRY_DATABASE_URL"]) as asking:
            found = asking.execute(_BUSY).fetchone()
            return found == (0,)
    file = Path(database["ASSETFERRY_DATA_DIR"]) / "ledger.db"
    connection = sqlite3.connect(file, timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    else:
        connection.execute("ROLLBACK")
        return True
    finally:
        connection.close()

"""Where the ledger lies, and how it is opened."""

from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_data_path
from sqlalchemy.exc import DBAPIError

from assetferry.ledger.errors import LedgerUnusable
from assetferry.ledger.glance import glance
from assetferry.ledger.ground import ensure_ground
from assetferry.ledger.revision import found_revision, judge
from assetferry.ledger.transition import Ledger
from assetferry.ledger.upgrade import upgrade

__all__ = ["data_folder", "is_shared", "open_file", "open_ledger"]

_DATABASE_URL = "ASSETFERRY_DATABASE_URL"
_DATA_DIR = "ASSETFERRY_DATA_DIR"


def data_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder for the ledger: ASSETFERRY_DATA_DIR, else the platform's data folder."""
    chosen = environ.get(_DATA_DIR)
    return Path(chosen).expanduser() if chosen else user_data_path("assetferry", appauthor=False)


def is_shared(environ: Mapping[str, str]) -> bool:
    """Tell whether several machines may share the ledger that the environment names."""
    return bool(environ.get(_DATABASE_URL))


def open_ledger(environ: Mapping[str, str]) -> Ledger:
    """Open, and where needed create or migrate, the ledger that the environment names.

    Raises LedgerUnusable with what to do.
    """
    url = environ.get(_DATABASE_URL)
    return _open_postgres(url) if url else open_file(data_folder(environ) / "ledger.db")


def open_file(path: Path) -> Ledger:
    """Open a SQLite ledger."""
    from assetferry.ledger.sqlite import SqliteLedger, cure, sqlite_engine  # noqa: PLC0415 # one of two

    ensure_ground(path)
    try:
        if path.is_file() and path.stat().st_size > 0:
            # Before the first pragma: a file that is something else stays as it is.
            with glance(path) as connection:
                judge(found_revision(connection))
        engine = sqlite_engine(path)
        try:
            upgrade(engine)
        finally:
            engine.dispose()
    except (DBAPIError, OSError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise LedgerUnusable(
            f"The ledger {path} cannot be opened ({reason}). {cure(error, path)} Or set "
            f"{_DATA_DIR} to another folder."
        ) from error
    return SqliteLedger(path)


def _open_postgres(url: str) -> Ledger:
    from assetferry.ledger.postgres import PostgresLedger, postgres_engine  # noqa: PLC0415 # ditto

    if not url.startswith(("postgresql://", "postgres://")):
        raise LedgerUnusable(f"{_DATABASE_URL} must start with postgresql://.")
    try:
        engine = postgres_engine(url)
        try:
            upgrade(engine)
        finally:
            engine.dispose()
    except DBAPIError as error:
        raise LedgerUnusable(
            f"The database named by {_DATABASE_URL} cannot be used: {error.orig}"
        ) from error
    return PostgresLedger(url)

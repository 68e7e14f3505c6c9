"""Which version of the tables a database has, and whether this one may work with it."""

from sqlalchemy import Connection, inspect, text

from assetferry.ledger.errors import LedgerUnusable

__all__ = ["HEAD", "ensure_same", "found_revision", "judge"]

HEAD = "0014"
"""The newest revision; a test compares it with the migrations folder."""

_OURS = "external_ids"
"""A table that every ledger has had."""


def found_revision(connection: Connection) -> str | None:
    """Read the revision; None where the database is empty.

    Raises LedgerUnusable where it holds the tables of something else, which are left alone.
    """
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" not in tables and connection.dialect.name == "postgresql":
        return None  # a database may be shared with others
    if tables and not {"alembic_version", _OURS} <= tables:
        raise LedgerUnusable(
            "The database is no ledger of assetferry: it holds other tables, which are left as "
            "they are. Set ASSETFERRY_DATA_DIR or ASSETFERRY_DATABASE_URL to another place."
        )
    return _read(connection) if tables else None


def judge(found: str | None) -> bool:
    """Tell whether the tables are up to date; False where they are older, or none.

    Raises LedgerUnusable where a newer version made them.
    """
    if found is not None and (found > HEAD or not found.isdecimal()):
        raise LedgerUnusable(
            f"The ledger is at revision {found}, this version knows {HEAD}: it was written "
            f"by a newer assetferry. Upgrade this one, or point ASSETFERRY_DATA_DIR elsewhere."
        )
    return found == HEAD


def ensure_same(connection: Connection) -> None:
    """Make sure that nobody has upgraded the ledger under this process.

    Raises LedgerUnusable: what this version would write is not what the newer one reads.
    """
    found = _read(connection)
    if found != HEAD:
        raise LedgerUnusable(
            f"Another process has brought the ledger to revision {found}, this version knows "
            f"{HEAD}. It stops here, nothing is lost: go on with the newer assetferry."
        )


def _read(connection: Connection) -> str | None:
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()

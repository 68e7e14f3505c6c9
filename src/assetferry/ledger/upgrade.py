"""Bring a ledger to this version's tables, or say why that cannot be.

Alembic is imported only where a migration is due: a process that finds the ledger up to date
starts a quarter of a second sooner.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from assetferry.ledger.errors import LedgerUnusable

__all__ = ["HEAD", "upgrade"]

HEAD = "0009"
"""The newest revision; a test compares it with the migrations folder."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 0x6173736574  # "asset": one upgrade at a time on a shared database


def upgrade(engine: Engine) -> None:
    """Create or migrate the tables in one transaction; safe to call from several processes.

    Raises LedgerUnusable where the tables were made by a newer version.
    """
    with engine.begin() as connection:
        # SQLite's BEGIN IMMEDIATE has locked the file already.
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        found = _revision(connection)
        if found == HEAD:
            return
        if found is not None and found > HEAD:
            raise LedgerUnusable(
                f"The ledger is at revision {found}, this version knows {HEAD}: it was written "
                f"by a newer assetferry. Upgrade this one, or point ASSETFERRY_DATA_DIR elsewhere."
            )
        _migrate(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 # see the module's docstring
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

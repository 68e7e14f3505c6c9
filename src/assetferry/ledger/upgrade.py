"""Bring a ledger to this version's tables, or say why that cannot be.

Alembic is imported only where a migration is due: a process that finds the ledger up to date
starts a quarter of a second sooner.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, text

from assetferry.ledger.revision import HEAD, found_revision, judge

__all__ = ["HEAD", "upgrade"]

_MIGRATIONS = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 0x6173736574  # "asset": one upgrade at a time on a shared database


def upgrade(engine: Engine) -> None:
    """Create or migrate the tables in one transaction; safe to call from several processes.

    Raises LedgerUnusable where the tables were made by a newer version, or by something else.
    """
    with engine.begin() as connection:
        # SQLite's BEGIN IMMEDIATE has locked the file already.
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        if judge(found_revision(connection)):
            return
        _migrate(connection)


def _migrate(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 # see the module's docstring
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

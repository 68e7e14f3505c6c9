"""What the ledger remembers of a definition, read without making or migrating a ledger."""

import sqlite3
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, create_engine, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from assetferry.definition.document import Definition
from assetferry.definition.load import load
from assetferry.definition.problems import DefinitionError
from assetferry.ledger.errors import LedgerUnusable
from assetferry.ledger.opening import data_folder, is_shared
from assetferry.ledger.remembering import remembered_ids
from assetferry.ledger.tables import runs
from assetferry.preflight.entities import Entity

__all__ = ["Memory", "recall"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """What earlier pushes and runs of a definition left behind; nothing where there were none."""

    external_ids: Mapping[Entity, str] = field(default_factory=dict[Entity, str])
    before: Definition | None = None
    """The definition as the last run had it."""


def recall(definition: str, environ: Mapping[str, str]) -> Memory:
    """Read the ledger that the environment names, if there is one. Blocks for milliseconds.

    Only columns are read that every ledger has had: one of an older version is not migrated here.
    Raises LedgerUnusable where there is one that cannot be read.
    """
    try:
        with _reading(environ) as connection:
            if connection is None or not inspect(connection).has_table("external_ids"):
                return Memory()
            text = connection.execute(
                select(runs.c.definition_text)
                .where(runs.c.definition == definition)
                .order_by(runs.c.created_at.desc())
                .limit(1)
            ).scalar()
            return Memory(
                external_ids=remembered_ids(connection, definition),
                before=None if text is None else _loaded(text),
            )
    except SQLAlchemyError as error:
        reason = getattr(error, "orig", None) or type(error).__name__
        raise LedgerUnusable(
            f"The ledger cannot be read ({reason}). See that it belongs to this user and was "
            "written by this version of assetferry."
        ) from error


@contextmanager
def _reading(environ: Mapping[str, str]) -> Generator[Connection | None]:
    """Open a connection on which nothing can be written; None where there is no ledger."""
    shared = is_shared(environ)
    if shared:
        from assetferry.ledger.postgres import postgres_engine  # noqa: PLC0415 # an extra

        engine = postgres_engine(environ["ASSETFERRY_DATABASE_URL"])
    else:
        path = data_folder(environ) / "ledger.db"
        if not path.exists():
            yield None
            return
        engine = create_engine("sqlite://", creator=lambda: _existing(path), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            if shared:
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            yield connection
    finally:
        engine.dispose()


def _existing(path: Path) -> sqlite3.Connection:
    # Not mode=ro: a read-only connection to a WAL file leaves two files behind that it made.
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=30)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _loaded(text: str) -> Definition | None:
    """Read an old definition; None where it is not one any more."""
    try:
        return load(text, origin="the last run")
    except DefinitionError:
        return None

"""What the ledger remembers of a definition, read without making or migrating a ledger."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from assetferry.definition.document import Definition
from assetferry.definition.load import load
from assetferry.definition.problems import DefinitionError
from assetferry.ledger.errors import LedgerUnusable
from assetferry.ledger.glance import glance
from assetferry.ledger.ground import ensure_ground
from assetferry.ledger.opening import data_folder, is_shared
from assetferry.ledger.remembering import remembered_ids
from assetferry.ledger.revision import found_revision, judge
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
            if connection is None or (revision := found_revision(connection)) is None:
                return Memory()
            judge(revision)
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
            f"The ledger {_place(environ)} cannot be used ({reason}). See that it belongs to this "
            "user, can be written, is not damaged and was written by this version of assetferry."
        ) from error


def _place(environ: Mapping[str, str]) -> str:
    """Name the ledger without a password."""
    if is_shared(environ):
        return "that ASSETFERRY_DATABASE_URL names"
    return str(data_folder(environ) / "ledger.db")


@contextmanager
def _reading(environ: Mapping[str, str]) -> Generator[Connection | None]:
    """Open a connection on which nothing can be written; None where there is no ledger."""
    if not is_shared(environ):
        path = data_folder(environ) / "ledger.db"
        ensure_ground(path)
        if path.exists():
            with glance(path, deep=True) as connection:
                yield connection
        else:
            yield None
        return
    from assetferry.ledger.postgres import postgres_engine  # noqa: PLC0415 # an extra

    engine = postgres_engine(environ["ASSETFERRY_DATABASE_URL"])
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            yield connection
    finally:
        engine.dispose()


def _loaded(text: str) -> Definition | None:
    """Read an old definition; None where it is not one any more."""
    try:
        return load(text, origin="the last run")
    except DefinitionError:
        return None

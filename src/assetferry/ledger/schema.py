"""What all tables of the ledger have in common."""

from sqlalchemy import Column, Integer, MetaData, Text

from assetferry.ledger.columns import Instant

__all__ = ["lease", "metadata"]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def lease() -> list[Column[object]]:
    """Who works on a row, until when, and the token that a late result no longer has.

    ``attempts`` counts tries that an answer ended, ``losses`` those whose worker died.
    """
    return [
        Column("due_at", Instant, nullable=False),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("losses", Integer, nullable=False, server_default="0"),
        Column("lease_until", Instant),
        Column("token", Integer, nullable=False, server_default="0"),
        Column("worker", Text),
    ]

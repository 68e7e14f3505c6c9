"""What is remembered of a definition from push to push: its external ids and its document."""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert, select

from assetferry.ledger.clock import instant
from assetferry.ledger.tables import external_ids, pushes

__all__ = ["NameKey", "pushed_hash", "remember_push", "remembered_ids"]

NameKey = tuple[str, str | None]
"""An object type's name and an attribute's, or None for the type itself."""


def remembered_ids(connection: Connection, definition: str) -> dict[NameKey, str]:
    """Give the external ids that names of this definition have had since their first push."""
    columns = (external_ids.c.object_type, external_ids.c.attribute, external_ids.c.external_id)
    rows = connection.execute(select(*columns).where(external_ids.c.definition == definition))
    return {(object_type, attribute or None): known for object_type, attribute, known in rows}


def pushed_hash(connection: Connection, definition: str, import_source_id: str) -> str | None:
    """Give the hash of the document that the import source was last given by us."""
    return connection.execute(
        select(pushes.c.document_hash).where(
            pushes.c.definition == definition, pushes.c.import_source_id == import_source_id
        )
    ).scalar()


def remember_push(
    connection: Connection,
    definition: str,
    import_source_id: str,
    *,
    document_hash: str,
    ids: Mapping[NameKey, str],
) -> None:
    """Keep the ids that a pushed document used, and the document's hash."""
    known = remembered_ids(connection, definition)
    rows = [
        {
            "definition": definition,
            "object_type": object_type,
            "attribute": attribute or "",
            "external_id": external_id,
        }
        for (object_type, attribute), external_id in ids.items()
        if (object_type, attribute) not in known
    ]
    if rows:
        connection.execute(insert(external_ids), rows)
    connection.execute(
        delete(pushes).where(
            pushes.c.definition == definition, pushes.c.import_source_id == import_source_id
        )
    )
    connection.execute(
        insert(pushes),
        {
            "definition": definition,
            "import_source_id": import_source_id,
            "document_hash": document_hash,
            "pushed_at": instant(connection),
        },
    )

"""Keeps the schema and mapping of an import source up to date with the definition."""

import hashlib
from collections.abc import Awaitable, Callable

import msgspec

from assetferry.assets.answers import Pushed, Trouble
from assetferry.definition.document import Definition
from assetferry.engine.ports import Target
from assetferry.ledger.remembering import pushed_hash, remember_push, remembered_ids
from assetferry.ledger.transition import Ledger
from assetferry.mapping.document import mapping_document

__all__ = ["bring_mapping_up_to_date", "push_mapping"]


async def bring_mapping_up_to_date(
    ledger: Ledger,
    definition: Definition,
    target: Target,
    *,
    import_source_id: str,
    before_push: Callable[[], Awaitable[object]],
) -> Trouble | None:
    """Push the document where the import source has none, or had another one from us last.

    ``before_push`` is awaited before, and stops it by raising.
    """
    status = await target.config_status()
    if not isinstance(status, str):
        return status
    remembered = await ledger.run(remembered_ids, definition.name)
    made = mapping_document(definition, remembered=remembered)
    known = await ledger.run(pushed_hash, definition.name, import_source_id)
    if status != "MISSING_MAPPING" and known == _fingerprint(made.document):
        return None
    await before_push()
    pushed = await push_mapping(ledger, definition, target, import_source_id=import_source_id)
    return None if isinstance(pushed, Pushed) else pushed


async def push_mapping(
    ledger: Ledger, definition: Definition, target: Target, *, import_source_id: str
) -> Pushed | Trouble:
    """Push the document, and remember its external ids once Assets has taken it."""
    remembered = await ledger.run(remembered_ids, definition.name)
    made = mapping_document(definition, remembered=remembered)
    pushed = await target.push_mapping(made.document)
    if isinstance(pushed, Pushed):
        await ledger.run(
            remember_push,
            definition.name,
            import_source_id,
            document_hash=_fingerprint(made.document),
            ids=made.external_ids,
        )
    return pushed


def _fingerprint(document: object) -> str:
    return hashlib.sha256(msgspec.json.encode(document)).hexdigest()

"""A chunk in two halves, from its own bytes."""

from collections.abc import Mapping

from assetferry.engine.payload import counted, pack, unpack
from assetferry.ledger.chunk import Send
from assetferry.ledger.staged import Part

__all__ = ["halves"]


def halves(send: Send, *, execution_id: str, selectors: Mapping[str, str]) -> list[Part]:
    """Cut the entries of a chunk in two; ``selectors`` is keyed by object type.

    The halves are new chunks with ids of their own: Assets has not taken the whole.
    """
    items = unpack(send.body)
    middle = len(items) // 2
    object_types = {selector: name for name, selector in selectors.items()}
    return [
        Part(
            pack(half, execution_id=execution_id, key=send.key.child(index)),
            len(half),
            counted(half, object_types),
        )
        for index, half in enumerate((items[:middle], items[middle:]))
    ]

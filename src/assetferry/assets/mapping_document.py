"""What is done to a schema-and-mapping document before it is sent (pure)."""

from collections.abc import Mapping
from typing import Any, cast

__all__ = ["without_empty_schemas"]

_LISTS = {"iconSchema": "icons", "statusSchema": "statuses"}


def without_empty_schemas(document: Mapping[str, Any]) -> dict[str, Any]:
    """Drop an ``iconSchema`` or ``statusSchema`` without entries.

    Assets gives ``"iconSchema": {"icons": []}`` in its own document and refuses it in ours
    (``minItems`` is 1), so a round trip needs this. The document given is left as it is.
    """
    schema = document.get("schema")
    if not isinstance(schema, dict):
        return dict(document)
    kept = dict(cast("dict[str, Any]", schema))
    for key, entries in _LISTS.items():
        if key in kept and not cast("dict[str, Any]", kept[key] or {}).get(entries):
            del kept[key]
    return {**document, "schema": kept}

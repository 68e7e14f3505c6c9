"""Objects: a box for AQL, and one object with what refers to what."""

import sqlite3
from typing import Any

from assetferry.local_assets import aql
from assetferry.local_assets.errors import General, not_found
from assetferry.local_assets.pages.rendering import View
from assetferry.local_assets.routes.parameters import identifier
from assetferry.local_assets.store.sources import workspace_exists
from assetferry.local_assets.wire.objects import attribute_values, object_bodies, show

__all__ = ["one_object", "search"]

PAGE = 50


def search(reader: sqlite3.Connection, workspace_id: str, query: str, start: int) -> View:
    """Show a page of what a query finds, or what is wrong with the query.

    No index is made for it: who only looks should not slow down who imports.
    """
    _check(reader, workspace_id)
    view: View = {
        "workspaceId": workspace_id,
        "qlQuery": query,
        "startAt": start,
        "error": None,
        "values": [],
        "total": 0,
    }
    try:
        parsed = aql.parse(query)
        found = aql.find_page(reader, workspace_id, parsed, start=start, limit=PAGE)
        total = found.total
        if total is None:
            total = aql.count(reader, workspace_id, parsed)
    except aql.AqlError as error:
        return {**view, "error": str(error), "previous": None, "next": None}
    shown = show(reader, workspace_id, "", found.ids)
    beyond = start + PAGE
    return {
        **view,
        "values": [_row(one) for one in object_bodies(shown, attributes=False, full=False)],
        "total": total,
        "previous": max(0, start - PAGE) if start else None,
        "next": beyond if beyond < total else None,
    }


def one_object(reader: sqlite3.Connection, workspace_id: str, given: str) -> View:
    """Show an object, its attributes, and which objects refer to it."""
    _check(reader, workspace_id)
    number = identifier(given) or 0
    shown = show(reader, workspace_id, "", [number])
    if not shown.objects:
        raise not_found("Object", given)
    (one,) = object_bodies(shown, attributes=False, full=False)
    return {
        **_row(one),
        "workspaceId": workspace_id,
        "attributes": [
            {
                "name": each["objectTypeAttribute"]["name"],
                "values": [_value(value) for value in each["objectAttributeValues"]],
            }
            for each in attribute_values(shown, shown.objects[0], full=True)
        ],
        "inbound": [_row(each) for each in _inbound(reader, workspace_id, number)],
    }


def _inbound(reader: sqlite3.Connection, workspace_id: str, number: int) -> list[dict[str, Any]]:
    rows = reader.execute(
        "SELECT DISTINCT object_id FROM object_references WHERE target_id = ?"
        " ORDER BY object_id LIMIT ?",
        (number, PAGE),
    )
    shown = show(reader, workspace_id, "", [one for (one,) in rows.fetchall()])
    return object_bodies(shown, attributes=False, full=False)


def _check(reader: sqlite3.Connection, workspace_id: str) -> None:
    if not workspace_exists(reader, workspace_id):
        raise General(404, "Not found")


def _row(body: dict[str, Any]) -> View:
    return {
        "id": body["id"],
        "objectKey": body["objectKey"],
        "label": body["label"],
        "objectType": body["objectType"]["name"],
        "created": body["created"],
        "updated": body["updated"],
    }


def _value(value: dict[str, Any]) -> View:
    target = value.get("referencedObject")
    return {"text": value["displayValue"], "objectId": None if target is None else target["id"]}

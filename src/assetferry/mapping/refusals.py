"""What Assets refuses of a document, said as mistakes in the definition it was made from (pure).

Assets names places in the document (``dataValidationErrors`` with JSON Pointers, contract §3 E3
and §7.7); people wrote a definition. A body of another shape gives nothing, and whoever asked
shows the reason as Assets gave it. Codes choose the cure; texts are only shown.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import unquote

from assetferry.definition.positions import Path, Positions, written
from assetferry.definition.problems import Problem
from assetferry.outbound.redaction import excerpt

__all__ = ["definition_path", "problems", "summary"]

_LONGEST = 300
"""Characters of one message that are shown."""
_SHOWN = 5
"""Problems that a summary spells out."""

_ANY_CURE = "Compare with what Assets has: `assetferry check` shows both."
_CURES = {
    "EXTERNAL_ID_MISMATCH": "Give it that external_id here, or choose another name.",
    "SCHEMA_INVALID_EXTERNAL_ID": "Give it another external_id here: they are unique across the "
    "workspace.",
    "DUPLICATE_EXTERNAL_ID_ILLEGAL": "Give one of the two another external_id.",
    "IMMUTABLE_PROPERTY": "Put it back here as Assets has it; or change it in Jira by hand first; "
    "or choose another name, which makes a new one.",
    "REFERENCED_OBJECT_TYPE_CHANGED": "Put `to` back, or choose another name: a new attribute may "
    "refer to what you like.",
    "UNKNOWN_REFERENCE": "Add the object type it refers to, or correct `to`.",
    "INVALID_CARDINALITY": "Take required or multiple out, or choose a type that allows it.",
    "INVALID_OBJECT_MAPPING_IQL": "Correct `match`: it names an attribute of the type that `to` "
    "names.",
    "MISSING_EXTERNAL_ID_PART": "Add identity = true to what tells one object from another.",
    "SYSTEM_ATTRIBUTE": "Choose another name: Assets keeps this attribute itself.",
}

_TYPE_KEYS = {"externalId": "external_id", "description": "description"}
_ATTRIBUTE_KEYS = _TYPE_KEYS | {
    "type": "type",
    "label": "label",
    "unique": "unique",
    "minimumCardinality": "required",
    "maximumCardinality": "multiple",
    "typeValues": "values",
    "referenceObjectTypeName": "to",
    "referenceObjectTypeExternalId": "to",
    "attributeExternalId": "external_id",
    "attributeLocators": "from",
    "externalIdPart": "identity",
    "objectMappingIQL": "match",
}
_STATUS_KEYS = {"description": "description", "category": "category"}


def problems(
    body: Mapping[str, Any], document: Mapping[str, Any], text: str
) -> tuple[Problem, ...]:
    """Place what a 400 to PUT or PATCH lists; empty where the body lists nothing that is known.

    ``document`` is what was sent, ``text`` the definition's, which ``load`` accepted.
    """
    listed = body.get("dataValidationErrors")
    items = cast("list[Any]", listed) if isinstance(listed, list) else []
    if not any(isinstance(item, dict) for item in items):
        return ()
    positions = Positions(text.removeprefix("\ufeff"))
    return tuple(_problem(item, document, positions) for item in items)


def summary(found: Sequence[Problem]) -> str:
    """Say them in one paragraph, for a run's reason."""
    told = " ".join(str(problem) for problem in found[:_SHOWN])
    more = f" And {len(found) - _SHOWN} more." if len(found) > _SHOWN else ""
    return f"Assets refused the mapping. {told}{more}"


def definition_path(pointer: str, document: Mapping[str, Any]) -> Path | None:
    """Follow a JSON Pointer through a document to what it was made from.

    None where it leads outside of the document, or to a part that stands for no single key.
    """
    match _tokens(pointer):
        case ["schema", "objectSchema", "objectTypes", *rest]:
            types = _at(document, "schema", "objectSchema", "objectTypes")
            return _in_types(types, rest, name="name", attributes="attributes")
        case ["mapping", "objectTypeMappings", *rest]:
            types = _at(document, "mapping", "objectTypeMappings")
            return _in_types(types, rest, name="objectTypeName", attributes="attributesMapping")
        case ["schema", "statusSchema", "statuses", index, *rest]:
            name = _text(_at(document, "schema", "statusSchema", "statuses", index), "name")
            return None if name is None else ("statuses", name, *_key(rest, _STATUS_KEYS))
        case ["schema", "objectSchema", ("name" | "description") as key, *_]:
            return ("schema", key)
        case ["schema", *_]:
            return ("schema",)
        case _:
            return None


def _problem(item: Any, document: Mapping[str, Any], positions: Positions) -> Problem:
    code, pointer = _text(item, "code"), _text(item, "path")
    said = [part for part in (code, _text(item, "message")) if part]
    path = definition_path(pointer, document) if pointer is not None else None
    while path and path not in positions:
        path = path[:-1]
    if not path and pointer:
        said.append(f"at {pointer}")
    return Problem(
        line=positions.line(path) if path else None,
        key=written(path) if path else "",
        message=excerpt(": ".join(said) or repr(item), limit=_LONGEST).rstrip("."),
        cure=_CURES.get(code or "", _ANY_CURE),
    )


def _tokens(pointer: str) -> list[str]:
    """Take a pointer apart, also one written as a URL's fragment (RFC 6901)."""
    if pointer.startswith("#"):
        pointer = unquote(pointer[1:])
    if not pointer.startswith("/"):
        return []
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer[1:].split("/")]


def _in_types(types: Any, tokens: list[str], *, name: str, attributes: str) -> Path | None:
    if not tokens:
        return ("object_types",)
    found = _at(types, tokens[0])
    called = _text(found, name)
    if called is None:
        return None
    path: Path = ("object_types", called)
    match tokens[1:]:
        case [part] if part == attributes:
            return (*path, "attributes")
        case [part, index, *rest] if part == attributes:
            attribute = _at(found, attributes, index)
            own = _text(attribute, "name") or _text(attribute, "attributeName")
            return path if own is None else (*path, "attributes", own, *_key(rest, _ATTRIBUTE_KEYS))
        case rest:
            return (*path, *_key(rest, _TYPE_KEYS))


def _key(tokens: list[str], keys: Mapping[str, str]) -> Path:
    """Give the definition's key for a field, with the index in it where there is one."""
    if not tokens or tokens[0] not in keys:
        return ()
    key = keys[tokens[0]]
    indexed = key == "values" and len(tokens) > 1 and tokens[1].isdecimal()
    return (key, int(tokens[1])) if indexed else (key,)


def _at(value: Any, *tokens: str) -> Any:
    """Look a place up; None where it does not exist."""
    for token in tokens:
        if isinstance(value, dict):
            value = cast("dict[str, Any]", value).get(token)
        elif isinstance(value, list) and token.isdecimal():
            items = cast("list[Any]", value)
            value = items[int(token)] if int(token) < len(items) else None
        else:
            return None
    return value


def _text(value: Any, key: str) -> str | None:
    found = _at(value, key)
    return found if isinstance(found, str) else None

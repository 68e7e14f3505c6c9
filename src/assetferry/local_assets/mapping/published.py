"""Validation against the two published JSON Schemas, chosen as Assets chooses (7.1)."""

from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs
import msgspec

from assetferry.local_assets.errors import Problem
from assetferry.local_assets.jsonshape import is_list, is_object

__all__ = ["carries_external_ids", "violations"]

CURRENT = "assets_mapping_2023_10_19.schema.json"
LEGACY = "assets_mapping_2021_09_15.schema.json"

_EXTERNAL_IDS = frozenset(
    {
        "externalId",
        "referenceObjectTypeExternalId",
        "objectTypeExternalId",
        "attributeExternalId",
    }
)


def carries_external_ids(document: Any) -> bool:
    """Tell which schema applies: any external id anywhere selects the current one.

    The document's own ``$schema`` is ignored, because official examples name the wrong one.
    """
    # Not by recursion: a document may be nested as deep as its reader goes.
    left = [document]
    while left:
        one = left.pop()
        if is_object(one):
            if any(isinstance(one.get(key), str) for key in _EXTERNAL_IDS):
                return True
            left += one.values()
        elif is_list(one):
            left += one
    return False


def violations(document: dict[str, Any]) -> list[Problem]:
    """List every violation of the schema that applies, with its place."""
    validator = _validator(CURRENT if carries_external_ids(document) else LEGACY)
    return [
        Problem(
            code="JSON_SCHEMA_VALIDATION",
            path="".join(f"/{_escape(str(part))}" for part in error.instance_path),
            message=error.message,
        )
        for error in validator.iter_errors(document)
    ]


@cache
def _validator(name: str) -> jsonschema_rs.Draft201909Validator:
    schema = files("assetferry.local_assets.schemas").joinpath(name).read_bytes()
    return jsonschema_rs.Draft201909Validator(msgspec.json.decode(schema))


def _escape(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")

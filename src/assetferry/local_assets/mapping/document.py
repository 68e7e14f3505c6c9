"""The document as submitted, flattened, each part with its place in it.

Read only what passed the JSON Schema: shapes are certain then, meaning is not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assetferry.local_assets.mapping.published import carries_external_ids
from assetferry.local_assets.store.catalogue import SYSTEM_ATTRIBUTES, Kind

__all__ = [
    "Document",
    "GivenAttribute",
    "GivenIcon",
    "GivenMapping",
    "GivenStatus",
    "GivenType",
    "MappedAttribute",
    "read",
]

_SYSTEM_NAMES = frozenset(name for name, _ in SYSTEM_ATTRIBUTES)


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenAttribute:
    path: str
    name: str
    description: str
    external_id: str | None
    type: Kind
    label: bool
    unique: bool | None
    minimum: int | None
    maximum: int | None
    status_names: tuple[str, ...]
    target_name: str | None
    target_external_id: str | None

    @property
    def is_system(self) -> bool:
        """Key, Created, Updated: a document read back from Assets lists them (7.6)."""
        return self.name in _SYSTEM_NAMES


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenType:
    path: str
    name: str
    description: str
    external_id: str | None
    icon_key: str | None
    parent: "GivenType | None"
    attributes: tuple[GivenAttribute, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class MappedAttribute:
    path: str
    name: str
    external_id: str | None
    locators: tuple[str, ...]
    external_id_part: bool
    iql: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenMapping:
    path: str
    type_name: str
    type_external_id: str | None
    selector: str
    description: str
    attributes: tuple[MappedAttribute, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenIcon:
    path: str
    key: str
    name: str
    png48: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenStatus:
    path: str
    name: str
    description: str
    category: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    description: str
    uses_external_ids: bool
    types: tuple[GivenType, ...]
    """Parents before their children."""
    icons: tuple[GivenIcon, ...]
    statuses: tuple[GivenStatus, ...]
    mappings: tuple[GivenMapping, ...]


def read(document: dict[str, Any]) -> Document:
    """Flatten a document that the JSON Schema has passed."""
    schema: dict[str, Any] = document["schema"]
    object_schema: dict[str, Any] = schema["objectSchema"]
    return Document(
        description=object_schema["description"],
        uses_external_ids=carries_external_ids(document),
        types=tuple(_types(object_schema["objectTypes"], "/schema/objectSchema/objectTypes", None)),
        icons=tuple(_icons(schema.get("iconSchema") or {})),
        statuses=tuple(_statuses(schema.get("statusSchema") or {})),
        mappings=tuple(_mappings(document["mapping"]["objectTypeMappings"])),
    )


def _types(given: list[Any], path: str, parent: GivenType | None) -> Iterator[GivenType]:
    for index, item in enumerate(given):
        here = f"{path}/{index}"
        made = GivenType(
            path=here,
            name=item["name"],
            description=item["description"],
            external_id=item.get("externalId"),
            icon_key=item.get("iconKey"),
            parent=parent,
            attributes=tuple(_attributes(item.get("attributes") or [], f"{here}/attributes")),
        )
        yield made
        yield from _types(item.get("children") or [], f"{here}/children", made)


def _attributes(given: list[Any], path: str) -> Iterator[GivenAttribute]:
    for index, item in enumerate(given):
        yield GivenAttribute(
            path=f"{path}/{index}",
            name=item["name"],
            description=item["description"],
            external_id=item.get("externalId"),
            type=item["type"],
            label=item.get("label", False),
            unique=item.get("unique"),
            minimum=item.get("minimumCardinality"),
            maximum=item.get("maximumCardinality"),
            status_names=tuple(item.get("typeValues") or ()),
            target_name=item.get("referenceObjectTypeName"),
            target_external_id=item.get("referenceObjectTypeExternalId"),
        )


def _icons(given: dict[str, Any]) -> Iterator[GivenIcon]:
    for index, item in enumerate(given.get("icons") or []):
        yield GivenIcon(
            path=f"/schema/iconSchema/icons/{index}",
            key=item["key"],
            name=item["name"],
            png48=item["png48"],
        )


def _statuses(given: dict[str, Any]) -> Iterator[GivenStatus]:
    for index, item in enumerate(given.get("statuses") or []):
        yield GivenStatus(
            path=f"/schema/statusSchema/statuses/{index}",
            name=item["name"],
            description=item["description"],
            category=item["category"],
        )


def _mappings(given: list[Any]) -> Iterator[GivenMapping]:
    for index, item in enumerate(given):
        here = f"/mapping/objectTypeMappings/{index}"
        yield GivenMapping(
            path=here,
            type_name=item["objectTypeName"],
            type_external_id=item.get("objectTypeExternalId"),
            selector=item["selector"],
            description=item["description"],
            attributes=tuple(
                MappedAttribute(
                    path=f"{here}/attributesMapping/{place}",
                    name=one["attributeName"],
                    external_id=one.get("attributeExternalId"),
                    locators=tuple(one["attributeLocators"]),
                    external_id_part=one.get("externalIdPart", False),
                    iql=one.get("objectMappingIQL"),
                )
                for place, one in enumerate(item.get("attributesMapping") or [])
            ),
        )

"""What an execution will do, compiled once from the mapping as it stands."""

import sqlite3
from dataclasses import dataclass

from assetferry.local_assets import aql
from assetferry.local_assets.processing.admission import Admission
from assetferry.local_assets.processing.conversion import converter, scalar_text
from assetferry.local_assets.processing.entries import KEY, EntryMapper, Plain, Reference
from assetferry.local_assets.processing.locators import compile_locator
from assetferry.local_assets.processing.quick import quick_for
from assetferry.local_assets.processing.selectors import Select, compile_selector
from assetferry.local_assets.processing.tallies import tallies_of
from assetferry.local_assets.processing.tally import Tally
from assetferry.local_assets.settings import SourceSettings
from assetferry.local_assets.store.catalogue import (
    Attribute,
    ObjectSchema,
    ObjectType,
    attributes_of,
    object_schema,
    object_types,
)
from assetferry.local_assets.store.executions import Execution
from assetferry.local_assets.store.mappings import AttributeMapping, TypeMapping, mappings_of
from assetferry.local_assets.store.sources import ImportSource, source_by_number
from assetferry.local_assets.store.statuses import statuses_of_schema

__all__ = ["Plan", "ReferenceRun", "TypeRun", "plan"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferenceRun:
    """How one reference attribute finds its objects."""

    attribute: Attribute
    template: aql.Template
    locators: tuple[str, ...]
    """What the template needs, in the order in which entries give the values."""
    type_ids: frozenset[int]
    """The type referred to and, unless set otherwise, all types below it (12.6)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TypeRun:
    """How entries become objects of one type, and what has been counted of it."""

    object_type: ObjectType
    select: Select
    mapper: EntryMapper
    label_key: str
    """The label attribute's id; empty where a type has none."""
    required: tuple[tuple[str, str], ...]
    """Attribute id and name of what an object of this type cannot be without."""
    unique: tuple[tuple[str, str], ...]
    """Attribute id and name of what no two objects of this type may share."""
    identity_keys: tuple[str, ...]
    """The identity's attribute ids; empty where Key is a part, which no object tells."""
    references: tuple[ReferenceRun, ...]
    tally: Tally


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    execution: Execution
    source: ImportSource
    schema: ObjectSchema
    types: tuple[TypeRun, ...]

    @property
    def references(self) -> dict[str, ReferenceRun]:
        """All reference attributes by their id as JSON has it."""
        return {str(one.attribute.id): one for run in self.types for one in run.references}


def plan(connection: sqlite3.Connection, execution: Execution) -> Plan:
    """Compile the mapping of an execution's source, and take up what was counted before."""
    source = source_by_number(connection, execution.source_number)
    schema = object_schema(connection, source.workspace_id, source.object_schema_id)
    assert schema is not None  # noqa: S101 - a source belongs to a schema for good
    types = {one.id: one for one in object_types(connection, source.workspace_id)}
    mappings = mappings_of(connection, source.number)
    attributes = attributes_of(connection, (one.object_type_id for one in mappings))
    statuses = tuple(one.name for one in statuses_of_schema(connection, schema.id))
    tallies = tallies_of(connection, execution.number)
    return Plan(
        execution=execution,
        source=source,
        schema=schema,
        types=tuple(
            _type_run(
                mapping,
                types,
                {one.id: one for one in attributes[mapping.object_type_id]},
                statuses=statuses,
                settings=source.settings,
                tally=tallies.get(mapping.object_type_id) or Tally(),
            )
            for mapping in mappings
        ),
    )


def _type_run(
    mapping: TypeMapping,
    types: dict[int, ObjectType],
    attributes: dict[int, Attribute],
    *,
    statuses: tuple[str, ...],
    settings: SourceSettings,
    tally: Tally,
) -> TypeRun:
    plain: list[Plain] = []
    references: list[Reference] = []
    runs: list[ReferenceRun] = []
    for one in mapping.attributes:
        attribute = attributes[one.attribute_id]
        if attribute.type == "referenced_object":
            references.append(_reference(attribute, one))
            runs.append(_reference_run(attribute, one, types, settings))
        else:
            plain.append(_plain(attribute, one, statuses, settings))
    required = [
        one
        for one in attributes.values()
        if one.minimum_cardinality > 0
        and not one.is_label
        and not one.is_system
        and one.type != "referenced_object"
    ]
    label_key = next((str(one.id) for one in attributes.values() if one.is_label), "")
    parts = [attributes[part] for part in mapping.identity_ids]
    return TypeRun(
        object_type=types[mapping.object_type_id],
        select=compile_selector(mapping.selector, takes_objects=settings.object_target == "ENTRY"),
        mapper=EntryMapper(
            plain,
            references,
            label_key=label_key,
            settings=settings,
        ),
        label_key=label_key,
        required=tuple((str(one.id), one.name) for one in required),
        unique=tuple((str(one.id), one.name) for one in attributes.values() if one.is_unique),
        identity_keys=()
        if any(one.is_system for one in parts)
        else tuple(str(one.id) for one in parts),
        references=tuple(runs),
        tally=tally,
    )


def _plain(
    attribute: Attribute,
    mapping: AttributeMapping,
    statuses: tuple[str, ...],
    settings: SourceSettings,
) -> Plain:
    convert = scalar_text if attribute.is_system else converter(attribute.type, settings)
    admission = _admission(attribute, statuses, settings)
    first, *others = mapping.locators
    plain_key = not others and not set(first) & {".", "["}
    return Plain(
        name=attribute.name,
        key=KEY if attribute.is_system else str(attribute.id),
        only_key=first if plain_key else None,
        locates=tuple(map(compile_locator, mapping.locators)),
        quick=quick_for(attribute.type, convert, None if admission is None else admission.names),
        convert=convert,
        admission=admission,
        maximum=attribute.maximum_cardinality,
        minimum=0 if attribute.is_label else attribute.minimum_cardinality,
        is_part=mapping.external_id_part,
    )


def _admission(
    attribute: Attribute, statuses: tuple[str, ...], settings: SourceSettings
) -> Admission | None:
    """Give the names that are let in.

    A select without options takes any value, because a document has no way to give options.
    """
    adds = settings.unknown_values == "ADD"
    if attribute.type == "status":
        return Admission(attribute.status_names or statuses, adds=adds)
    if attribute.type == "select" and attribute.options:
        return Admission(attribute.options, adds=adds)
    return None


def _reference(attribute: Attribute, mapping: AttributeMapping) -> Reference:
    return Reference(
        name=attribute.name,
        key=str(attribute.id),
        locates=tuple(map(compile_locator, _locators(mapping))),
    )


def _locators(mapping: AttributeMapping) -> tuple[str, ...]:
    return tuple(sorted(aql.placeholders(mapping.iql or "").locators))


def _reference_run(
    attribute: Attribute,
    mapping: AttributeMapping,
    types: dict[int, ObjectType],
    settings: SourceSettings,
) -> ReferenceRun:
    below = {attribute.reference_object_type_id or 0}
    grown = settings.reference_children
    while grown:
        more = {one.id for one in types.values() if one.parent_id in below}
        grown = not more <= below
        below |= more
    return ReferenceRun(
        attribute=attribute,
        template=aql.placeholders(mapping.iql or ""),
        locators=_locators(mapping),
        type_ids=frozenset(below),
    )

"""Schema and mapping: what a second, an early or a changed one meets (section 7)."""

from dataclasses import dataclass
from typing import Annotated, Literal

from .choice import Choice

__all__ = ["MappingSettings"]


@dataclass(frozen=True, kw_only=True)
class MappingSettings:
    """Settings of ``mapping`` and ``schema-and-mapping``."""

    second_put: Annotated[
        Literal["patch", "conflict"],
        Choice(
            "A PUT where a mapping exists: acts like PATCH, or is answered with 409.",
            "Unsettled: 409 is documented, yet a maintained app sends PUT on every save.",
            "7.4",
        ),
    ] = "patch"
    first_patch: Annotated[
        Literal["create", "refuse"],
        Choice(
            "A PATCH before any PUT: creates, or is answered with 400.",
            "Not documented; a working editor only ever sends PATCH.",
            "7.5",
        ),
    ] = "create"
    changed_property: Annotated[
        Literal["refuse", "ignore"],
        Choice(
            "A name, type or icon key that may not change: answered with 400, or left as it is.",
            "That they may not change is documented, what happens then is not.",
            "7.5",
        ),
    ] = "refuse"
    known_reference: Annotated[
        Literal["accept", "refuse"],
        Choice(
            "A reference to an object type that exists but is not in the document.",
            "An error code says that the type must be in it; its author doubts the code.",
            "7.7",
        ),
    ] = "accept"
    mapping_takes: Annotated[
        float,
        Choice(
            "Seconds for which a submission with async=true reads IN_PROGRESS.",
            "The finished state is documented, how long it takes is not.",
            "7.8",
        ),
    ] = 0.0
    unmapped_document: Annotated[
        Literal["empty", "refuse"],
        Choice(
            "schema-and-mapping before any mapping: a document without mappings, or 400.",
            "Two working apps read it before they map; what they get is not known.",
            "7.9",
        ),
    ] = "empty"
    key_external_id: Annotated[
        bool,
        Choice(
            "schema-and-mapping has an external id for the attribute Key.",
            "The documented example has none, a live document has one.",
            "7.6",
        ),
    ] = True
    empty_icon_schema: Annotated[
        bool,
        Choice(
            "schema-and-mapping has an empty icon list where there are no icons.",
            "Seen in practice: PUT and PATCH refuse such a document when it is sent back.",
            "7.5",
        ),
    ] = False

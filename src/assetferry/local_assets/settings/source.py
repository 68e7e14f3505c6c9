"""What a person sets for one import source, and how its entries are read (section 12)."""

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from .choice import Choice

__all__ = [
    "EmptyValues",
    "MissingObjects",
    "SourceSettings",
    "UnknownValues",
]

EmptyValues: TypeAlias = Literal["IGNORE", "CLEAR"]
UnknownValues: TypeAlias = Literal["IGNORE", "ADD"]
MissingObjects: TypeAlias = Literal["IGNORE", "REMOVE"]


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceSettings:
    """What a person sets for one import source in its wizard."""

    enabled: Annotated[
        bool,
        Choice(
            "A disabled import source does not start.",
            "Documented: configstatus DISABLED, and 409 DISABLED to a start.",
            "6",
        ),
    ] = True
    concatenator: Annotated[
        str,
        Choice(
            "Joins the values of several locators of an attribute that holds one value.",
            "The field is documented, its example is a comma; that locators are joined is said of "
            "the older engine only.",
            "12.2",
        ),
    ] = ","
    empty_values: Annotated[
        EmptyValues,
        Choice(
            "A key that is present but empty leaves the stored value, or clears it.",
            "Unsettled: the documented example says IGNORE, operators of a production import saw "
            "values cleared.",
            "12.4",
        ),
    ] = "IGNORE"
    unknown_values: Annotated[
        UnknownValues,
        Choice(
            "An unknown select or status value is left out, or added.",
            "The field is documented; its values were seen in a mapping editor.",
            "12.4",
        ),
    ] = "IGNORE"
    missing_objects: Annotated[
        MissingObjects,
        Choice(
            "Objects of the source that a run did not bring are kept, or deleted.",
            "Removal is an option of the web page; what it is by default is not documented.",
            "12.3",
        ),
    ] = "IGNORE"
    missing_threshold: Annotated[
        float,
        Choice(
            "REMOVE deletes nothing of an object type where more than this share would go.",
            "The web page has a threshold; how it counts is not documented.",
            "12.3",
        ),
    ] = 1.0
    date_format: Annotated[
        str, Choice("Accepted for dates besides ISO 8601.", "Documented, with this example.", "9")
    ] = "yyyy-MM-dd"
    date_time_format: Annotated[
        str,
        Choice(
            "Accepted for points in time besides ISO 8601.", "Documented, with this example.", "9"
        ),
    ] = "yyyy-MM-dd'T'HH:mm:ss'Z'"
    module_key: Annotated[
        str,
        Choice(
            "The kind of the import source; any other than an external one refuses to start by "
            "its API.",
            "Documented: rlabs-import-type-csv, -json, -external, insight-discovery-import.",
            "9",
        ),
    ] = "rlabs-import-type-external"
    several_locators: Annotated[
        Literal["JOIN", "FIRST"],
        Choice(
            "Several locators of one value: joined, or the first that finds something.",
            "Joined in the older engine; an editor's help text calls them fallbacks.",
            "12.2",
        ),
    ] = "JOIN"
    object_target: Annotated[
        Literal["ENTRY", "ERROR"],
        Choice(
            "A selector that leads to an object instead of a list: one entry, or an error.",
            "Only lists are documented.",
            "12.1",
        ),
    ] = "ENTRY"
    ignore_identity_case: Annotated[
        bool,
        Choice(
            "Identities that differ only in case are the same.",
            "Assets has such a flag; what external imports set it to is not documented.",
            "12.3",
        ),
    ] = False
    adopt_objects: Annotated[
        bool,
        Choice(
            "An entry finds the objects of its type that somebody else made, by their values.",
            "Not documented.",
            "12.3",
        ),
    ] = True
    unfit_values: Annotated[
        Literal["LEAVE_OUT", "SKIP_ENTRY"],
        Choice(
            "A value that is not of its attribute's type: left out, or the whole entry is.",
            "Not documented.",
            "12.5",
        ),
    ] = "LEAVE_OUT"
    reference_children: Annotated[
        bool,
        Choice(
            "A reference finds objects of the child types, too.",
            "That its query runs over the referenced type is documented, its children are not "
            "named.",
            "12.6",
        ),
    ] = True
    many_matches: Annotated[
        Literal["ERROR", "FIRST"],
        Choice(
            "A reference that finds more objects than it may hold: an error that changes nothing, "
            "or the oldest ones.",
            "Not documented.",
            "12.6",
        ),
    ] = "ERROR"

"""Every choice the contract leaves open, by name, in one place.

A client must not depend on any of these; they exist so that it can be tested against each
reading. "12.4" and the like are sections of the wire contract. The options of
``assetferry assets`` and the page on settings follow from the fields below.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

__all__ = [
    "CatchUp",
    "Choice",
    "ClockKind",
    "Dedupe",
    "EmptyValues",
    "MissingObjects",
    "SecondPut",
    "Settings",
    "SourceSettings",
    "UnknownValues",
]

Dedupe: TypeAlias = Literal["first", "none"]
SecondPut: TypeAlias = Literal["patch", "conflict"]
EmptyValues: TypeAlias = Literal["IGNORE", "CLEAR"]
UnknownValues: TypeAlias = Literal["IGNORE", "ADD"]
MissingObjects: TypeAlias = Literal["IGNORE", "REMOVE"]
CatchUp: TypeAlias = Literal["once", "skip"]
ClockKind: TypeAlias = Literal["system", "test"]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a setting means, for whoever has to choose; every field carries one."""

    help: str
    known: str = ""
    """What Atlassian's documents and working clients say of it; empty where it is ours alone."""
    section: str = ""
    """Of the wire contract."""
    lowest: float = 0
    """The smallest number that makes sense."""


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How one server behaves."""

    host: Annotated[str, Choice("Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Choice("Port to listen on; 0 takes a free one.")] = 8700
    data: Annotated[
        Path | None,
        Choice("Folder to keep everything in; without one, everything goes when the server stops."),
    ] = None
    dedupe: Annotated[
        Dedupe,
        Choice(
            "A repeated clientGeneratedId: the first one wins, or each is processed.",
            "The field is documented, its effect is not.",
            "8.3",
        ),
    ] = "first"
    second_put: Annotated[
        SecondPut,
        Choice(
            "A PUT where a mapping exists: acts like PATCH, or is answered with 409.",
            "Unsettled: 409 is documented, yet a maintained app sends PUT on every save.",
            "7.4",
        ),
    ] = "patch"
    empty_icon_schema: Annotated[
        bool,
        Choice(
            "schema-and-mapping has an empty icon list where there are no icons.",
            "Seen in practice: PUT and PATCH refuse such a document when it is sent back.",
            "7.5",
        ),
    ] = False
    max_body_bytes: Annotated[
        int,
        Choice("A larger request body is answered with 413.", "No limit is published.", "8.3", 1),
    ] = 10 * 1024 * 1024
    max_client_id: Annotated[
        int, Choice("Characters of a clientGeneratedId.", "No limit is published.", "8.3", 1)
    ] = 255
    max_failure_reason: Annotated[
        int, Choice("Characters of a failureReason.", "Documented.", "8.8", 1)
    ] = 1024
    failure_ends: Annotated[
        bool,
        Choice(
            "A failure recorded by the app ends the execution, too.",
            "Unsettled: whether it does is not documented.",
            "8.8",
        ),
    ] = False
    abandoned_after: Annotated[
        float,
        Choice(
            "Seconds after which an execution that still waits for data is cancelled when another "
            "one is started; 0 lets it block for ever.",
            "Operators saw stuck imports resolved in the end; when is not known.",
            "18",
        ),
    ] = 0.0
    max_results: Annotated[
        int,
        Choice("Ceiling of maxResults; more is clamped.", "No ceiling is published.", "13.1", 1),
    ] = 1000
    batch_entries: Annotated[
        int, Choice("About how many entries processing writes in one transaction.", lowest=1)
    ] = 16_384
    max_error_messages: Annotated[
        int, Choice("Entry errors spelt out per object type; the others are only counted.")
    ] = 100
    catch_up: Annotated[
        CatchUp,
        Choice(
            "Schedules that were due while the server was down: called once, or not any more.",
            "Not documented for Assets.",
            "10.2",
        ),
    ] = "once"
    callback_timeout: Annotated[
        float,
        Choice(
            "Seconds an app has to answer the call of its schedule.",
            "Neither a limit nor a retry is documented; there is no retry here.",
            "10.3",
            0.1,
        ),
    ] = 30.0
    clock: Annotated[
        ClockKind,
        Choice("The clock of schedules: the machine's, or one moved under /_local/clock."),
    ] = "system"
    rate_limits: Annotated[
        bool,
        Choice(
            "Count calls, and answer 429 with Retry-After to those that are too many.",
            "Limits and 429 are documented; that Retry-After is sent was asked for and is said to "
            "be fixed.",
            "16",
        ),
    ] = False
    searches_per_minute: Annotated[
        int,
        Choice("Calls of object/aql per credential, with --rate-limits.", "Documented.", "16", 1),
    ] = 1_000
    counts_per_minute: Annotated[
        int,
        Choice(
            "Calls of object/aql/totalcount per credential, with --rate-limits.",
            "Documented.",
            "16",
            1,
        ),
    ] = 500
    reads_per_minute: Annotated[
        int,
        Choice(
            "Reads of an object, and of an object type's attributes, each per credential, with "
            "--rate-limits.",
            "Documented.",
            "16",
            1,
        ),
    ] = 2_000
    calls_per_minute: Annotated[
        int,
        Choice(
            "Calls of any other endpoint per workspace, with --rate-limits.",
            "Quoted by Atlassian in a ticket; none is declared for import sources.",
            "16",
            1,
        ),
    ] = 1_000
    total_per_minute: Annotated[
        int,
        Choice(
            "Calls of all endpoints per workspace, with --rate-limits.",
            "Quoted by Atlassian in a ticket.",
            "16",
            1,
        ),
    ] = 10_000
    sources: SourceSettings = field(default_factory=SourceSettings)
    """What an import source has that is made without settings of its own."""

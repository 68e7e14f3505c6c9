"""Where the server is, who gets in, and how refusals and searches are answered."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from .choice import Choice

__all__ = ["ClockKind", "ErrorBody", "GeneralSettings"]

ClockKind: TypeAlias = Literal["system", "test"]
ErrorBody: TypeAlias = Literal["errors", "code"]


@dataclass(frozen=True, kw_only=True)
class GeneralSettings:
    """Settings of no endpoint in particular."""

    host: Annotated[str, Choice("Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Choice("Port to listen on; 0 takes a free one.")] = 8700
    data: Annotated[
        Path | None,
        Choice("Folder to keep everything in; without one, everything goes when the server stops."),
    ] = None
    clock: Annotated[
        ClockKind,
        Choice("The clock of schedules: the machine's, or one moved under /_local/clock."),
    ] = "system"
    out_of_reach: Annotated[
        Literal["401", "403"],
        Choice(
            "Status for a container token where it does not reach.",
            "That it reaches its own import source only is documented, the answer is not.",
            "2",
        ),
    ] = "401"
    missing_scope: Annotated[
        Literal["401", "403"],
        Choice(
            "Status for an OAuth token without the scope.",
            "The scopes are documented, the answer is not.",
            "2",
        ),
    ] = "401"
    token_delay: Annotated[
        float,
        Choice(
            "Seconds before a new container token is known everywhere; until then 401.",
            "One client waits three seconds before it uses a new token; nothing says why.",
            "2",
        ),
    ] = 0.0
    token_lifetime: Annotated[
        float,
        Choice(
            "Seconds after which a container token is refused; 0 lets it live until replaced.",
            "Only replacement was seen to end a token.",
            "2",
        ),
    ] = 0.0
    error_body: Annotated[
        ErrorBody,
        Choice(
            "Body of refusals whose body is not documented: errorMessages and errors, or code "
            "and message.",
            "The first is the read API's, the second the gateway's; which one the Imports API "
            "sends is not known.",
            "3",
        ),
    ] = "errors"
    running_links: Annotated[
        bool,
        Choice(
            "configstatus says where to watch and cancel an execution while it is RUNNING.",
            "One client expects it; it is not documented.",
            "6",
        ),
    ] = True
    max_body_bytes: Annotated[
        int,
        Choice("A larger request body is refused.", "No limit is published.", "8.3", 1),
    ] = 10 * 1024 * 1024
    oversize_status: Annotated[
        Literal["413", "400"],
        Choice(
            "Status for a request that is larger than the server takes.",
            "Not published, as the limit itself.",
            "8.3",
        ),
    ] = "413"
    max_results: Annotated[
        int,
        Choice("Ceiling of maxResults; more is clamped.", "No ceiling is published.", "13.1", 1),
    ] = 1000
    is_last: Annotated[
        Literal["boolean", "text"],
        Choice(
            "isLast in search results: true, or the text 'true'.",
            "The documented schema has a boolean, its example a text.",
            "13.1",
        ),
    ] = "boolean"
    result_total: Annotated[
        bool,
        Choice(
            "Search results have a total.",
            "Documented as required, and as deprecated since 30 Sep 2024; a known client library "
            "does without.",
            "13.1",
        ),
    ] = True

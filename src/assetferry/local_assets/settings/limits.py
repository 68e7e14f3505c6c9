"""How many calls are let in (section 16)."""

from dataclasses import dataclass
from typing import Annotated, Literal

from .choice import Choice

__all__ = ["LimitSettings"]


@dataclass(frozen=True, kw_only=True)
class LimitSettings:
    """Settings of the limiter."""

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
    limit_header: Annotated[
        Literal["Retry-After", "X-RateLimit-Reset", "none"],
        Choice(
            "Header of a 429: seconds to wait, the time at which there is room, or none.",
            "A ticket asks for either of the two because there was none, and is closed as fixed.",
            "16",
        ),
    ] = "Retry-After"

"""What Assets can answer to one call, classified by status and type, never by text.

An answer is a value, not an exception: the engine decides what each means for the chunk or the
run at hand, and pyright checks that it has decided for all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

__all__ = [
    "Accepted",
    "ConfigStatus",
    "Conflict",
    "ExecutionState",
    "ExecutionStatus",
    "Identified",
    "Missing",
    "Pushed",
    "Refused",
    "Started",
    "Throttled",
    "TooLarge",
    "Trouble",
    "Unauthorized",
    "Unavailable",
    "Unexpected",
]

ExecutionState: TypeAlias = Literal["INGESTING", "PROCESSING", "DONE", "CANCELLED"]
ConfigStatus: TypeAlias = Literal["IDLE", "RUNNING", "DISABLED", "MISSING_MAPPING"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Identified:
    """200 to ``imports/info``: which import source the token belongs to."""

    workspace_id: str
    import_source_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Started:
    """200 to ``POST executions``."""

    execution_id: str
    links: Mapping[str, str]
    """Link name (``submitResults`` …) to the path relative to the import source."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExecutionStatus:
    """200 to either status call."""

    execution_id: str | None
    state: ExecutionState
    result: Mapping[str, Any] | None = None
    """``progressResult`` as received, once Assets has processed the execution."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """2xx to a call whose body says nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pushed:
    """2xx to the mapping call that fitted: PUT for the first mapping, PATCH for a change."""

    how: Literal["PUT", "PATCH"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Throttled:
    """429, or 503 with Retry-After: not before ``until`` (epoch seconds, None if not said).

    Also where nothing was sent, because Assets had asked for a pause or its budget is spent.
    """

    until: float | None
    reason: str = "Assets asks to wait."


@dataclass(frozen=True, kw_only=True, slots=True)
class Unavailable:
    """5xx, a broken or refused connection, a time-out: it may or may not have happened."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Unauthorized:
    """401 or 403: the credential is unknown, replaced, or may not do this."""

    reason: str


@dataclass(frozen=True, slots=True)
class TooLarge:
    """413."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """400: on ``data`` it may mean bad entries *or* a closed execution; ask the status first."""

    reason: str
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """404: the import source or the execution does not exist, or never did."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """409, with ``errorCode`` where Assets gives one (IN_PROGRESS, MISSING_MAPPING …)."""

    error_code: str | None
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Unexpected:
    """Any other answer: a redirect, an HTML page with 200, a body that is not what it must be."""

    status: int
    reason: str


Trouble: TypeAlias = (
    Throttled | Unavailable | Unauthorized | TooLarge | Refused | Missing | Conflict | Unexpected
)
"""Everything but success; every call may answer any of these."""

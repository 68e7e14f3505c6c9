"""The bodies Assets answers with: what we need of them, and nothing that may be absent.

Extra keys are ignored, ids may be strings or numbers. A body that does not fit gives None:
whoever asked turns it into Unexpected.
"""

from typing import Any, TypeVar

import msgspec

from assetferry.assets.answers import ConfigStatus, ExecutionState

__all__ = [
    "ConfigStatusBody",
    "ExecutionStatusBody",
    "LinksBody",
    "ScheduleBody",
    "StartedBody",
    "read",
]

T = TypeVar("T")


class LinksBody(msgspec.Struct, frozen=True):
    """``imports/info``."""

    links: dict[str, Any]


class ConfigStatusBody(msgspec.Struct, frozen=True):
    """``configstatus``."""

    status: ConfigStatus


class StartedBody(msgspec.Struct, frozen=True):
    """``POST executions``. An ``id`` is documented nowhere, and taken where it appears."""

    links: dict[str, Any]
    id: str | int | None = None


class ExecutionStatusBody(msgspec.Struct, frozen=True, rename="camel"):
    """Both status calls; the examples of the specification leave ``executionId`` out."""

    status: ExecutionState
    execution_id: str | int | None = None
    progress_result: dict[str, Any] | None = None


class ScheduleBody(msgspec.Struct, frozen=True, rename="camel"):
    """A schedule, in either of the two dialects that are documented."""

    id: str
    run_frequency: str | None = None
    run_interval: str | None = None
    start_time: str | None = None
    timezone: str | None = None
    is_active: bool | None = None


def read(body: bytes, kind: type[T]) -> T | None:
    """Read a body as ``kind``; None where it is no JSON or lacks what every answer has."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None

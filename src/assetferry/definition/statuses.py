"""Statuses: the seven every Assets has, and those a definition adds."""

import re
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, WithJsonSchema

from assetferry.definition.model import Model, mistake

__all__ = ["GLOBAL_STATUSES", "Status", "StatusName", "canonical"]

GLOBAL_STATUSES = (
    "Action Needed",
    "Active",
    "Closed",
    "In Service",
    "Running",
    "Stopped",
    "Support Requested",
)
"""Present in every workspace, known by name since their ids differ (contract §12.8)."""

_NAME = re.compile(r"[a-zA-Z0-9 \-]{2,30}")


def canonical(name: str) -> str:
    """Fold a status name as Assets compares them: trimmed, in any case (contract §12.8)."""
    return name.strip().casefold()


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise mistake(
            "is not a status name that Assets takes",
            "Use 2 to 30 letters, digits, spaces and hyphens.",
        )
    return name


StatusName: TypeAlias = Annotated[
    str,
    AfterValidator(_name),
    WithJsonSchema({"type": "string", "pattern": r"^[a-zA-Z0-9 \-]{2,30}$"}),
]


class Status(Model):
    """A status that the import creates in the object schema."""

    category: Literal["active", "inactive", "pending"] = Field(
        description="How Assets colours and counts it."
    )
    description: str | None = Field(
        default=None, description="Shown in Assets; the name where left out."
    )

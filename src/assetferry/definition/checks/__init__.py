"""Checks across a definition: what no single value can get wrong by itself."""

from assetferry.definition.checks.attributes import check_attributes
from assetferry.definition.checks.object_types import check_object_types
from assetferry.definition.checks.schedule import check_schedule
from assetferry.definition.checks.sources import check_sources
from assetferry.definition.checks.statuses import check_statuses
from assetferry.definition.complaints import Complaint
from assetferry.definition.draft import Draft

__all__ = ["check"]


def check(draft: Draft) -> list[Complaint]:
    """Find every mistake between the parts of a draft. Pure."""
    return [
        *check_sources(draft),
        *check_statuses(draft),
        *check_object_types(draft),
        *check_attributes(draft),
        *check_schedule(draft),
    ]

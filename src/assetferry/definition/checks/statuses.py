"""Statuses: those a definition adds must not be those Assets already has."""

from collections.abc import Iterator

from assetferry.definition.complaints import Complaint
from assetferry.definition.draft import Draft
from assetferry.definition.statuses import GLOBAL_STATUSES, canonical

__all__ = ["check_statuses"]


def check_statuses(draft: Draft) -> Iterator[Complaint]:
    """Check each declared status against the global ones and against the others."""
    seen = {canonical(name) for name in GLOBAL_STATUSES}
    for name in sorted(draft.statuses):
        if canonical(name) in seen:
            yield Complaint(
                ("statuses", name),
                "exists in every Assets, or twice here (case does not count)",
                "Take it out; values can name it without it.",
            )
        seen.add(canonical(name))

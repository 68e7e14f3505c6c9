"""Schedules: which keys go with whose clock."""

from collections.abc import Iterator

from assetferry.definition.complaints import Complaint
from assetferry.definition.draft import Draft

__all__ = ["check_schedule"]


def check_schedule(draft: Draft) -> Iterator[Complaint]:
    """Check the schedule, if there is a readable one."""
    schedule = draft.schedule
    if schedule is None:
        return
    ours = 'Set by = "assetferry", or take it out: Assets itself does not offer this.'
    if schedule.every is None and schedule.frequency is None:
        yield Complaint(
            ("schedule", "frequency"),
            "is missing",
            "Add frequency (ONCE, DAILY, WEEKLY, MONTHLY), or every with our own clock.",
        )
    if schedule.every is not None and schedule.frequency is not None:
        yield Complaint(("schedule", "every"), "stands beside frequency", "Keep one of the two.")
    if schedule.every is not None and schedule.by == "assets":
        yield Complaint(("schedule", "every"), "needs our own clock", ours)
    if schedule.days and schedule.by == "assets":
        yield Complaint(("schedule", "days"), "needs our own clock", ours)
    if schedule.days and schedule.frequency not in (None, "WEEKLY"):
        yield Complaint(("schedule", "days"), "goes with WEEKLY only", 'Set frequency = "WEEKLY".')

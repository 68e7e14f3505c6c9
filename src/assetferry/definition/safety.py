"""What a run must not do without a person: shrink, quarantine too much, find nothing."""

from typing import Literal

from pydantic import Field

from assetferry.definition.model import Model
from assetferry.definition.quantities import YEAR, Seconds, Share

__all__ = ["OnFailure", "Safety"]


class OnFailure(Model):
    """What follows when a safety limit is passed."""

    manual: Literal["hold", "abandon"] = Field(
        default="hold", description="For runs that a person started."
    )
    scheduled: Literal["hold", "abandon"] = Field(
        default="abandon", description="For scheduled runs, which must not block the next."
    )


class Safety(Model):
    """Limits that hold per object type and per stream as well as in total."""

    min_records: int = Field(default=1, ge=0, description="Fewest records a full run may find.")
    max_shrink: Share = Field(
        default=0.2, description="How much less than the last good full run is believed."
    )
    max_quarantined: Share = Field(
        default=0.01,
        description="Largest part of the records that may be quarantined. Taken as 0 where "
        "missing objects are or may be removed, since a quarantined record's object is missing.",
    )
    on_failure: OnFailure = Field(
        default_factory=OnFailure, description="What follows when a limit is passed."
    )
    hold_for: Seconds = Field(
        default=86400.0,
        ge=0,
        le=YEAR,
        description="How long a manual run may be held before it is closed; a scheduled run is "
        "closed at once.",
    )

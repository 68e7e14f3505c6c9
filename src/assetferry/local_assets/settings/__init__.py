"""Every choice the contract leaves open, by name, in one place.

A client must not depend on any of these; they exist so that it can be tested against each
reading. "12.4" and the like are sections of the wire contract. The options of
``assetferry assets`` and the page on settings follow from the fields of these classes.
"""

from dataclasses import dataclass, field

from .choice import Choice
from .executions import Dedupe, DedupeScope, ExecutionSettings, RepeatedCompletion
from .general import ClockKind, GeneralSettings
from .limits import LimitSettings
from .mappings import MappingSettings
from .schedules import CatchUp, ScheduleAnswer, ScheduleSettings
from .source import SourceSettings

__all__ = [
    "CatchUp",
    "Choice",
    "ClockKind",
    "Dedupe",
    "DedupeScope",
    "MappingSettings",
    "RepeatedCompletion",
    "ScheduleAnswer",
    "ScheduleSettings",
    "Settings",
    "SourceSettings",
]


@dataclass(frozen=True, kw_only=True)
class Settings(
    LimitSettings, ScheduleSettings, ExecutionSettings, MappingSettings, GeneralSettings
):
    """How one server behaves."""

    sources: SourceSettings = field(default_factory=SourceSettings)
    """What an import source has that is made without settings of its own."""

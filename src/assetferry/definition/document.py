"""The definition as a whole."""

from typing import Any

from pydantic import Field

from assetferry.definition.assets import Assets
from assetferry.definition.egress import Egress
from assetferry.definition.limits import Limits
from assetferry.definition.model import Model
from assetferry.definition.names import ObjectName, StreamName
from assetferry.definition.notify import Notify
from assetferry.definition.object_types import ObjectType
from assetferry.definition.safety import Safety
from assetferry.definition.schedule import Schedule
from assetferry.definition.sources import AnySource
from assetferry.definition.statuses import Status, StatusName
from assetferry.definition.trigger import Trigger

__all__ = ["Definition", "ObjectSchema", "json_schema"]


class ObjectSchema(Model):
    """How the object schema is described to Assets."""

    name: ObjectName = Field(description="The object schema's name.")
    description: str | None = Field(
        default=None, description="Shown in Assets; the name where left out."
    )


class Definition(Model):
    """One import: sources, object types, target, limits, safety, schedule.

    An instance from ``load`` has passed every check; nothing else should build one.
    """

    name: StreamName = Field(
        description="The import's name, also the first part of default external ids."
    )
    assets: Assets = Field(description="Where to import to.")
    egress: Egress = Field(default_factory=Egress, description="Where calls may go.")
    sources: dict[StreamName, AnySource] = Field(
        min_length=1, description="Where records come from, by name."
    )
    schema_: ObjectSchema | None = Field(
        default=None,
        alias="schema",
        description="The object schema; named as the import if absent.",
    )
    statuses: dict[StatusName, Status] = Field(
        default_factory=dict[StatusName, Status],
        description="Statuses to create, beside the seven that every Assets has.",
    )
    object_types: dict[ObjectName, ObjectType] = Field(
        min_length=1, description="What records become, by the name people see in Assets."
    )
    limits: Limits = Field(default_factory=Limits, description="How much at once, how long.")
    safety: Safety = Field(default_factory=Safety, description="What a run must not do alone.")
    schedule: Schedule | None = Field(default=None, description="When it runs by itself.")
    notify: Notify | None = Field(default=None, description="Whom to tell of trouble.")
    trigger: Trigger | None = Field(default=None, description="How others may begin a run.")

    @property
    def max_quarantined(self) -> float:
        """The share of quarantined records to tolerate.

        None where missing objects are or may be removed: a quarantined record's object is missing
        from the run, and Assets would remove it.
        """
        return self.safety.max_quarantined if self.assets.missing_objects == "ignore" else 0.0


def json_schema() -> dict[str, Any]:
    """Describe a definition as JSON Schema, for editors and for the reference pages."""
    return Definition.model_json_schema(by_alias=True) | {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "assetferry definition",
    }

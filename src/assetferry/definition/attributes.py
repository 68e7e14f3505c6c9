"""Attributes of object types: what to read, what it must be, and what if it is not."""

from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import Field, PlainValidator, WithJsonSchema

from assetferry.definition.expressions import Expression
from assetferry.definition.model import Model, mistake
from assetferry.definition.moments import Pattern

__all__ = ["ATTRIBUTE_TYPES", "MULTIPLE_TYPES", "Attribute", "AttributeType", "Scalar"]

AttributeType: TypeAlias = Literal[
    "text",
    "integer",
    "boolean",
    "double",
    "date",
    "time",
    "date_time",
    "url",
    "email",
    "textarea",
    "select",
    "ipaddress",
    "reference",
    "status",
]
ATTRIBUTE_TYPES: tuple[AttributeType, ...] = get_args(AttributeType)
MULTIPLE_TYPES: frozenset[AttributeType] = frozenset({"email", "select", "reference"})
"""The kinds whose cardinality Assets lets exceed one (contract §12.7)."""


def _scalar(value: Any) -> Any:
    if not isinstance(value, str | int | float | bool):
        raise mistake("is not a text, number or boolean", "Write a single value.")
    return value


Scalar: TypeAlias = Annotated[
    str | int | float | bool,
    PlainValidator(_scalar),
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
]


class Attribute(Model):
    """One attribute. Which keys go together is checked by ``load``, all at once."""

    from_: Expression | None = Field(
        default=None, alias="from", description="JMESPath from the item to the value."
    )
    from_record: Expression | None = Field(
        default=None,
        description="JMESPath from the enclosing record to the value, where each is set.",
    )
    type: AttributeType = Field(default="text", description="What Assets shall store.")
    description: str | None = Field(
        default=None, description="Shown in Assets; the name where left out."
    )
    identity: bool = Field(
        default=False,
        description="Part of what tells one object from another; an object with the same "
        "identity is updated.",
    )
    label: bool = Field(
        default=False, description="Names the object to people; exactly one attribute."
    )
    required: bool = Field(
        default=False, description="A record without it is quarantined; minimum cardinality 1."
    )
    unique: bool = Field(default=False, description="No two objects of the type share a value.")
    multiple: bool = Field(
        default=False, description="Takes many values: email, select and reference only."
    )
    values: tuple[str, ...] | None = Field(
        default=None, strict=False, description="The only values allowed: select and status only."
    )
    map: dict[str, Scalar] | None = Field(
        default=None,
        description="From the source's value, as text, to what Assets gets. A value not in it "
        "quarantines the record unless there is a default or keep_unmapped.",
    )
    keep_unmapped: bool = Field(
        default=False, description="Values missing from map pass unchanged."
    )
    default: Scalar | None = Field(
        default=None, description="Taken where the value is missing, empty or not in map."
    )
    empty: Literal["keep", "clear"] = Field(
        default="keep",
        description="What an empty value does: keep sends nothing, so that Assets keeps what it "
        'has; clear sends "".',
    )
    format: Pattern | None = Field(
        default=None,
        description="How the source writes a date, time or date_time, in strptime's letters, "
        "where it is not ISO 8601.",
    )
    to: str | None = Field(default=None, description="The object type a reference points to.")
    match: str | None = Field(
        default=None, description="The attribute of that type which the value equals."
    )
    external_id: str | None = Field(
        default=None,
        min_length=1,
        max_length=255,
        description="Overrides the external id, which is otherwise made from the names on the "
        "first push and then remembered.",
    )

    @property
    def critical(self) -> bool:
        """Whether a record is useless without a good value here."""
        return self.identity or self.label or self.required

"""Object types: what each record, or each nested item of it, becomes."""

from pydantic import Field

from assetferry.definition.attributes import Attribute
from assetferry.definition.expressions import Expression
from assetferry.definition.model import Model
from assetferry.definition.names import ObjectName

__all__ = ["ObjectType"]


class ObjectType(Model):
    """One object type, fed from one source."""

    source: str = Field(description="The name of the source whose records it is made from.")
    description: str | None = Field(
        default=None, description="Shown in Assets; the name where left out."
    )
    where: Expression | None = Field(
        default=None,
        description="JMESPath over the item (the record, or the nested item where each is set); "
        "items for which it is not true are left out.",
    )
    where_record: Expression | None = Field(
        default=None,
        description="JMESPath over the enclosing record; records for which it is not true are "
        "left out.",
    )
    each: Expression | None = Field(
        default=None,
        description="JMESPath from the record to one nested item or to a list of them; each "
        "becomes an entry.",
    )
    find_duplicates: bool | None = Field(
        default=None,
        description="Whether an identity that comes again in the run, wherever, is sent once "
        "only, the entry of the first place; one with other content is reported as a conflict. "
        "By default true where each is set, else false.",
    )
    external_id: str | None = Field(
        default=None,
        min_length=1,
        max_length=255,
        description="Overrides the external id, which is otherwise made from the names on the "
        "first push and then remembered.",
    )
    attributes: dict[ObjectName, Attribute] = Field(
        min_length=1, description="The attributes by the name that people see in Assets."
    )

    @property
    def finds_duplicates(self) -> bool:
        """Whether repeats are told over the whole run, not only within a chunk."""
        return self.each is not None if self.find_duplicates is None else self.find_duplicates

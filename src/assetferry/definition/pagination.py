"""How a source cuts its list into pages, and how it says that the list has ended."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from assetferry.definition.expressions import Expression
from assetferry.definition.model import Model

__all__ = [
    "CursorPagination",
    "LinkPagination",
    "NoPagination",
    "OffsetPagination",
    "PagePagination",
    "Pagination",
]

_SIZE = 100_000


class NoPagination(Model):
    """One answer holds everything."""

    type: Literal["none"] = Field(default="none", description="One answer holds everything.")


class OffsetPagination(Model):
    """Skip so many, give me so many. With a total the pages can be read at once."""

    type: Literal["offset"] = Field(description="Pages by number of records to skip.")
    offset_param: str = Field(
        default="offset", min_length=1, description="Query parameter of the records to skip."
    )
    limit_param: str = Field(
        default="limit", min_length=1, description="Query parameter of the page size."
    )
    page_size: int = Field(default=100, ge=1, le=_SIZE, description="Records to ask for at once.")
    start: int = Field(default=0, ge=0, description="Offset of the first record.")
    total: Expression | None = Field(
        default=None, description="JMESPath from an answer to the number of records in the list."
    )


class PagePagination(Model):
    """Give me page number so-and-so."""

    type: Literal["page"] = Field(description="Pages by number.")
    page_param: str = Field(
        default="page", min_length=1, description="Query parameter of the page number."
    )
    size_param: str | None = Field(
        default=None, min_length=1, description="Query parameter of the page size, if there is one."
    )
    page_size: int = Field(default=100, ge=1, le=_SIZE, description="Records on a full page.")
    start: int = Field(default=1, ge=0, description="Number of the first page.")
    total: Expression | None = Field(
        default=None, description="JMESPath from an answer to the number of records in the list."
    )
    total_pages: Expression | None = Field(
        default=None, description="JMESPath from an answer to the number of pages."
    )
    more: Expression | None = Field(
        default=None, description="JMESPath from an answer to whether another page follows."
    )


class CursorPagination(Model):
    """Each answer carries the cursor of the next."""

    type: Literal["cursor"] = Field(description="Pages by a cursor in the answer.")
    cursor_param: str = Field(min_length=1, description="Query parameter that takes the cursor.")
    cursor: Expression = Field(
        description="JMESPath from an answer to the next cursor; null or empty at the end."
    )
    limit_param: str | None = Field(
        default=None, min_length=1, description="Query parameter of the page size, if there is one."
    )
    page_size: int | None = Field(
        default=None, ge=1, le=_SIZE, description="Records to ask for at once."
    )
    more: Expression | None = Field(
        default=None,
        description="JMESPath from an answer to whether another page follows, for services that "
        "give a cursor on the last page too.",
    )


class LinkPagination(Model):
    """A ``Link`` header with ``rel="next"`` leads on."""

    type: Literal["link"] = Field(description="Pages by Link headers.")
    limit_param: str | None = Field(
        default=None, min_length=1, description="Query parameter of the page size, if there is one."
    )
    page_size: int | None = Field(
        default=None, ge=1, le=_SIZE, description="Records to ask for at once."
    )


Pagination: TypeAlias = Annotated[
    NoPagination | OffsetPagination | PagePagination | CursorPagination | LinkPagination,
    Field(discriminator="type"),
]

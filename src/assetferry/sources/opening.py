"""From a source as the definition has it to one that can be read."""

from assetferry.definition.pagination import (
    CursorPagination,
    LinkPagination,
    OffsetPagination,
    PagePagination,
)
from assetferry.definition.sources import AnySource
from assetferry.outbound.client import Outbound
from assetferry.sources.auth import Credential, Resolve
from assetferry.sources.page import Source
from assetferry.sources.pagination.cursor import BodyCursor
from assetferry.sources.pagination.link import NextLink
from assetferry.sources.pagination.offset import Offset
from assetferry.sources.pagination.page_number import PageNumber
from assetferry.sources.pagination.single import Single
from assetferry.sources.pagination.strategy import Pagination
from assetferry.sources.rest import Rest

__all__ = ["open_source"]


def open_source(config: AnySource, *, outbound: Outbound, secrets: Resolve) -> Source:
    """Open a source for one run; nothing is requested yet.

    ``secrets`` turns a reference into its value. Raises SecretMissing where this process
    cannot have one. The source lives as long as ``outbound`` is open.
    """
    return Rest(
        config,
        _pagination(config),
        outbound=outbound,
        credential=Credential(config.auth, secrets),
    )


def _pagination(config: AnySource) -> Pagination:
    match config.pagination:
        case OffsetPagination() as offset:
            return Offset(offset)
        case PagePagination() as page:
            return PageNumber(page)
        case CursorPagination() as cursor:
            return BodyCursor(cursor)
        case LinkPagination() as link:
            return NextLink(link, config.url)
        case _:
            return Single()

"""A list behind an HTTP API that answers in JSON."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from assetferry.definition.sources import RestSource
from assetferry.errors import FerryError
from assetferry.outbound.client import Outbound
from assetferry.outbound.masking import mask
from assetferry.outbound.redaction import excerpt, shown
from assetferry.outbound.response import Response
from assetferry.sources.auth import Credential
from assetferry.sources.documents import NotJson, document
from assetferry.sources.errors import SourceMisread
from assetferry.sources.page import Cursor, Page
from assetferry.sources.pagination.offset import Offset
from assetferry.sources.pagination.strategy import Answer, Asked, Pagination
from assetferry.sources.paths import reading
from assetferry.sources.statuses import failure, succeeded

__all__ = ["Rest"]


class Rest:
    """One REST source, opened for one run; a ``Source``.

    A page is a 2xx answer in JSON whose list of records is where the definition says. All
    else is an error, so that nothing but the source's own statement ends a stream.
    """

    def __init__(
        self,
        config: RestSource,
        pagination: Pagination,
        *,
        outbound: Outbound,
        credential: Credential,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``clock`` gives epoch seconds, for Retry-After."""
        self._config = config
        self._pagination = pagination
        self._outbound = outbound
        self._credential = credential
        self._clock = clock
        hidden = tuple(credential.hidden())
        self._mask, self._long = mask(hidden), mask(tuple(one for one in hidden if len(one) > 7))  # noqa: PLR2004
        self._records = reading(config.records)
        self._params = {name: _text(value) for name, value in config.params.items()}
        self._body = None if config.body is None else msgspec.json.encode(config.body)

    async def read(self, cursor: Cursor | None) -> Page:
        """Read one page; see ``Source``."""
        response = await self._ask(self._pagination.ask(cursor))
        records, found = self._understood(response)
        answer = Answer(
            document=found, records=records, url=response.url, link=response.header("link")
        )
        try:
            page = self._pagination.page(answer, cursor)
        except SourceMisread as error:
            raise SourceMisread(f"{self._where(response)}: {error}") from None
        if page.next is None:
            return page
        following = self._without_secrets(page.next) if "next" in page.next else page.next
        if self._long.holds(msgspec.json.encode(following).decode()):
            raise SourceMisread(
                f"{self._where(response)} names a place to read on from that holds the source's "
                "own credential, which is never stored. Let it name its places otherwise."
            )
        return replace(page, next=following)

    def ahead(self, page: Page, *, records: int) -> Sequence[Cursor]:
        """Cut what follows a page into ranges that can be read at once; see ``Source``.

        They begin at ``page.next`` itself and cover all that follows, so they are read in its
        place. Empty where the stream must be read in order.
        """
        return self._pagination.ahead(page, records)

    def smaller(self, cursor: Cursor | None) -> Cursor | None:
        """Ask for half as many records from this place on; see ``Divisible``.

        Only offsets allow it: the pages of every other way hang on their size.
        """
        return self._pagination.smaller(cursor) if isinstance(self._pagination, Offset) else None

    async def _ask(self, asked: Asked) -> Response:
        url = asked.url or self._config.url
        headers = {"Accept": "application/json"}
        if _origin(url) == _origin(self._config.url):
            headers |= self._config.headers | dict(self._credential.headers())
        if self._body is not None:
            headers["Content-Type"] = "application/json"
        try:
            response = await self._outbound.request(
                self._config.method,
                url,
                headers=headers,
                params=asked.params if asked.url else self._params | asked.params,
                body=self._body,
                follow=True,
            )
        except FerryError as error:
            # It names a host, and a redirect may have led to one that is made of the secret.
            error.args = (self._mask.hide(str(error)),)
            raise
        if not succeeded(response):
            said = self._excerpt(response)
            raise failure(response, where=self._where(response), said=said, now=self._clock())
        return response

    def _understood(self, response: Response) -> tuple[Sequence[Any], Any]:
        try:
            found = document(response.body)
        except NotJson as error:
            raise SourceMisread(
                f"{self._where(response)} answered {response.status} with something that is not "
                f"JSON ({error}), perhaps a login page or a proxy's notice. Check the source's url "
                f"and auth. It begins: {self._excerpt(response) or '(nothing)'}"
            ) from None
        records = self._records(found)
        if not isinstance(records, list):
            what = "nothing" if records is None else f"a value of type {type(records).__name__}"
            raise SourceMisread(
                f"{self._where(response)} answered {response.status}, but records = "
                f'"{self._config.records}" leads to {what} instead of a list. Correct the path '
                f"if it is wrong. The answer begins: {self._excerpt(response)}"
            )
        return cast("list[Any]", records), found

    def _where(self, response: Response) -> str:
        return shown(response.url, hide=self._credential.hidden())

    def _excerpt(self, response: Response) -> str:
        return excerpt(response.body, limit=200, hide=self._credential.hidden())

    def _without_secrets(self, cursor: Cursor) -> Cursor:
        """Drop a parameter by which a source repeats our secret in its links.

        The header carries it anyway, and cursors are stored.
        """
        link = str(cursor["next"])
        parts = urlsplit(link)
        query = parse_qsl(parts.query, keep_blank_values=True)
        kept = [(name, value) for name, value in query if not self._mask.holds(value)]
        if len(kept) == len(query):
            return cursor
        return {"next": parts._replace(query=urlencode(kept)).geturl()}


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _text(value: str | float | bool) -> str:  # noqa: FBT001 (a value, not a switch)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)

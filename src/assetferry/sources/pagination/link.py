"""Pages by the ``next`` link of the ``Link`` header."""

from collections.abc import Sequence
from urllib.parse import urldefrag, urljoin, urlsplit

from assetferry.definition.pagination import LinkPagination
from assetferry.sources.errors import SourceCursorForeign, SourceMisread
from assetferry.sources.page import Cursor, Page
from assetferry.sources.pagination.link_header import links
from assetferry.sources.pagination.strategy import Answer, Asked

__all__ = ["NextLink"]


class NextLink:
    """A chain of addresses: each answer names the next, and the last names none.

    A cursor is ``{"next": address}``, below the source's origin without it. An empty page with
    a next link goes on.
    """

    def __init__(self, config: LinkPagination, url: str) -> None:
        """``url`` is the source's own address."""
        self._config = config
        self._url = url

    def ask(self, cursor: Cursor | None) -> Asked:
        """Ask for the address that was given, as it is; it is complete."""
        if cursor is not None:
            following = cursor.get("next")
            if not isinstance(following, str):
                raise SourceCursorForeign(
                    "The stored place holds no link: the source's pagination was changed. "
                    "Start a new run (--new)."
                )
            return Asked(url=urljoin(self._url, following))
        params: dict[str, str] = {}
        if self._config.limit_param is not None and self._config.page_size is not None:
            params[self._config.limit_param] = str(self._config.page_size)
        return Asked(params=params)

    def page(self, answer: Answer, cursor: Cursor | None) -> Page:
        """Take the next link, unless the answer has none."""
        following = _next(answer)
        if following is None:
            return Page(records=answer.records, next=None)
        current = {answer.url} if cursor is None else {answer.url, self.ask(cursor).url}
        if following in current:
            raise SourceMisread(
                "The source's next link leads to the page that carries it, which would be read "
                "for ever. Ask the source's maker; offset or page pagination may work instead."
            )
        return Page(records=answer.records, next={"next": self._stored(following)})

    def ahead(self, page: Page, records: int) -> Sequence[Cursor]:
        """Give nothing: a link cannot be foreseen."""
        _ = page, records
        return ()

    def _stored(self, url: str) -> str:
        base, parts = urlsplit(self._url), urlsplit(url)
        path = parts.path or "/"
        if (base.scheme, base.netloc) != (parts.scheme, parts.netloc) or path.startswith("//"):
            return url
        return f"{path}?{parts.query}" if parts.query else path


def _next(answer: Answer) -> str | None:
    for link in links(answer.link or ""):
        if "next" in link.relations and not link.elsewhere:
            try:
                found = urldefrag(urljoin(answer.url, link.target)).url
                scheme, leaves = urlsplit(found).scheme, urlsplit(answer.url).scheme
            except ValueError:
                found, scheme, leaves = "", "", ""
            if scheme not in {"http", "https"} or (leaves == "https" and scheme != "https"):
                raise SourceMisread(
                    "The source's next link is no address that can be asked: it is malformed, or "
                    "leads from https to something unencrypted."
                )
            return found
    return None

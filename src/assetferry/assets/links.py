"""Addresses of the Imports API: where they come from, and what of them is stored (pure).

Assets gives absolute links. Their origin is replaced by the one the definition names, so a
token is never sent anywhere else; what is below the import source is stored as a relative
path, from which another process, with another credential, goes on.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

__all__ = ["SourceAddress", "execution_of", "is_uuid", "origin_replaced", "strings"]

_SOURCE = re.compile(
    r"(?P<root>.*)/workspace/(?P<workspace>[^/]+)/v1/importsource/(?P<source>[^/]+)"
    r"/(?:configstatus|executions|mapping)"
)
_EXECUTION = re.compile(r".*/executions/(?P<execution>[^/]+)(?:/(?:data|progress|status))?")
_RELATIVE = re.compile(r"executions/[A-Za-z0-9_~%/.-]+")


@dataclass(frozen=True, slots=True)
class SourceAddress:
    """One import source, seen by one credential."""

    root: str
    """Absolute URL of the Assets API, without a slash at its end (``…/jsm/assets``)."""
    workspace_id: str
    import_source_id: str

    @classmethod
    def learnt(cls, links: Mapping[str, str], base_url: str) -> "SourceAddress | None":
        """Read the address from the links of ``imports/info``.

        None unless at least one link has the documented form, all that have it agree, and
        both ids are UUIDs.
        """
        found = {_source(link, base_url) for link in links.values()} - {None}
        return found.pop() if len(found) == 1 else None

    def url(self, path: str) -> str:
        """Compose the URL of a path relative to this import source."""
        return f"{self._base()}/{path}"

    def relative(self, link: str) -> str | None:
        """Cut a link down to what is stored of it; None if it lies elsewhere."""
        prefix = urlsplit(self._base()).path + "/"
        parts = urlsplit(link)
        if parts.query or parts.fragment or not parts.path.startswith(prefix):
            return None
        return path if (path := parts.path.removeprefix(prefix)) and is_relative(path) else None

    def _base(self) -> str:
        return f"{self.root}/workspace/{self.workspace_id}/v1/importsource/{self.import_source_id}"


def is_relative(path: str) -> bool:
    """Tell whether a stored path is one of ours: below ``executions/``, leading nowhere else."""
    return bool(_RELATIVE.fullmatch(path)) and not {"", ".", ".."} & set(path.split("/"))


def is_uuid(text: str) -> bool:
    """Tell whether an id may become part of a path."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def origin_replaced(link: str, base_url: str) -> str:
    """Send a link's path and query to the origin of ``base_url``."""
    base = urlsplit(base_url)
    parts = urlsplit(link)
    return urlunsplit((base.scheme, base.netloc, parts.path, parts.query, ""))


def execution_of(links: Iterable[str]) -> str | None:
    """Read the execution's id from its links; None unless they name one UUID, and the same."""
    found = {match["execution"] for link in links if (match := _execution(link))}
    execution = found.pop() if len(found) == 1 else ""
    return execution if is_uuid(execution) else None


def strings(links: Mapping[str, Any]) -> dict[str, str]:
    """Keep the links that are texts and can be read as URLs."""
    return {name: link for name, link in links.items() if isinstance(link, str) and _readable(link)}


def _readable(link: str) -> bool:
    try:
        urlsplit(link)
    except ValueError:
        return False
    return True


def _execution(link: str) -> re.Match[str] | None:
    return _EXECUTION.fullmatch(urlsplit(link).path)


def _source(link: str, base_url: str) -> SourceAddress | None:
    match = _SOURCE.fullmatch(urlsplit(link).path)
    if match is None or not is_uuid(match["workspace"]) or not is_uuid(match["source"]):
        return None
    root = origin_replaced(match["root"], base_url)
    return SourceAddress(root, match["workspace"], match["source"])

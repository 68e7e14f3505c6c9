"""Where a redirect leads, and what may be sent there (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from yarl import URL

from assetferry.outbound.errors import BadAddress

__all__ = ["Hop", "next_hop"]

_GET_AFTER = frozenset({303})
_GET_AFTER_POST = frozenset({301, 302})
_SAME_METHOD = frozenset({307, 308})
_HARMLESS = frozenset({"accept", "accept-encoding", "user-agent"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Hop:
    """One request of a chain of redirects."""

    method: str
    url: URL = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


def next_hop(hop: Hop, *, status: int, location: str | None) -> Hop | None:
    """Give the request a redirect asks for, or None if the answer is none.

    To another origin nothing goes along that the caller set, except what names a format: a
    key in a header of any name is a credential. From https to http is never followed, and a
    body never leaves its origin.
    """
    if status not in _GET_AFTER | _GET_AFTER_POST | _SAME_METHOD or location is None:
        return None
    try:
        url = hop.url.join(URL(location))
        origin = url.origin()
    except ValueError:
        raise BadAddress(f"{hop.url.host} redirects to an address that is not a URL.") from None
    if hop.url.scheme == "https" and url.scheme != "https":
        raise BadAddress(
            f"{hop.url.host} redirects from https to {url.scheme}, which would send the request "
            "unencrypted. Enter the address it should be in the definition."
        )
    same_origin = origin == hop.url.origin()
    to_get = status in _GET_AFTER or (status in _GET_AFTER_POST and hop.method == "POST")
    if hop.body is not None and not to_get and not same_origin:
        raise BadAddress(
            f"{hop.url.host} redirects a request with a body to {url.host}. "
            "Enter the new address in the definition."
        )
    headers = dict(hop.headers)
    if not same_origin:
        headers = {name: value for name, value in headers.items() if name.lower() in _HARMLESS}
    if to_get:
        headers = {name: value for name, value in headers.items() if name.lower() != "content-type"}
        return Hop(method="HEAD" if hop.method == "HEAD" else "GET", url=url, headers=headers)
    return Hop(method=hop.method, url=url, headers=headers, body=hop.body)

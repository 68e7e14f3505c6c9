"""Who may use ``/_local/``: nobody who came by a web page of somebody else's.

It needs no credential, so a page in a browser on this machine must not reach it: neither by a
plain cross-site request, which names its ``Origin``, nor by DNS rebinding, where a page's own
name suddenly resolves to this machine, but is still the name in ``Host``.
"""

import ipaddress
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from assetferry.local_assets.errors import General

__all__ = ["Doorkeeper", "objection"]


class Doorkeeper:
    """ASGI middleware that lets in only what came by a name of this machine."""

    def __init__(self, app: ASGIApp, bound: str) -> None:
        """Guard an app that is served on the address ``bound``."""
        self._app = app
        self._bound = bound

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it with 403."""
        headers = Request(scope).headers
        reason = objection(headers.get("host", ""), headers.get("origin"), bound=self._bound)
        if reason is not None:
            raise General(403, reason)
        await self._app(scope, receive, send)


def objection(host: str, origin: str | None, *, bound: str) -> str | None:
    """Say why a request is not let in, None if it is.

    A server that was bound to another address than a loopback one is meant to be reached by
    names that it cannot know; then only the origin is looked at.
    """
    if _is_loopback(bound) and not _is_loopback(_name(host)):
        return (
            f"/_local/ is for this machine, not for {host!r}. Call it by 127.0.0.1 or localhost, "
            "or start the server with --host."
        )
    if origin is not None and origin.lower() != f"http://{host.lower()}":
        return f"/_local/ is not for web pages of {origin!r}"
    return None


def _name(host: str) -> str:
    """Give the name in a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(name: str) -> bool:
    if name.lower().rstrip(".") == "localhost" or name.lower().endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False

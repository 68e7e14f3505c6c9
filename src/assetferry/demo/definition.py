"""The definition that the demo runs, with the addresses of this time filled in.

Tokens are not filled in: the definition refers to ``env:ASSETS_TOKEN`` and
``env:INVENTORY_TOKEN``, which the command sets for the importer.
"""

import json
from importlib import resources
from urllib.parse import urlsplit

__all__ = ["ASSETS_TOKEN", "INVENTORY_TOKEN", "render"]

ASSETS_TOKEN = "ASSETS_TOKEN"  # noqa: S105 - the name of a variable
INVENTORY_TOKEN = "INVENTORY_TOKEN"  # noqa: S105 - the name of a variable


def render(assets_url: str, service_url: str) -> str:
    """Give the definition's text for these two servers, such as ``http://127.0.0.1:8700``.

    Raises ValueError for what is not an address of a server.
    """
    text = resources.files("assetferry.demo").joinpath("definition.toml").read_text("utf-8")
    host = urlsplit(_address(service_url)).netloc
    return (
        text.replace("<assets_url>", _address(assets_url))
        .replace("<service_url>", _address(service_url))
        .replace("<service_host>", host)
    )


def _address(url: str) -> str:
    """Check that an address can stand in a TOML string as it is."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ValueError(f"{url!r} is not the address of a server")
    if json.dumps(url) != f'"{url}"':
        raise ValueError(f"{url!r} holds characters that no address has")
    return url.rstrip("/")

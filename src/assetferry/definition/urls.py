"""Addresses in a definition: absolute, http or https, and without credentials."""

from typing import Annotated, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, WithJsonSchema

from assetferry.definition.model import mistake

__all__ = ["Place", "Url", "place"]


class Place(NamedTuple):
    """Where an address leads: the host in lower-case ASCII, and the port, said or implied."""

    host: str
    port: int


def place(url: str) -> Place:
    """Take host and port from an address that ``Url`` accepted."""
    parts = urlsplit(url)
    default = 443 if parts.scheme == "https" else 80
    host = (parts.hostname or "").removesuffix(".")
    return Place(host if host.isascii() else host.encode("idna").decode(), parts.port or default)


def _url(value: str) -> str:
    cure = 'Write the whole address: "https://host.example.com/path".'
    try:
        parts = urlsplit(value)
        usable = bool(parts.hostname) and parts.port != 0 and bool(place(value).host)
    except ValueError:
        raise mistake("is not an address", cure) from None
    if not usable or parts.scheme not in {"http", "https"} or any(c.isspace() for c in value):
        raise mistake("is not an absolute http or https address", cure)
    if parts.username is not None or parts.password is not None:
        raise mistake(
            "holds a user name or password",
            'Take them out and use auth = { type = "basic", username = "…", password = "env:…" }.',
        )
    if parts.fragment:
        raise mistake("has a #fragment, which is never sent", "Take it out.")
    return value


Url: TypeAlias = Annotated[
    str, AfterValidator(_url), WithJsonSchema({"type": "string", "format": "uri"})
]
"""An absolute http(s) address without credentials in it."""

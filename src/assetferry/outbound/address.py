"""From the text of an address to one that can be requested (pure)."""

from yarl import URL

from assetferry.outbound.errors import BadAddress

__all__ = ["requestable"]


def requestable(url: str, *, credentials: bool = False) -> URL:
    """Read a URL that can be requested, keeping its escapes as they were written."""
    try:
        encoded = url.isascii() and url.isprintable() and " " not in url
        parsed = URL(url, encoded=encoded)
        host = parsed.raw_host
    except ValueError:
        raise BadAddress(
            "An address to request is not a URL. Check it in the definition."
        ) from None
    if parsed.scheme not in {"http", "https"} or not host:
        raise BadAddress(
            f"An address to request has the scheme {parsed.scheme!r} and the host {host!r}: "
            "write it as https://host/path."
        )
    if not credentials and (parsed.raw_user is not None or parsed.raw_password is not None):
        raise BadAddress(
            f"The address at {host} holds a user or password. Take them out and give them as "
            "auth, by reference."
        )
    return parsed

"""What may be shown of an address or of a body: never a credential."""

import re
from collections.abc import Iterable
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from assetferry.outbound.masking import HIDDEN, mask

__all__ = ["Secret", "excerpt", "shown"]

_INVISIBLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


class Secret(Protocol):
    """A value that only its user reveals; its repr is masked."""

    def reveal(self) -> str:
        """Give the value itself, for a header and for nothing else."""
        ...


def shown(url: str, *, hide: Iterable[str] = ()) -> str:
    """Write a URL for people: without user and password, query values hidden, no fragment.

    ``hide`` are secrets that a redirect may have put into the rest of it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "an address that is not a URL"
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    where = f"{host}:{port}" if port is not None else host
    names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    query = "?" + "&".join(f"{name}={HIDDEN}" for name in names) if names else ""
    return mask(tuple(hide)).hide(f"{parts.scheme}://{where}{parts.path}{query}")


def excerpt(body: bytes | str, *, limit: int, hide: Iterable[str] = ()) -> str:
    """Cut a body for a message: one line, at most ``limit`` characters, secrets masked.

    Secrets are masked before the cut, in every form that they may have been given back in, so that
    no half of one is left at the border.
    """
    room = 4 * limit + 4096
    text = body[:room].decode("utf-8", "replace") if isinstance(body, bytes) else body[:room]
    text = mask(tuple(hide)).hide(text, cut=len(body) > room)
    text = _INVISIBLE.sub(" ", text).strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"

"""Names in a definition, and the slugs that keys, selectors and external ids are made of."""

import hashlib
import re
import unicodedata
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, WithJsonSchema

from assetferry.definition.model import mistake

__all__ = ["ObjectName", "StreamName", "slug"]

_STREAM = re.compile(r"[a-z0-9_-]{1,64}")
_OTHER = re.compile(r"[^a-z0-9]+")
_LONGEST = 255


def slug(name: str) -> str:
    """Make a key of ``[a-z0-9_]`` from ``name``: ``RAM (GB)`` becomes ``ram_gb``.

    The same name always gives the same slug. Letters that have no Latin form would be lost and
    different names would meet, so they leave a short digest of the name behind.
    """
    folded = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(char for char in folded if not unicodedata.combining(char))
    made = _OTHER.sub("_", kept).strip("_")
    if made and all(char.isascii() or not char.isalnum() for char in kept):
        return made
    digest = hashlib.blake2s(name.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{made}_{digest}" if made else f"x_{digest}"


def _stream(name: str) -> str:
    if not _STREAM.fullmatch(name):
        raise mistake(
            "is not a name of 1 to 64 lower-case letters, digits, _ or -",
            f"Rename it, for example to {slug(name)[:64]}.",
        )
    return name


def _object(name: str) -> str:
    if not name or name != name.strip() or len(name) > _LONGEST or not name.isprintable():
        raise mistake(
            f"is not a name of 1 to {_LONGEST} printable characters without spaces around it",
            "Use the name that people shall read in Assets.",
        )
    return name


StreamName: TypeAlias = Annotated[
    str,
    AfterValidator(_stream),
    WithJsonSchema({"type": "string", "pattern": "^[a-z0-9_-]{1,64}$"}),
]
"""Names a source; it becomes part of the ids of chunks, hence the narrow alphabet."""

ObjectName: TypeAlias = Annotated[
    str,
    AfterValidator(_object),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": _LONGEST}),
]
"""Names an object type or attribute as people see it in Assets."""

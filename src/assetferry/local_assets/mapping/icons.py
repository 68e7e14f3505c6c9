"""Icons of a document: each a PNG of 48 by 48, in base64 (7.2)."""

import base64
import binascii
import struct
import zlib
from collections.abc import Iterator

from assetferry.local_assets.errors import Problem
from assetferry.local_assets.mapping.document import Document

__all__ = ["check"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SIDE = 48
_HEADER = struct.Struct(">I4sII5sI")
"""The first chunk: its length, ``IHDR``, width, height, five choices, checksum."""


def check(document: Document) -> Iterator[Problem]:
    """Find icons that no browser would show, or not in this size."""
    for icon in document.icons:
        wrong = _objection(icon.png48)
        if wrong is not None:
            yield Problem(
                code="INVALID_SCHEMA",
                path=f"{icon.path}/png48",
                message=f"The icon {icon.key!r} {wrong}",
            )


def _objection(png48: str) -> str | None:
    """Say what is wrong with an image, None if nothing is."""
    try:
        image = base64.b64decode(png48, validate=True)
    except (binascii.Error, ValueError):
        return "is not base64"
    if not image.startswith(SIGNATURE) or len(image) < len(SIGNATURE) + _HEADER.size:
        return "is not a PNG"
    length, kind, width, height, choices, checksum = _HEADER.unpack_from(image, len(SIGNATURE))
    header = struct.pack(">4sII5s", kind, width, height, choices)
    if (length, kind) != (13, b"IHDR") or zlib.crc32(header) != checksum:
        return "is a broken PNG"
    if (width, height) != (SIDE, SIDE):
        return f"is {width} by {height}; it must be {SIDE} by {SIDE}"
    return None

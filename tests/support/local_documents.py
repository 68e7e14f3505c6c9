"""Small schema-and-mapping documents for tests of the local Assets server."""

import base64
import struct
import zlib
from typing import Any

__all__ = ["HOSTS", "png"]

HOSTS: dict[str, Any] = {
    "schema": {
        "objectSchema": {
            "name": "S",
            "description": "d",
            "objectTypes": [
                {
                    "externalId": "type/host",
                    "name": "Host",
                    "description": "d",
                    "attributes": [
                        {
                            "externalId": "attribute/name",
                            "name": "Name",
                            "description": "d",
                            "type": "text",
                            "label": True,
                        }
                    ],
                }
            ],
        }
    },
    "mapping": {
        "objectTypeMappings": [
            {
                "objectTypeExternalId": "type/host",
                "objectTypeName": "Host",
                "selector": "hosts",
                "description": "d",
                "attributesMapping": [
                    {
                        "attributeExternalId": "attribute/name",
                        "attributeName": "Name",
                        "attributeLocators": ["name"],
                        "externalIdPart": True,
                    }
                ],
            }
        ]
    },
}
"""One object type, Host, identified and labelled by its name; entries under ``hosts``."""


def png(width: int = 48, height: int = 48, shade: int = 0) -> str:
    """Give an image of one shade of grey, in base64."""
    header = struct.pack(">II5B", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + bytes([shade]) * width) * height)
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    image = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    return base64.b64encode(image).decode()

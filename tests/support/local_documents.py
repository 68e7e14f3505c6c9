"""Small schema-and-mapping documents for tests of the local Assets server."""

from typing import Any

__all__ = ["HOSTS"]

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

"""A person at the local Assets server: makes an import source, its token, and looks at objects."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from assetferry.errors import Fatal
from assetferry.outbound.client import Outbound

__all__ = ["Place", "Visitor"]


class VisitFailed(Fatal):
    """The local Assets server did not do what a person asked of it."""

    code = "visit_failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """An import source and where its objects are."""

    workspace_id: str
    import_source_id: str


class Visitor:
    """Speaks to one server with plain HTTP, as ``curl`` would."""

    def __init__(self, outbound: Outbound, url: str) -> None:
        """``url`` is the server's address."""
        self._outbound = outbound
        self._url = url
        self._credential: str | None = None

    async def provision(self, name: str) -> Place:
        """Make a workspace with an object schema and an import source."""
        made = await self._post("/_local/importsource", {"name": name})
        return Place(workspace_id=made["workspaceId"], import_source_id=made["importSourceId"])

    async def sign_in(self) -> None:
        """Take an API token of a user of its own."""
        user = await self._post("/_local/users", {"email": "demo@example.com"})
        pair = f"{user['email']}:{user['apiToken']}".encode()
        self._credential = f"Basic {base64.b64encode(pair).decode()}"

    async def new_token(self, place: Place) -> str:
        """Make a container token; the one before it is dead from now on."""
        path = f"{self._base(place)}/importsource/{place.import_source_id}/token"
        return (await self._post(path, None))["token"]

    async def count(self, place: Place, query: str) -> int:
        """Count the objects that an AQL query finds."""
        answer = await self._post(f"{self._base(place)}/object/aql/totalcount", {"qlQuery": query})
        return answer["totalCount"]

    async def find(self, place: Place, query: str, *, limit: int) -> list[dict[str, Any]]:
        """Find objects by AQL, each as its label, key and attribute values by name."""
        path = f"{self._base(place)}/object/aql?maxResults={limit}"
        found = await self._post(path, {"qlQuery": query})
        names = {one["id"]: one["name"] for one in found["objectTypeAttributes"]}
        return [
            {
                "label": one["label"],
                "key": one["objectKey"],
                "attributes": {
                    names[attribute["objectTypeAttributeId"]]: [
                        value["displayValue"] for value in attribute["objectAttributeValues"]
                    ]
                    for attribute in one["attributes"]
                },
            }
            for one in found["values"]
        ]

    def _base(self, place: Place) -> str:
        return f"/jsm/assets/workspace/{place.workspace_id}/v1"

    async def _post(self, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self._credential is not None:
            headers["Authorization"] = self._credential
        encoded = None if body is None else msgspec.json.encode(body)
        if encoded is None:
            del headers["Content-Type"]
        answer = await self._outbound.request(
            "POST", self._url + path, headers=headers, body=encoded
        )
        if answer.status != 200:  # noqa: PLR2004 # OK
            raise VisitFailed(f"POST {path} was answered with {answer.status}.")
        return msgspec.json.decode(answer.body, type=dict[str, Any])

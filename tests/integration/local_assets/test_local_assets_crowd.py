"""Two hundred clients at once: nothing is lost, nothing is refused, nothing is counted twice."""

import asyncio
import json

from assetferry.assets.answers import Accepted, ExecutionStatus, Identified, Pushed, Started
from assetferry.assets.client import AssetsClient
from assetferry.definition.secrets import Secret
from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings
from assetferry.outbound.client import Outbound
from assetferry.outbound.limits import Limits

CLIENTS, CHUNKS, ENTRIES = 200, 5, 10
DOCUMENT = {
    "schema": {
        "objectSchema": {
            "name": "Crowd",
            "description": "Crowd",
            "objectTypes": [
                {
                    "externalId": "crowd",
                    "name": "Member",
                    "description": "Member",
                    "attributes": [
                        {
                            "externalId": "crowd/name",
                            "name": "Badge",
                            "description": "Badge",
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
                "objectTypeExternalId": "crowd",
                "objectTypeName": "Member",
                "selector": "members",
                "description": "Members",
                "attributesMapping": [
                    {
                        "attributeExternalId": "crowd/name",
                        "attributeName": "Badge",
                        "attributeLocators": ["badge"],
                        "externalIdPart": True,
                    }
                ],
            }
        ]
    },
}


async def test_two_hundred_clients_lose_nothing() -> None:
    """All submit to one execution at the same time; every object arrives, once."""
    with LocalAssets(Settings(port=0)) as server:
        made = server.new_source("Crowd")
        limits = Limits(connections=CLIENTS)
        async with Outbound([server.url.removeprefix("http://")], limits=limits) as outbound:
            client = AssetsClient(outbound, server.url, Secret(made.token))
            assert isinstance(await client.identify(), Identified)
            assert isinstance(await client.push_mapping(DOCUMENT), Pushed)
            started = await client.start(scheduled=False)
            assert isinstance(started, Started)
            execution = started.execution_id

            async def submit(number: int) -> None:
                for chunk in range(CHUNKS):
                    members = [{"badge": f"{number}-{chunk}-{one}"} for one in range(ENTRIES)]
                    body = {"data": {"members": members}, "clientGeneratedId": f"{number}.{chunk}"}
                    answer = await client.submit(execution, json.dumps(body).encode())
                    assert answer == Accepted()

            await asyncio.gather(*(submit(number) for number in range(CLIENTS)))
            assert await client.complete(execution) == Accepted()
            while True:
                status = await client.status(execution)
                assert isinstance(status, ExecutionStatus)
                if status.state == "DONE":
                    break
            assert status.result is not None
            (members,) = status.result["objectTypeResultMap"].values()
            counted = (members["entriesInSource"], members["objectsCreated"])
            assert counted == (CLIENTS * CHUNKS * ENTRIES, CLIENTS * CHUNKS * ENTRIES)
            assert members["duplicateEnries"] == 0

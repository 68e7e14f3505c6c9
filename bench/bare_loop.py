"""The reference of P1: fetch, project, post, and nothing kept."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import msgspec

from assetferry.definition.load import load
from assetferry.engine.chunking import Chunking
from assetferry.ledger.chunk import ChunkKey
from assetferry.mapping.transformers import compile_transformers
from assetferry.outbound.client import Outbound
from assetferry.outbound.response import Response
from bench.load import PAGE, STREAM, definition, project

__all__ = ["BareLoop", "Project", "by_hand", "by_mapping"]

Project = Callable[[list[dict[str, Any]], int], bytes]
"""From a page's records and its number to the body of a chunk."""
_OK = 200


def by_hand(records: list[dict[str, Any]], number: int) -> bytes:
    """Project without a mapping engine."""
    body = {"data": {"device": project(records)}, "clientGeneratedId": f"bench.{number}"}
    return msgspec.json.encode(body)


def by_mapping() -> Project:
    """Project with the engine's own mapping: what is left between the two is the ledger."""
    text = definition("http://127.0.0.1:9", reads=1, sends=1)
    transformer = compile_transformers(load(text, origin="bench"))[STREAM]

    def mapped(records: list[dict[str, Any]], number: int) -> bytes:
        chunking = Chunking(records=PAGE, size=1 << 20)
        for outcome in transformer.transform(records):
            chunking.add(outcome)
        key = ChunkKey("bench", STREAM, number, "")
        (part,) = chunking.parts("bench", key, several=False)
        return part.body

    return mapped


class BareLoop:
    """As many loops as the engine has requests in flight, over the engine's HTTP client."""

    def __init__(self, outbound: Outbound, url: str, project: Project, *, in_flight: int) -> None:
        """``url`` is the rig's."""
        self._outbound, self._url = outbound, url
        self._project, self._in_flight = project, in_flight
        self._numbers = count()

    async def work(self, pages: int) -> None:
        """Move so many pages."""
        left = iter(range(pages))
        loops = (self._loop(left) for _ in range(min(self._in_flight, pages)))
        await asyncio.gather(*loops)

    async def _loop(self, left: Iterator[int]) -> None:
        for _ in left:
            number = next(self._numbers)
            params = {"skip": str(number * PAGE), "limit": str(PAGE)}
            page = await self._ask("GET", f"{self._url}/devices", params=params)
            records = msgspec.json.decode(page.body)["devices"]
            await self._ask("POST", f"{self._url}/data", body=self._project(records, number))

    async def _ask(self, method: str, url: str, **more: Any) -> Response:
        headers = {"Accept": "application/json"}
        if "body" in more:
            headers |= {"Authorization": "Bearer bench", "Content-Type": "application/json"}
        answer = await self._outbound.request(method, url, headers=headers, **more)
        if answer.status != _OK:
            raise RuntimeError(f"The rig answered {answer.status} to {method} {url}.")
        return answer

"""P2: the local Assets server, from chunks accepted to objects that AQL finds."""

import asyncio
import statistics
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from assetferry.assets.answers import Accepted, ExecutionStatus, Pushed, Started
from assetferry.assets.client import AssetsClient
from assetferry.definition.load import load
from assetferry.definition.secrets import Secret
from assetferry.demo.visitor import Place, Visitor
from assetferry.local_assets.server import LocalAssets
from assetferry.local_assets.settings import Settings
from assetferry.mapping.document import mapping_document
from assetferry.outbound.client import Outbound
from bench.bare_insert import insert
from bench.load import definition
from bench.objects import Key, batches, chunks, random_key, sorted_key
from bench.results import Result
from bench.sizes import Sizes

__all__ = ["local_server"]

_LOOK_S = 0.01
_SORTED, _RANDOM = 0.4, 1.0


async def local_server(sizes: Sizes, folder: Path) -> Result:
    """Compare processing with inserting the same objects, for keys in order and in none."""
    in_order = [
        await _round(sizes.sorted_objects, sorted_key, folder) for _ in range(sizes.sorted_rounds)
    ]
    in_none = await _round(sizes.random_objects, random_key, folder)
    ratio = statistics.median(bare / ours for bare, ours, _ in in_order)
    random_ratio = in_none[0] / in_none[1]
    return Result(
        name="P2",
        what="local server / bare insert: sorted keys, random keys",
        value=f"{ratio:.2f}, {random_ratio:.2f}",
        aim=f">= {_SORTED}, > {_RANDOM}",
        reached=ratio >= _SORTED and random_ratio > _RANDOM,
        control=statistics.median(bare / again for bare, _, again in in_order),
        numbers={
            "ratio": ratio,
            "ratio_random_keys": random_ratio,
            "random_reference_against_itself": in_none[0] / in_none[2],
            "sorted_objects": sizes.sorted_objects,
            "random_objects": sizes.random_objects,
            "sorted_objects_per_second": _rate(sizes.sorted_objects, [one[1] for one in in_order]),
            "random_objects_per_second": _rate(sizes.random_objects, [in_none[1]]),
            "bare_sorted_per_second": _rate(sizes.sorted_objects, [one[0] for one in in_order]),
            "bare_random_per_second": _rate(sizes.random_objects, [in_none[0]]),
        },
    )


def _rate(objects: int, seconds: list[float]) -> float:
    return objects / statistics.median(seconds)


async def _round(count: int, key: Key, folder: Path) -> tuple[float, float, float]:
    """Give the seconds of the bare insert, of the server, and of the bare insert once more."""
    bare = await asyncio.to_thread(_insert, count, key, folder)
    ours = await _process(count, key, folder)
    return bare, ours, await asyncio.to_thread(_insert, count, key, folder)


def _insert(count: int, key: Key, folder: Path) -> float:
    with TemporaryDirectory(dir=folder) as place:
        return insert(Path(place) / "bare.db", batches(count, key))


async def _process(count: int, key: Key, folder: Path) -> float:
    """Have the server accept all chunks, then give the seconds until it is done with them."""
    with TemporaryDirectory(dir=folder) as data:
        async with _import_source(Path(data)) as (visitor, place, client):
            started = await client.start(scheduled=False)
            assert isinstance(started, Started), started  # noqa: S101 # else nothing is measured
            for body in chunks(count, key):
                accepted = await client.submit(started.execution_id, body)
                assert isinstance(accepted, Accepted), accepted  # noqa: S101
            began = time.perf_counter()
            completed = await client.complete(started.execution_id)
            assert isinstance(completed, Accepted), completed  # noqa: S101
            await _until_done(client, started.execution_id)
            spent = time.perf_counter() - began
            found = await visitor.count(place, "objectType = Device")
            if found != count:
                raise RuntimeError(f"AQL finds {found} of {count} objects.")
            return spent


async def _until_done(client: AssetsClient, execution_id: str) -> None:
    while True:
        status = await client.status(execution_id)
        assert isinstance(status, ExecutionStatus), status  # noqa: S101
        if status.state == "DONE":
            return
        await asyncio.sleep(_LOOK_S)


@asynccontextmanager
async def _import_source(data: Path) -> AsyncGenerator[tuple[Visitor, Place, AssetsClient]]:
    """Run a server with an import source that is mapped, and nothing in it."""
    with LocalAssets(Settings(data=data, port=0)) as server:
        async with Outbound([server.url.partition("://")[2]]) as outbound:
            visitor = Visitor(outbound, server.url)
            await visitor.sign_in()
            place = await visitor.provision("Bench")
            token = Secret(await visitor.new_token(place))
            client = AssetsClient(outbound, server.url, token)
            bound = client.at(place.workspace_id, place.import_source_id)
            mapped = load(definition(server.url, reads=1, sends=1), origin="bench")
            document = mapping_document(mapped, remembered={}).document
            pushed = await bound.push_mapping(document)
            assert isinstance(pushed, Pushed), pushed  # noqa: S101 # else nothing is measured
            yield visitor, place, bound

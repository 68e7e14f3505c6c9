"""P1: what durability costs. The engine, whole, against loops that store nothing."""

import statistics
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from assetferry.outbound.client import Outbound
from assetferry.outbound.limits import Limits
from bench.bare_loop import BareLoop, by_hand, by_mapping
from bench.blocks import ratio, take_turns
from bench.gated import gated_import
from bench.load import definition
from bench.results import Result
from bench.rig import rig
from bench.sizes import Sizes

__all__ = ["instant_source", "slow_source"]

_READS, _SENDS = 8, 4
"""The definition's defaults; the bare loops have as many requests in flight."""
_DELAY_MS = 20.0


async def instant_source(sizes: Sizes, folder: Path) -> Result:
    """P1a: a source that answers at once, so that only the importer's own work counts."""
    what = "engine / bare loop, instant source"
    return await _measure(sizes, folder, name="P1a", what=what, aim=0.75, delay_ms=0.0)


async def slow_source(sizes: Sizes, folder: Path) -> Result:
    """P1b: a source that takes 20 ms to answer."""
    what = f"engine / bare loop, source of {_DELAY_MS:.0f} ms"
    return await _measure(sizes, folder, name="P1b", what=what, aim=0.95, delay_ms=_DELAY_MS)


async def _measure(
    sizes: Sizes, folder: Path, *, name: str, what: str, aim: float, delay_ms: float
) -> Result:
    engine, bare, again, mapping = await _blocks(sizes, folder / name, delay_ms=delay_ms)
    found = ratio(bare, engine)
    return Result(
        name=name,
        what=what,
        value=f"{found:.2f}",
        aim=f">= {aim}",
        reached=found >= aim,
        control=ratio(bare, again),
        numbers={
            "ratio": found,
            # What is left when mapping and checking values is taken out of the comparison.
            "ratio_with_the_engines_mapping": ratio(mapping, engine),
            "engine_ms_per_page": _per_page(engine, sizes),
            "bare_ms_per_page": _per_page(bare, sizes),
            "mapping_loop_ms_per_page": _per_page(mapping, sizes),
            "in_flight": _READS + _SENDS,
            "rounds": sizes.rounds,
            "pages_per_block": sizes.block,
        },
    )


async def _blocks(sizes: Sizes, folder: Path, *, delay_ms: float) -> list[list[float]]:
    pages = sizes.block * (sizes.rounds + 1)
    in_flight = _READS + _SENDS
    async with AsyncExitStack() as stack:
        url = stack.enter_context(rig(pages=pages, delay_ms=delay_ms))
        outbound = await stack.enter_async_context(
            Outbound([url.partition("://")[2]], limits=Limits(connections=in_flight))
        )
        text = definition(url, reads=_READS, sends=_SENDS)
        engine = await stack.enter_async_context(gated_import(text, folder=folder))
        loops = [
            BareLoop(outbound, url, project, in_flight=in_flight)
            for project in (by_hand, by_hand, by_mapping())
        ]
        return await take_turns([engine, *loops], rounds=sizes.rounds, pages=sizes.block)


def _per_page(blocks: Sequence[float], sizes: Sizes) -> float:
    return statistics.median(blocks) / sizes.block * 1000

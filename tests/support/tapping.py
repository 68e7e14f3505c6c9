"""Every request of an import, one after the other, with a say before it and after its answer."""

import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assetferry.engine.ports import Equipment
from assetferry.equipment import equip
from assetferry.sources.page import Cursor, Page, Source

Before = Callable[[str], Awaitable[Any]]
After = Callable[[str, Any], Awaitable[Any]]


async def _nothing(_name: str) -> None:
    return None


async def _the_answer(_name: str, answer: Any) -> Any:
    return answer


@dataclass
class Tap:
    """What was asked so far, and what a test does about it.

    ``before`` answers instead of the other side, unless it gives None. ``after`` is given what
    the other side answered, and gives what the engine is to see.
    """

    before: Before = _nothing
    after: After = _the_answer
    twice: frozenset[str] = frozenset()
    """Requests that arrive twice; the engine sees the first answer."""
    asked: list[str] = field(default_factory=list[str])
    """The names of all requests in order: ``read``, or a method of the Assets client."""

    async def ask(self, name: str, request: Callable[[], Awaitable[Any]]) -> Any:
        """Let one request through."""
        self.asked.append(name)
        instead = await self.before(name)
        answer = await request() if instead is None else instead
        if name in self.twice:
            await request()
        return await self.after(name, answer)

    @contextlib.asynccontextmanager
    async def equip(self, text: str, origin: str) -> AsyncGenerator[Equipment]:
        """Equip with the real client and the real sources, each behind this tap."""
        async with equip(text, origin) as equipment:
            target: Any = _Target(self, equipment.target)
            sources = {name: _Source(self, one) for name, one in equipment.sources.items()}
            yield replace(equipment, target=target, sources=sources)


class _Target:
    def __init__(self, tap: Tap, target: Any) -> None:
        self._tap, self._target = tap, target

    def at(
        self, workspace_id: str, import_source_id: str, *, links: Mapping[str, str] | None = None
    ) -> "_Target":
        return _Target(self._tap, self._target.at(workspace_id, import_source_id, links=links))

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._target, name)

        async def asked(*args: Any, **kwargs: Any) -> Any:
            return await self._tap.ask(name, lambda: method(*args, **kwargs))

        return asked


class _Source:
    def __init__(self, tap: Tap, source: Source) -> None:
        self._tap, self._source = tap, source

    async def read(self, cursor: Cursor | None) -> Page:
        page: Page = await self._tap.ask("read", lambda: self._source.read(cursor))
        return page

    def ahead(self, page: Page, *, records: int) -> Sequence[Cursor]:
        return self._source.ahead(page, records=records)

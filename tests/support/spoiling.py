"""A client of Assets that answers otherwise than Assets did, where a test says so."""

import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from assetferry.assets.answers import Accepted, ExecutionStatus, Started, Trouble
from assetferry.engine.ports import Equipment, Target
from assetferry.equipment import equip

Submit = Callable[[str, bytes], Awaitable[Accepted | Trouble | None]]
Start = Callable[[Started | Trouble], Started | Trouble]


@dataclass
class Spoils:
    """What is spoilt; None leaves the call alone."""

    submit: Submit | None = None
    """Answers instead of Assets, unless it gives None."""
    submitted: Callable[[Accepted | Trouble], Accepted | Trouble] | None = None
    """Changes what Assets answered to a chunk that it has been sent."""
    start: Start | None = None
    """Changes what Assets answered to a start that it has carried out."""
    newest: Callable[[], Awaitable[None]] | None = None
    """Happens before Assets is asked for the newest execution."""
    complete: Callable[[Accepted | Trouble], Accepted | Trouble] | None = None
    """Changes what Assets answered to a completion that it has carried out."""


class SpoiltTarget:
    """Passes everything on to the real client, and spoils the answers."""

    def __init__(self, target: Target, spoils: Spoils) -> None:
        self._target, self._spoils = target, spoils

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target, name)

    def at(
        self, workspace_id: str, import_source_id: str, *, links: Mapping[str, str] | None = None
    ) -> "SpoiltTarget":
        return SpoiltTarget(
            self._target.at(workspace_id, import_source_id, links=links), self._spoils
        )

    async def start(self, *, scheduled: bool) -> Started | Trouble:
        answer = await self._target.start(scheduled=scheduled)
        return answer if self._spoils.start is None else self._spoils.start(answer)

    async def newest(self) -> ExecutionStatus | Trouble | None:
        if self._spoils.newest is not None:
            await self._spoils.newest()
        return await self._target.newest()

    async def submit(self, execution_id: str, body: bytes) -> Accepted | Trouble:
        spoils = self._spoils
        spoilt = None if spoils.submit is None else await spoils.submit(execution_id, body)
        answer = spoilt or await self._target.submit(execution_id, body)
        return answer if spoils.submitted is None else spoils.submitted(answer)

    async def complete(self, execution_id: str) -> Accepted | Trouble:
        answer = await self._target.complete(execution_id)
        return answer if self._spoils.complete is None else self._spoils.complete(answer)

    async def status(self, execution_id: str) -> ExecutionStatus | Trouble:
        return await self._target.status(execution_id)


def spoilt(
    spoils: Spoils,
) -> Callable[[str, str], contextlib.AbstractAsyncContextManager[Equipment]]:
    """Equipment whose client is spoilt."""

    @contextlib.asynccontextmanager
    async def equipped(text: str, origin: str) -> AsyncGenerator[Equipment]:
        async with equip(text, origin) as equipment:
            target: Any = SpoiltTarget(equipment.target, spoils)
            yield replace(equipment, target=target)

    return equipped

"""What the engine needs of the world, and no more.

Sources and the Assets client reach it through these protocols, so that a test can hand in its
own, and so that nothing here depends on how a request is made.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from assetferry.assets.answers import (
    Accepted,
    ConfigStatus,
    ExecutionStatus,
    Identified,
    Pushed,
    Started,
    Trouble,
)
from assetferry.definition.document import Definition
from assetferry.mapping.transformers import Transformer
from assetferry.sources.page import Source

__all__ = ["Equip", "Equipment", "Gate", "Sleep", "Target"]

Sleep: TypeAlias = Callable[[float], Awaitable[None]]


class Target(Protocol):
    """Assets as the engine speaks to it; the methods are those of ``AssetsClient``."""

    def at(
        self, workspace_id: str, import_source_id: str, *, links: Mapping[str, str] | None = None
    ) -> "Target":
        """Speak about an import source known from the ledger."""
        ...

    async def identify(self) -> Identified | Trouble:
        """Ask which import source the token belongs to."""
        ...

    async def config_status(self) -> ConfigStatus | Trouble:
        """Ask whether the import source may start."""
        ...

    async def push_mapping(self, document: Mapping[str, Any]) -> Pushed | Trouble:
        """Create or change schema and mapping."""
        ...

    async def newest(self) -> ExecutionStatus | Trouble | None:
        """Ask about the newest execution; None if there was never one."""
        ...

    async def start(self, *, scheduled: bool) -> Started | Trouble:
        """Start an execution."""
        ...

    async def status(self, execution_id: str) -> ExecutionStatus | Trouble:
        """Ask about one execution."""
        ...

    async def submit(self, execution_id: str, body: bytes) -> Accepted | Trouble:
        """Send a chunk."""
        ...

    async def complete(self, execution_id: str) -> Accepted | Trouble:
        """Say that all chunks are there."""
        ...

    async def cancel(self, execution_id: str) -> Accepted | Trouble:
        """Drop an execution that is still INGESTING."""
        ...

    async def report_failure(self, execution_id: str, reason: str) -> Accepted | Trouble:
        """Write a failure into the import history."""
        ...


class Gate(Protocol):
    """Knows when a host may be asked; see ``outbound.gate``, which asks it."""

    async def enter(self, host: str, port: int, *, patient: bool) -> None:
        """Return when the host may be asked, or raise RetryLater with ``until``."""
        ...

    async def asked_to_wait(self, host: str, port: int, seconds: float | None) -> None:
        """Hear that the host asks to be left alone for so long; None where it does not say."""
        ...

    def answered(self, host: str, port: int) -> None:
        """Hear that the host has answered, and asks for no wait."""
        ...


def _unguarded(gate: Gate) -> None:
    """Equipment that asks nobody has no gate to close."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Equipment:
    """What this process works on one run with, made from the text stored with the run."""

    definition: Definition
    target: Target
    sources: Mapping[str, Source]
    transformers: Mapping[str, Transformer]
    guard: Callable[[Gate], None] = _unguarded
    """Puts a gate before every request that is made with this equipment."""


Equip: TypeAlias = Callable[[str, str], AbstractAsyncContextManager[Equipment]]
"""Makes the equipment for a definition's text and origin.

Raises NeedsPerson where this process lacks something: a secret, a file, a module.
"""

"""A fault that was set, and how often it was met."""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec

from assetferry.local_assets.faults.call import Call, Inside, Onward

__all__ = ["Fault", "Kind", "Times"]

Times = Annotated[int, msgspec.Meta(ge=1)]


class Kind(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename="camel",
    tag_field="kind",
):
    """What happens, and to which calls. Each subclass is one kind of fault, in its JSON form."""

    route: str | None = None
    """Method and route, such as ``POST data``; None is every call of the API."""
    source: str | None = None
    """The id of the import source it is limited to."""
    times: Times | None = 1
    """How many calls meet it; None is until it is removed."""
    skip: Annotated[int, msgspec.Meta(ge=0)] = 0
    """How many calls that would meet it pass before."""

    async def on_set(self, fault: "Fault", inside: Inside) -> dict[str, str]:  # noqa: ARG002
        """Do what is to be done when the fault is set; give what only its setter learns."""
        return {}

    async def meet(self, fault: "Fault", call: Call, onward: Onward) -> None:
        """Strike if it is this call's turn; a kind with a condition looks at that first."""
        if fault.take():
            await self.strike(fault, call, onward)
        else:
            await onward(call)

    async def strike(self, fault: "Fault", call: Call, onward: Onward) -> None:  # noqa: ARG002
        """Do to the call what the fault is for; here, nothing."""
        await onward(call)


@dataclass(kw_only=True, slots=True)
class Fault:
    """One fault from being set to being removed.

    Counted without waiting in between, on the event loop's thread only: two calls at the same
    moment never both get the last turn.
    """

    id: str
    kind: Kind
    passed: int = 0
    used: int = 0
    removed: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    secret: str = field(default="", repr=False)
    """A token that was given away and is not valid yet."""

    @property
    def left(self) -> int | None:
        """How many calls may still meet it; None is any number."""
        return None if self.kind.times is None else self.kind.times - self.used

    def wants(self, call: Call) -> bool:
        """Tell whether it is meant for calls like this one."""
        if self.left == 0 or self.kind.route not in (None, call.name):
            return False
        if self.kind.source is None:
            return True
        source = call.source()
        return source is not None and source.id == self.kind.source

    def take(self) -> bool:
        """Count a call that would meet it, and tell whether it does."""
        if self.left == 0:
            return False
        if self.passed < self.kind.skip:
            self.passed += 1
            return False
        self.used += 1
        return True

    def shown(self) -> dict[str, Any]:
        """Write it as JSON, without what only its setter may know."""
        given: dict[str, Any] = msgspec.to_builtins(self.kind)
        return {"id": self.id, **given, "used": self.used, "left": self.left}

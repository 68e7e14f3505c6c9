"""All faults that are set on one server."""

import itertools
from collections.abc import Sequence
from functools import partial

from assetferry.local_assets.errors import bad_request, not_found
from assetferry.local_assets.faults.call import Call, Inside, Onward
from assetferry.local_assets.faults.fault import Fault, Kind
from assetferry.local_assets.faults.route_names import RouteNames
from assetferry.local_assets.store.sources import import_source

__all__ = ["Register"]

KEPT = 1_000
"""Used-up faults that stay listed; older ones are forgotten."""


class Register:
    """Sets, lists and removes faults; used on the event loop's thread only."""

    def __init__(self, inside: Inside, routes: RouteNames) -> None:
        self.active: Sequence[Fault] = ()
        """Faults that a call can still meet, oldest first; empty is the common case."""
        self.inside = inside
        self._routes = routes
        self._all: dict[str, Fault] = {}
        self._ids = itertools.count(1)

    async def add(self, kind: Kind) -> tuple[Fault, dict[str, str]]:
        """Set a fault; give it with what only its setter learns."""
        self._check(kind)
        fault = Fault(id=str(next(self._ids)), kind=kind)
        told = await kind.on_set(fault, self.inside)
        self._all[fault.id] = fault
        self._settle()
        return fault, told

    def listed(self) -> list[Fault]:
        return list(self._all.values())

    def remove(self, fault_id: str) -> None:
        """Remove a fault and let go of the calls that it holds."""
        found = self._all.pop(fault_id, None)
        if found is None:
            raise not_found("Fault", fault_id)
        found.removed.set()
        self._settle()

    def clear(self) -> None:
        for fault_id in list(self._all):
            self.remove(fault_id)

    async def meet(self, call: Call, onward: Onward) -> None:
        """Lead a call through the faults that want it."""
        try:
            await _through(self.active, onward, call)
        finally:
            self._settle()

    def _check(self, kind: Kind) -> None:
        if kind.route is not None and kind.route not in self._routes.known:
            raise bad_request(
                f"Unknown route {kind.route!r}; the routes are: "
                + ", ".join(sorted(self._routes.known))
            )
        if kind.source is None:
            return
        if kind.route is not None and kind.route not in self._routes.of_sources:
            raise bad_request(f"{kind.route} is no call on an import source; leave source out")
        if import_source(self.inside.database.reader(), kind.source) is None:
            raise bad_request(f"There is no import source {kind.source!r}")

    def _settle(self) -> None:
        """Tell faults that can still be met from those that are used up."""
        self.active = tuple(one for one in self._all.values() if one.left != 0)
        used_up = [one.id for one in self._all.values() if one.left == 0]
        for fault_id in used_up[:-KEPT]:
            del self._all[fault_id]


async def _through(faults: Sequence[Fault], onward: Onward, call: Call) -> None:
    for place, fault in enumerate(faults):
        if fault.wants(call):
            await fault.kind.meet(fault, call, partial(_through, faults[place + 1 :], onward))
            return
    await onward(call)

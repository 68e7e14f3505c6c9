"""``entry`` and ``limit``: calls refused for what is in their body."""

import contextlib
from typing import Annotated, Any

import msgspec

from assetferry.local_assets.errors import General, bad_request
from assetferry.local_assets.faults.call import Call, Onward
from assetferry.local_assets.faults.fault import Fault, Kind, Times
from assetferry.local_assets.jsonshape import is_list, is_object
from assetferry.local_assets.processing.locators import compile_locator
from assetferry.local_assets.processing.selectors import compile_selector

__all__ = ["Entry", "Limit"]

_DATA = "POST data"


class Entry(Kind, frozen=True, kw_only=True, tag="entry"):
    """A chunk with an entry whose field has this value is refused with 400."""

    selector: Annotated[str, msgspec.Meta(min_length=1)]
    """Where the entries are, as in a mapping."""
    field: Annotated[str, msgspec.Meta(min_length=1)]
    """A locator, as in a mapping; of a list, one element is enough."""
    value: str | int | float | bool | None
    route: str | None = _DATA
    times: Times | None = None

    def __post_init__(self) -> None:
        """Only one route has entries."""
        if self.route != _DATA:
            raise ValueError(f"entries come by {_DATA} only; leave route out")

    async def meet(self, fault: Fault, call: Call, onward: Onward) -> None:
        body = await call.body()
        read = call.replaying(body)
        await (super().meet(fault, read, onward) if self.bites(body) else onward(read))

    async def strike(self, fault: Fault, call: Call, onward: Onward) -> None:  # noqa: ARG002
        value = msgspec.json.encode(self.value).decode()
        reason = f"Refused: {self.field} of an entry in {self.selector} is {value}"
        await call.refuse(bad_request(reason))

    def bites(self, body: bytes) -> bool:
        """Tell whether a chunk holds such an entry; what is no chunk is not for us to judge."""
        chunk: Any = None
        with contextlib.suppress(ValueError, RecursionError):
            chunk = msgspec.json.decode(body)
        data = chunk.get("data") if is_object(chunk) else None
        if not is_object(data):
            return False
        locate = compile_locator(self.field)
        entries, _ = compile_selector(self.selector)(data)
        return any(self._is(locate(entry)) for entry in entries)

    def _is(self, found: Any) -> bool:
        if is_list(found):
            return any(self._is(one) for one in found)
        # In Python, but not in JSON, true equals 1.
        return found == self.value and isinstance(found, bool) == isinstance(self.value, bool)


class Limit(Kind, frozen=True, kw_only=True, tag="limit"):
    """A body above this many bytes is refused with 413.

    It can only be lower than the server's own limit, which stays in force.
    """

    max_bytes: Annotated[int, msgspec.Meta(ge=0)]
    times: Times | None = None

    async def meet(self, fault: Fault, call: Call, onward: Onward) -> None:
        body = await call.body()
        read = call.replaying(body)
        too_large = len(body) > self.max_bytes
        await (super().meet(fault, read, onward) if too_large else onward(read))

    async def strike(self, fault: Fault, call: Call, onward: Onward) -> None:  # noqa: ARG002
        await call.refuse(General(413, f"Request body exceeds {self.max_bytes} bytes"))

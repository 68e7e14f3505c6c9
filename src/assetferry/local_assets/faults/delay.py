"""``delay``: the answer takes its time."""

import asyncio
import contextlib
from typing import Annotated

import msgspec

from assetferry.local_assets.faults.call import Call, Onward
from assetferry.local_assets.faults.fault import Fault, Kind

__all__ = ["Delay"]


class Delay(Kind, frozen=True, kw_only=True, tag="delay"):
    """The call waits and is then carried out, also if its client has hung up meanwhile.

    Removing the fault ends the wait of every call it delays.
    """

    seconds: Annotated[float, msgspec.Meta(gt=0, le=86_400)]

    async def strike(self, fault: Fault, call: Call, onward: Onward) -> None:
        # Read first: of a client that hangs up in the meantime, the body would be gone.
        read = call.replaying(await call.body())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.seconds):
                await fault.removed.wait()
        await onward(read)

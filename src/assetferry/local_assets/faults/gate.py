"""Where calls meet faults: around each route of the API."""

from collections.abc import Awaitable

from starlette.types import ASGIApp, Receive, Scope, Send

from assetferry.local_assets.faults.call import Call
from assetferry.local_assets.faults.register import Register

__all__ = ["Gate"]


class Gate:
    """ASGI middleware of one route; while no fault is set, it costs a look."""

    def __init__(self, app: ASGIApp, name: str) -> None:
        self._app = app
        self._name = name

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass a call on, through the faults if there are any."""
        faults: Register = scope["app"].state.site.faults
        if not faults.active:
            return self._app(scope, receive, send)
        call = Call(
            name=f"{scope['method']} {self._name}",
            scope=scope,
            receive=receive,
            send=send,
            inside=faults.inside,
        )
        return faults.meet(call, self._carry_out)

    async def _carry_out(self, call: Call) -> None:
        await self._app(call.scope, call.receive, call.send)

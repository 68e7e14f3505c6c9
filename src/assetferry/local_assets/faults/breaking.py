"""``reset``, ``lost`` and ``cut``: the connection ends where a client does not expect it."""

from assetferry.local_assets.connection import hang_up, reset
from assetferry.local_assets.faults.call import Answer, Call, Onward, captured, until_gone
from assetferry.local_assets.faults.fault import Fault, Kind

__all__ = ["Cut", "Lost", "Reset"]

_NO_CONTENT = 204


class Reset(Kind, frozen=True, kw_only=True, tag="reset"):
    """A TCP reset instead of an answer, or in the middle of one."""

    in_body: bool = False
    """False: the call is not carried out. True: it is, and half of its answer arrives."""

    async def strike(self, fault: Fault, call: Call, onward: Onward) -> None:  # noqa: ARG002
        if self.in_body:
            answer = await captured(call, onward)
            if answer is None:
                return
            await _send_half(call, answer)
        else:
            await call.body()
        reset(call.scope)
        await until_gone(call)


class Lost(Kind, frozen=True, kw_only=True, tag="lost"):
    """The call is carried out, then the connection is reset: nobody hears of it."""

    async def strike(self, fault: Fault, call: Call, onward: Onward) -> None:  # noqa: ARG002
        if await captured(call, onward) is not None:
            reset(call.scope)
            await until_gone(call)


class Cut(Kind, frozen=True, kw_only=True, tag="cut"):
    """The call is carried out; its answer promises more bytes than come before the close."""

    async def strike(self, fault: Fault, call: Call, onward: Onward) -> None:  # noqa: ARG002
        answer = await captured(call, onward)
        if answer is not None:
            await _send_half(call, answer)
            hang_up(call.scope)
            await until_gone(call)


async def _send_half(call: Call, answer: Answer) -> None:
    """Send the head and half of the body; an answer without one promises two bytes."""
    promised = max(len(answer.body), 2)
    headers = [pair for pair in answer.headers if pair[0].lower() != b"content-length"]
    await call.send(
        {
            "type": "http.response.start",
            # To 204 belongs no body that could be cut short.
            "status": 200 if answer.status == _NO_CONTENT else answer.status,
            "headers": [*headers, (b"content-length", str(promised).encode())],
        }
    )
    half = answer.body[: len(answer.body) // 2]
    await call.send({"type": "http.response.body", "body": half, "more_body": True})

"""``status``: any answer instead of the real one."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Annotated, Any, Literal

import msgspec
from starlette.responses import Response

from assetferry.local_assets.errors import General, Refusal, Unauthorized
from assetferry.local_assets.faults.call import Call, Onward
from assetferry.local_assets.faults.fault import Fault, Kind

__all__ = ["Status"]

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\x20-\x7e\t]*")
_OURS = {"content-length", "transfer-encoding", "connection"}
_WITHOUT_BODY = {204, 304}
_LEAST_REFUSAL = 400
_LONGEST_WAIT = 10 * 365 * 86_400


class Status(Kind, frozen=True, kw_only=True, tag="status"):
    """The call is not carried out; it is answered with this."""

    status: Annotated[int, msgspec.Meta(ge=200, le=599)]
    body: Any = msgspec.UNSET
    """Text is sent as it is, anything else as JSON; absent: what the contract has for it."""
    headers: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    retry_after: Annotated[int, msgspec.Meta(ge=0, le=_LONGEST_WAIT)] | None = None
    """Seconds from the moment of the answer."""
    retry_after_form: Literal["seconds", "date"] = "seconds"

    def __post_init__(self) -> None:
        """Refuse what no HTTP answer can be."""
        for name, value in self.headers.items():
            if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
                raise ValueError(f"{name!r} cannot be sent as a header")
            if name.lower() in _OURS:
                raise ValueError(f"{name} is written by the server; see the kinds cut and reset")
            if name.lower() == "retry-after" and self.retry_after is not None:
                raise ValueError("Retry-After is given twice")
        if self.status in _WITHOUT_BODY and self.body is not msgspec.UNSET:
            raise ValueError(f"an answer with status {self.status} has no body")

    async def strike(self, fault: Fault, call: Call, onward: Onward) -> None:  # noqa: ARG002
        await self.answer(datetime.now(UTC))(call.scope, call.receive, call.send)

    def answer(self, now: datetime) -> Response:
        """Make the answer as of now."""
        content, media_type = self._content()
        headers = dict(self.headers)
        if self.retry_after is not None:
            headers["Retry-After"] = self._wait(now)
        return Response(content, self.status, headers, media_type)

    def _wait(self, now: datetime) -> str:
        if self.retry_after_form == "seconds":
            return str(self.retry_after)
        # Dates have whole seconds; rounded up, the moment is never earlier than asked for.
        moment = now + timedelta(seconds=self.retry_after or 0, microseconds=999_999)
        return format_datetime(moment.replace(microsecond=0), usegmt=True)

    def _content(self) -> tuple[bytes, str | None]:
        if isinstance(self.body, str):
            return self.body.encode(), "text/plain"
        if self.body is not msgspec.UNSET:
            return msgspec.json.encode(self.body), "application/json"
        if self.status < _LEAST_REFUSAL:
            return b"", None
        refusal: Refusal = General(self.status, "A fault on demand")
        if self.status == Unauthorized().status:
            refusal = Unauthorized()
        return msgspec.json.encode(refusal.body), "application/json"

"""One call to Assets: the request with its credential, its answer classified."""

import time
from collections.abc import Callable, Collection

import msgspec

from assetferry.assets.answers import Throttled, Trouble, Unavailable, Unexpected
from assetferry.assets.classification import is_page, trouble, unexpected
from assetferry.assets.credential import Credential
from assetferry.assets.wire import T, read
from assetferry.errors import RetryLater
from assetferry.outbound.client import Outbound
from assetferry.outbound.errors import AnswerTooLarge, Interrupted, Unreachable
from assetferry.outbound.response import Response

__all__ = ["Calls"]

_NO_BODY = frozenset({200, 201, 202, 204})
_BODY = frozenset({200})


class Calls:
    """Speaks to Assets with one credential.

    Every HTTP outcome is a value. What is raised needs a person: a denied host, an untrusted
    certificate, a refusing proxy, an impossible address.
    """

    def __init__(
        self,
        outbound: Outbound,
        credential: Credential,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``clock`` gives epoch seconds, for Retry-After."""
        self._outbound = outbound
        self._credential = credential
        self._clock = clock

    async def fetch(
        self, method: str, url: str, kind: type[T], *, document: object = None
    ) -> T | Trouble:
        """Call and read the body of the answer as ``kind``."""
        body = None if document is None else msgspec.json.encode(document)
        response = await self._send(method, url, body, hoped=_BODY, patient=True)
        if not isinstance(response, Response):
            return response
        found = read(response.body, kind)
        if found is None:
            return self.misread(response, "its body is not what this call answers with")
        return found

    async def tell(
        self, method: str, url: str, body: bytes | None = None, *, patient: bool = True
    ) -> Trouble | None:
        """Call where no body is declared: none is parsed. None means accepted.

        All but chunks are patient: calls of one step begin anew if one of them is put off.
        """
        response = await self._send(method, url, body, hoped=_NO_BODY, patient=patient)
        if not isinstance(response, Response):
            return response
        return self.misread(response, "with a web page") if is_page(response) else None

    def misread(self, response: Response, what: str) -> Unexpected:
        """Say what is wrong with an answer whose status is right."""
        return unexpected(response, what, hide=self._credential.secrets())

    async def _send(
        self, method: str, url: str, body: bytes | None, *, hoped: Collection[int], patient: bool
    ) -> Response | Trouble:
        authorization = self._credential.authorization()
        headers = {"Accept": "application/json", "Authorization": authorization}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            response = await self._outbound.request(
                method, url, headers=headers, body=body, patient=patient
            )
        except (Unreachable, Interrupted) as error:
            return Unavailable(reason=str(error))
        except RetryLater as error:
            if error.until is None:  # the ledger's trouble, not that of Assets
                raise
            return Throttled(until=error.until, reason=str(error))
        except AnswerTooLarge as error:
            return Unexpected(status=error.status, reason=str(error))
        if response.status in hoped:
            return response
        return trouble(response, now=self._clock(), hide=self._credential.secrets())
